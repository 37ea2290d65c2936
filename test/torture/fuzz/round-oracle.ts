// What an accepted round must be, found out without the depot's own code: the CSV read again by a small machine after
// RFC 4180, the JSON counted, every field checked against what the depot's books and the manifest can hold.
import type { ParsedParcel, ParsedRound } from "../../../src/depot/round/parsed-round.ts";
import { must } from "./fuzz-sweep.ts";
import type { RoundInput } from "./round-draw.ts";

const PRINTABLE = /^[\x20-\x7e\xa0-\xff]*$/;

/** Records of a CSV text: comma, quotation marks, the line end that comes first, blanks around fields dropped. */
function csvRecords(text: string): string[][] {
  const end = /\r\n|\n|\r/.exec(text.replace(/"[^"]*"/g, ""))?.[0] ?? "\n";
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let isQuoted = false;
  const endField = (): void => void (record.push(field.trim()), (field = ""));
  const endRecord = (): void => {
    endField();
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[++at]!;
      else isQuoted = false;
    } else if (character === '"' && field.trim() === "") {
      isQuoted = true;
      field = "";
    } else if (character === ",") endField();
    else if (text.startsWith(end, at)) {
      endRecord();
      at += end.length - 1;
    } else field += character;
  }
  endRecord();
  return records;
}

function checkCsv(round: ParsedRound, file: Uint8Array): void {
  const [header = [], ...lines] = csvRecords(
    Buffer.from(file)
      .toString("utf8")
      .replace(/^\ufeff+/, ""),
  );
  const column = (line: string[], name: string): string =>
    line[header.findIndex((title) => title.toLowerCase() === name)] ?? "";
  must(lines.length === round.parcels.length, `${lines.length} lines, ${round.parcels.length} parcels`);
  round.parcels.forEach((parcel, at) => {
    const line = lines[at]!;
    const number = column(line, "tracking")
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, "");
    must(parcel.tracking === number, `line ${at}: tracking ${number}`);
    must(parcel.stop === Number(column(line, "stop")), `line ${at}: stop`);
    must(parcel.value_cents === Math.round(Number(column(line, "value")) * 100), `line ${at}: value`);
    must(parcel.asked === (column(line, "asked").toLowerCase() === "yes"), `line ${at}: asked`);
  });
}

function checkJson(round: ParsedRound, input: RoundInput): void {
  const all = JSON.parse(
    Buffer.from(input.file)
      .toString("utf8")
      .replace(/^\ufeff/, ""),
  ) as Record<string, object>;
  const counts = Object.values(all).map((stops) =>
    Object.values(stops).reduce((sum: number, packages) => sum + Object.keys(packages as object).length, 0),
  );
  must(counts.includes(round.parcels.length), `${round.parcels.length} parcels, but routes have ${counts.join(", ")}`);
}

function checkParcel(parcel: ParsedParcel): void {
  must(/^[0-9A-Z]{1,34}$/.test(parcel.tracking), "tracking number in normal form");
  must(Number.isInteger(parcel.stop) && parcel.stop >= 1 && parcel.stop <= 65_535, `stop ${parcel.stop}`);
  must(Number.isInteger(parcel.value_cents) && parcel.value_cents >= 0, `value ${parcel.value_cents}`);
  must(parcel.value_cents <= 999_999_999, `value ${parcel.value_cents}`);
  must(parcel.address.length <= 40 && PRINTABLE.test(parcel.address), `address "${parcel.address}"`);
  must(typeof parcel.asked === "boolean", "asked");
}

/** @throws when a round that was accepted is not what its file says, or is more than the books can hold */
export function checkRoundTaken(round: ParsedRound, input: RoundInput): void {
  must(Number.isInteger(round.day) && round.day >= 0 && round.day <= 0xffff, `day ${round.day}`);
  must(input.day === undefined || round.day === input.day, "the day that was given");
  must(round.name.length >= 1 && round.name.length <= 16 && PRINTABLE.test(round.name), `name "${round.name}"`);
  must(round.parcels.length >= 1 && round.parcels.length <= 512, `${round.parcels.length} parcels`);
  must(new Set(round.parcels.map(({ tracking }) => tracking)).size === round.parcels.length, "each number once");
  round.parcels.forEach(checkParcel);
  if (input.kind === "csv") checkCsv(round, input.file);
  else checkJson(round, input);
}
