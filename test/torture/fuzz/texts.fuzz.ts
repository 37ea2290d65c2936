// Fuzzes the small parsers of text: tracking numbers, days, settings, the scanner's line. Each gives a value in its range
// or its own error; none keeps more than its limit.
import { InvalidArgumentError } from "commander";
import { LineJoiner } from "../../../hal/portable/line-joiner.ts";
import { dayOption, deviceOption } from "../../../src/cli/depot-session.ts";
import { dayText, parseDay } from "../../../src/depot/calendar.ts";
import { DepotError } from "../../../src/depot/depot-error.ts";
import { addressLine } from "../../../src/depot/round/address-line.ts";
import { checkSettings, DEFAULT_SETTINGS } from "../../../src/depot/settings.ts";
import { checkDigitHolds, normaliseTracking, trackingFamily } from "../../../src/shared/tracking-number.ts";
import { RELEASE_DIGITS, releaseAnswer } from "../../../src/shared/crypto/release.ts";
import { digitsEntry } from "../../../firmware/app/screens/digits-entry.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";

interface TextInput {
  kind: "tracking" | "day" | "settings" | "scan" | "address" | "release";
  text: string;
  numbers: number[];
}

const KINDS = ["tracking", "day", "settings", "scan", "address", "release"] as const;
const SEEDS: Readonly<Record<TextInput["kind"], readonly string[]>> = {
  tracking: [
    "TBA000000000001",
    "RR473124829IT",
    "003400000000000000018",
    "123456789012",
    "1234567890",
    "JJD1234567890123456",
  ],
  day: ["2026-11-24", "2149-06-06", "1970-01-01", "2000-02-29", "1900-02-29"],
  settings: ["Europe/Rome", "UTC", "en", "Etc/GMT+12"],
  scan: ["TBA000000000001\r", "X1\r\nX2\n", "\u0000\u001dX1\r"],
  address: ["Győri út 5 – Łódź", "Straße “x” €", "e\u0301e\u0301", "\ud800"],
  release: ["12345678", "1234 5678", "0000000"],
};
const CHARACTERS = [
  "0",
  "9",
  "A",
  "z",
  " ",
  "-",
  "\r",
  "\n",
  "\u0000",
  "\u001b",
  "\u007f",
  "ß",
  "Ł",
  "٣",
  "K",
  "😀",
  "\u2028",
];

function draw(dice: Dice): TextInput {
  const kind = dice.pick(KINDS);
  let text = dice.pick(SEEDS[kind]);
  for (let n = dice.below(4); n > 0; n--) {
    const at = dice.below(text.length + 1);
    const insert = dice.oneIn(6) ? dice.pick(CHARACTERS).repeat(dice.below(120)) : dice.pick(CHARACTERS);
    text = text.slice(0, at) + (dice.oneIn(3) ? "" : insert) + text.slice(at + dice.below(3));
  }
  return {
    kind,
    text,
    numbers: [dice.odd(0xffff), dice.below(20), dice.oneIn(9) ? 0.5 * dice.below(40) : 8 + dice.below(10)],
  };
}

function refused(error: unknown): string {
  if (error instanceof DepotError || error instanceof InvalidArgumentError) return "refused";
  throw error;
}

function tracking({ text }: TextInput): string {
  const number = normaliseTracking(text);
  must(/^[0-9A-Z]{0,35}$/.test(number), `normalised to ${number}`);
  must(normaliseTracking(number) === number, "normalising twice is not normalising once");
  const family = trackingFamily(number);
  must(family >= 0 && family <= 6, `family ${family}`);
  return `tracking ${family} ${checkDigitHolds(number) ? "holds" : "wrong"}`;
}

function day({ text }: TextInput): string {
  let parsed: number;
  try {
    parsed = parseDay(text);
  } catch (error) {
    refused(error);
    let isInvalid = false;
    try {
      dayOption(text);
    } catch (again) {
      isInvalid = refused(again) === "refused";
    }
    must(isInvalid, "the command line takes a day that is none");
    return "day refused";
  }
  must(dayText(parsed) === text && parsed >= 0 && parsed <= 0xffff, `day ${parsed}`);
  return "day taken";
}

function settings({ text, numbers: [a = 0, b = 0, c = 0] }: TextInput): string {
  const language = a % 4 === 0 ? text.slice(0, 2) : "en";
  const wish = { ...DEFAULT_SETTINGS, timeZone: text, triesPerCode: b, tagBits: c, threshold_cents: a, language };
  try {
    deviceOption(text);
  } catch (error) {
    refused(error);
  }
  try {
    const { triesPerCode, tagBits, threshold_cents } = checkSettings(wish);
    must(Number.isInteger(triesPerCode) && triesPerCode >= 1 && triesPerCode <= 9, `${triesPerCode} tries`);
    must(Number.isInteger(tagBits) && tagBits >= 8 && tagBits <= 16 && threshold_cents >= 0, `${tagBits} tag bits`);
    return "settings taken";
  } catch (error) {
    return `settings ${refused(error)}`;
  }
}

function scan({ text }: TextInput): string {
  const labels: string[] = [];
  const clock = {
    now_s: () => 0,
    adjust: () => undefined,
    isSet: () => true,
    after: () => ({ cancel: () => undefined }),
  };
  const joiner = new LineJoiner(clock, (label) => labels.push(label));
  for (let at = 0; at < text.length; at += 7) joiner.push(text.slice(at, at + 7));
  must(
    labels.every((label) => /^[\x20-\x7e]{1,80}$/.test(label)),
    "a label that is none",
  );
  must((joiner as unknown as { pending_: string }).pending_.length <= 80, "more than a line is kept");
  return labels.length > 0 ? "scan label" : "scan nothing";
}

function address({ text }: TextInput): string {
  const line = addressLine(text);
  must(/^[\x20-\x7e\xa0-\xff]{0,40}$/.test(line), `address ${JSON.stringify(line)}`);
  must(addressLine(line) === line, "an address line changes when it is made again");
  return line === "" ? "address empty" : "address";
}

/** Digits that are typed: never more than asked for, and only digits; an answer is eight digits whatever the lock. */
function release({ text, numbers: [a = 0, b = 0] }: TextInput): string {
  const entry = digitsEntry(RELEASE_DIGITS);
  for (let i = 0; i < text.length; i++) entry.press(text.charCodeAt(i) % 20);
  must(/^\d{0,8}$/.test(entry.digits), `typed ${entry.digits}`);
  const answer = releaseAnswer(fastHash, new Uint8Array(32), { journalEpoch: a, code: b, index: a % 3 });
  must(/^\d{8}$/.test(answer), `answer ${answer}`);
  return entry.digits.length === RELEASE_DIGITS ? "release full" : "release short";
}

const GIVE = { tracking, day, settings, scan, address, release };

/** The small parsers. */
export const fuzzTexts = fuzzSweep({
  name: "fuzz-texts",
  title: "tracking numbers, days, settings, scanner lines, addresses, typed digits: a value in range or a refusal",
  inputs: 300_000,
  properties: 3_000,
  enough: 6_000,
  reaches: [
    ...["tracking 1 holds", "tracking 2 wrong", "tracking 0 holds", "day taken", "day refused", "settings taken"],
    ...["settings refused", "scan label", "scan nothing", "address", "address empty", "release full", "release short"],
  ],
  open: (): FuzzTarget<TextInput> => ({
    draw,
    give: (input) => GIVE[input.kind](input),
    show: (input) => JSON.stringify(input),
  }),
});
