// The sample round as a CSV file in the columns that the depot imports. It makes no choices of its own.
import type { SampleParcel } from "./sample-round.ts";

const COLUMNS = "tracking,stop,address,value,asked";

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function line(parcel: SampleParcel): string {
  const value = (parcel.value_cents / 100).toFixed(2);
  return [parcel.tracking, parcel.stop, quoted(parcel.address), value, parcel.asksCode ? "yes" : "no"].join(",");
}

/** The round as CSV text (RFC 4180). */
export function sampleCsv(round: readonly SampleParcel[]): string {
  return [COLUMNS, ...round.map(line)].map((text) => `${text}\r\n`).join("");
}
