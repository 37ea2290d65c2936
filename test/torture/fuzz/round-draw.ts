// Round files to fuzz with: CSV and JSON built from good and odd pieces, then perhaps spoiled byte by byte.
import type { Dice } from "./dice.ts";
import { spoil } from "./spoil.ts";

/** A round file, with what the person who imports says of it. */
export interface RoundInput {
  kind: "csv" | "json";
  /** The CSV file, or package_data.json. */
  file: Uint8Array;
  routes: Uint8Array | undefined;
  sequences: Uint8Array | undefined;
  day: number | undefined;
  name: string | undefined;
  route: string | undefined;
}

const COLUMNS = ["tracking", "stop", "address", "value", "asked"];
const TRACKINGS = [
  "TBA000000000001",
  "tba 0000-0000 0002",
  "RR473124829IT",
  "RR473124820IT",
  "X1",
  "",
  "-",
  "A".repeat(34),
  "A".repeat(35),
  "1234567890",
  "Ä1",
  "X\u001b[2J",
  "__proto__",
];
const STOPS = ["1", "2", "65535", "65536", "0", "-1", "1e3", "", "00001", "1.0", "٣", "NaN"];
const ADDRESSES = [
  "Via dei Tigli 1",
  "Łódź – ő 4",
  "",
  '"a ""b"", c"',
  "  x  ",
  "日本",
  "e\u0301",
  "\u00a0",
  "a\u0000b",
];
const VALUES = ["20.00", "5", "129.9", "-1", "1,50", "1.505", "", "9999999", "99999999", "0x10", " 7 "];
const ASKED = ["yes", "no", "YES", "No", "maybe", "", "true"];
const DAYS = ["2026-11-24", "2026-11-25", "2026-02-30", "", "24.11.2026", "9999-99-99", "1969-12-31"];
const LINE_ENDS = ["\n", "\r\n", "\r"];
const KEYS = [
  "AA",
  "BB",
  "__proto__",
  "constructor",
  "toString",
  "",
  "0",
  "length",
  "\\ud800",
  "PackageID_1",
  "hasOwnProperty",
];
const JSON_ODD = ["{}", "[]", "null", "1e999", "-0", '""', '"x"', "true", "[[]]", "65536", "1.5", '{"AA":{}}'];
const ROUTES = ["RouteID_0a1b", "0a1b", "", "__proto__", "constructor"];

function usual<T>(dice: Dice, list: readonly T[]): T {
  return dice.oneIn(6) ? dice.pick(list) : list[0]!;
}

function csvText(dice: Dice): string {
  const columns = COLUMNS.slice();
  const hasDay = dice.oneIn(5);
  if (hasDay) columns.push("day");
  if (dice.oneIn(10)) columns.push(columns.splice(dice.below(columns.length), 1)[0]!);
  if (dice.oneIn(25)) columns.splice(dice.below(columns.length), 1);
  if (dice.oneIn(25)) columns.push(dice.pick([...COLUMNS, "recipient", "day", ""]));
  if (dice.oneIn(10)) columns[0] = columns[0]!.toUpperCase();
  const end = usual(dice, LINE_ENDS);
  const lines = [columns.join(dice.oneIn(30) ? dice.pick([";", "\t"]) : ",")];
  for (let row = dice.below(4); row > 0; row--) {
    const fields: Record<string, string> = {
      tracking: dice.oneIn(4) ? dice.pick(TRACKINGS) : `TBA00000000010${dice.oneIn(9) ? 1 : row}`,
      stop: usual(dice, STOPS),
      address: usual(dice, ADDRESSES),
      value: usual(dice, VALUES),
      asked: usual(dice, ASKED),
      day: usual(dice, DAYS),
    };
    const line = columns.map((column) => fields[column.toLowerCase()] ?? "x");
    if (dice.oneIn(20)) line.pop();
    if (dice.oneIn(20)) line.push("y");
    if (dice.oneIn(12)) lines.push(dice.pick(["", " ", ","]));
    lines.push(line.map((field) => (dice.oneIn(15) ? `"${field}"` : field)).join(","));
  }
  return (dice.oneIn(12) ? "\ufeff" : "") + lines.join(end) + (dice.oneIn(3) ? "" : end);
}

function objectText(entries: readonly (readonly [key: string, value: string])[]): string {
  return `{${entries.map(([key, value]) => `"${key}":${value}`).join(",")}}`;
}

function packagesText(dice: Dice): string {
  const stops: [string, string][] = [];
  for (let stop = dice.below(4); stop > 0; stop--) {
    const packages: [string, string][] = [];
    for (let one = dice.below(3); one > 0; one--) {
      const key = dice.oneIn(5) ? dice.pick(KEYS) : `PackageID_${dice.below(30)}`;
      packages.push([key, usual(dice, JSON_ODD)]);
    }
    stops.push([
      dice.oneIn(4) ? dice.pick(KEYS) : `S${stop}`,
      dice.oneIn(10) ? dice.pick(JSON_ODD) : objectText(packages),
    ]);
  }
  const route: [string, string] = [usual(dice, ROUTES), dice.oneIn(12) ? dice.pick(JSON_ODD) : objectText(stops)];
  return objectText(dice.oneIn(8) ? [route, [dice.pick(ROUTES), objectText(stops)]] : [route]);
}

function routesText(dice: Dice): string {
  const day = JSON.stringify(usual(dice, DAYS));
  const zones = objectText([[dice.pick(KEYS), usual(dice, ['{"zone_id":"A-1"}', ...JSON_ODD])]]);
  const parts: [string, string][] = [
    ["date_YYYY_MM_DD", dice.oneIn(10) ? dice.pick(JSON_ODD) : day],
    ["station_code", usual(dice, ['"DXX1"', ...JSON_ODD])],
    ["stops", dice.oneIn(8) ? dice.pick(JSON_ODD) : zones],
  ];
  return objectText([[usual(dice, ROUTES), dice.oneIn(10) ? dice.pick(JSON_ODD) : objectText(parts)]]);
}

function sequencesText(dice: Dice): string {
  const order = ["S1", "S2", "S3", ...KEYS.slice(0, 3)].map((stop, at): [string, string] => [
    stop,
    dice.oneIn(12) ? dice.pick(JSON_ODD) : String(at),
  ]);
  const actual = objectText([["actual", dice.oneIn(10) ? dice.pick(JSON_ODD) : objectText(order)]]);
  return objectText([[usual(dice, ROUTES), dice.oneIn(10) ? dice.pick(JSON_ODD) : actual]]);
}

function bytesOf(dice: Dice, text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, dice.oneIn(40) ? "utf16le" : "utf8"));
  return dice.oneIn(3) ? spoil(dice, bytes, 1 + dice.below(3), { stretch: true }) : bytes;
}

/** A round file; two in five are JSON. */
export function drawRound(dice: Dice): RoundInput {
  const isJson = dice.below(5) > 2;
  const file = bytesOf(dice, isJson ? packagesText(dice) : csvText(dice));
  return {
    kind: isJson ? "json" : "csv",
    file,
    routes: isJson && dice.oneIn(2) ? bytesOf(dice, routesText(dice)) : undefined,
    sequences: isJson && dice.oneIn(2) ? bytesOf(dice, sequencesText(dice)) : undefined,
    day: dice.oneIn(4) ? undefined : 20_781,
    name: dice.oneIn(4) ? dice.pick(["R1", "x".repeat(30), "ő"]) : undefined,
    route: dice.oneIn(8) ? dice.pick(["0a", "RouteID_", "zz"]) : undefined,
  };
}
