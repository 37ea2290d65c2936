// Reads a round from CSV (RFC 4180, comma, UTF-8). Columns, in any order, all but "day" required:
//   tracking  as on the label; spaces and dashes do not count
//   stop      1…65535, the order in which the courier drives
//   address   short line for the courier's display; no names: the handheld holds as little of people as it can
//   value     of the goods, like 129.90
//   asked     yes or no: the sender asked for a code, whatever the value
//   day       YYYY-MM-DD, the same in every line
import { parse } from "csv-parse/sync";
import { dayText } from "../calendar.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { addressLine } from "./address-line.ts";
import type { ParsedParcel, ParsedRound, Place, RoundWish } from "./parsed-round.ts";
import { checkRound, parseDayAt, parseTracking, roundName, wrong } from "./parsed-round.ts";
import { decodeUtf8 } from "./utf8.ts";

const REQUIRED = ["tracking", "stop", "address", "value", "asked"] as const;
const DAY = "day";
const STOP_MAX = 0xffff;

type Column = (typeof REQUIRED)[number] | typeof DAY;

/** A line of the file: its number, and its fields in the file's order. */
interface Line {
  number: number;
  fields: string[];
}

/**
 * Reads a round.
 * @param file name for messages, and for the round when none is given
 * @throws DepotError 905…912 naming file, line, column and what is wrong
 */
export function readCsvRound(bytes: Uint8Array, file: string, wish: RoundWish): ParsedRound {
  const [header, ...lines] = splitLines(decodeUtf8(bytes, file), file);
  if (header === undefined) throw new DepotError(DepotFault.RoundEmpty, `${file}: the file is empty`);
  const columns = columnsOf(header, file);
  const day = dayOfLines(lines, columns, file, wish.day);
  const parcels = lines.map((line) => parcelOf(line, columns, file));
  const places = lines.map((line) => `${file}, line ${line.number}`);
  if (parcels.length > 0 && day === undefined) {
    throw new DepotError(DepotFault.RoundDays, `${file}: which day? give --day, or a column "day"`);
  }
  const name = roundName(wish.name, file.replace(/^.*[/\\]/, "").replace(/\.csv$/i, ""), file);
  return checkRound({ day: day ?? 0, name: name, parcels: parcels }, file, places);
}

function splitLines(text: string, file: string): Line[] {
  try {
    const rows = parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true });
    return (rows as unknown as { record: string[]; info: { lines: number } }[]).map((row) => ({
      number: row.info.lines,
      fields: row.record,
    }));
  } catch (error) {
    const line = (error as { lines?: number }).lines;
    const place = line === undefined ? file : `${file}, line ${line}`;
    throw new DepotError(DepotFault.RoundFile, `${place}: not CSV: a quotation mark is out of place`);
  }
}

/** The place of each column in a line. */
function columnsOf(header: Line, file: string): Map<Column, number> {
  const columns = new Map<Column, number>();
  const known: readonly string[] = [...REQUIRED, DAY];
  header.fields.forEach((field, at) => {
    const name = field.toLowerCase();
    if (!known.includes(name)) throw columnError(file, header, `column "${field}" is not known`);
    if (columns.has(name as Column)) throw columnError(file, header, `column "${name}" stands there twice`);
    columns.set(name as Column, at);
  });
  const missing = REQUIRED.filter((name) => !columns.has(name));
  if (missing.length > 0) throw columnError(file, header, `column "${missing.join('", "')}" is missing`);
  return columns;
}

function columnError(file: string, header: Line, what: string): DepotError {
  const expected = `${REQUIRED.join(",")} and perhaps ${DAY}`;
  return new DepotError(DepotFault.RoundColumns, `${file}, line ${header.number}: ${what}; expected ${expected}`);
}

function fieldOf(line: Line, columns: ReadonlyMap<Column, number>, column: Column): string {
  return line.fields[columns.get(column) ?? -1] ?? "";
}

function placeOf(file: string, line: Line, column: Column): Place {
  return `${file}, line ${line.number}, column "${column}"`;
}

/** The one day of the file, or the one that was given; both must agree. */
function dayOfLines(
  lines: readonly Line[],
  columns: ReadonlyMap<Column, number>,
  file: string,
  given: number | undefined,
): number | undefined {
  let day = given;
  if (!columns.has(DAY)) return day;
  for (const line of lines) {
    const text = fieldOf(line, columns, DAY);
    const place = placeOf(file, line, DAY);
    const own = parseDayAt(text, place);
    if (day !== undefined && own !== day) {
      throw new DepotError(DepotFault.RoundDays, `${place}: ${text}, but this round is for ${dayText(day)}`);
    }
    day = own;
  }
  return day;
}

function parcelOf(line: Line, columns: ReadonlyMap<Column, number>, file: string): ParsedParcel {
  if (line.fields.length !== columns.size) {
    const text = `${line.fields.length} fields, the header has ${columns.size}`;
    throw new DepotError(DepotFault.RoundColumns, `${file}, line ${line.number}: ${text}`);
  }
  const field = (column: Column): string => fieldOf(line, columns, column);
  const place = (column: Column): Place => placeOf(file, line, column);
  return {
    tracking: parseTracking(field("tracking"), place("tracking")),
    stop: parseStop(field("stop"), place("stop")),
    address: addressLine(field("address")),
    value_cents: parseValue(field("value"), place("value")),
    asked: parseAsked(field("asked"), place("asked")),
  };
}

function parseStop(text: string, place: Place): number {
  const stop = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (stop < 1 || stop > STOP_MAX) throw wrong(place, `"${text}" is not a stop number 1…${STOP_MAX}`);
  return stop;
}

function parseValue(text: string, place: Place): number {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) throw wrong(place, `"${text}" is not a value like 129.90`);
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

function parseAsked(text: string, place: Place): boolean {
  const word = text.toLowerCase();
  if (word !== "yes" && word !== "no") throw wrong(place, `"${text}" is neither yes nor no`);
  return word === "yes";
}
