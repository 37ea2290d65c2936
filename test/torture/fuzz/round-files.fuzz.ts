// Fuzzes the readers of round files: whatever a file holds, it becomes a round that fits the books, or an error that
// names the file and has a number of its own.
import { DepotError } from "../../../src/depot/depot-error.ts";
import { readCsvRound } from "../../../src/depot/round/csv-round.ts";
import { readJsonRound } from "../../../src/depot/round/json-round.ts";
import type { ParsedRound } from "../../../src/depot/round/parsed-round.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { drawRound, type RoundInput } from "./round-draw.ts";
import { checkRoundTaken } from "./round-oracle.ts";

const FILES = ["round.csv", "package_data.json", "route_data.json", "actual_sequences.json"];

/** Whether a text would do something else to a terminal than show itself. */
function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const point = text.charCodeAt(i);
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  }
  return false;
}

/** Bytes that count how many of them are looked at in pieces: instead of a stop watch. */
class CountedBytes extends Uint8Array {
  static looked = 0;

  override subarray(begin?: number, end?: number): Uint8Array<ArrayBuffer> {
    const piece = super.subarray(begin, end);
    CountedBytes.looked += piece.length;
    return piece as Uint8Array<ArrayBuffer>;
  }
}

function read(input: RoundInput): ParsedRound {
  const { routes, sequences, ...wish } = input;
  const file = new CountedBytes(input.file);
  if (input.kind === "csv") return readCsvRound(file, "round.csv", wish);
  const files = {
    packages: { bytes: file, file: "package_data.json" },
    routes: routes && { bytes: routes, file: "route_data.json" },
    sequences: sequences && { bytes: sequences, file: "actual_sequences.json" },
  };
  return readJsonRound(fastHash, files, { ...wish, threshold_cents: 10_000 });
}

/** An error must be the depot's own, of the round files' range, and say where. */
function checkRefusal(error: unknown): string {
  if (!(error instanceof DepotError)) {
    throw new Error(`not a DepotError: ${error instanceof Error ? error.stack : String(error)}`);
  }
  must(error.number >= 905 && error.number <= 912, `fault ${error.number}, not 905…912: ${error.message}`);
  must(
    FILES.some((file) => error.message.includes(file)),
    `names no file: ${error.message}`,
  );
  must(
    !hasControls(error.message),
    `control characters in a message for the terminal: ${JSON.stringify(error.message)}`,
  );
  return String(error.number);
}

function give(input: RoundInput): string {
  let round: ParsedRound;
  CountedBytes.looked = 0;
  try {
    round = read(input);
  } catch (error) {
    const limit = 4 * input.file.length + 64;
    must(
      CountedBytes.looked <= limit,
      `looked at ${CountedBytes.looked} bytes of ${input.file.length}: hangs when long`,
    );
    return `${input.kind} ${checkRefusal(error)}`;
  }
  checkRoundTaken(round, input);
  return `${input.kind} taken`;
}

/** A round file for a report. */
export function showRound({ file, routes, sequences, ...rest }: RoundInput): string {
  const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("latin1");
  return JSON.stringify({ ...rest, file: text(file), routes: text(routes), sequences: text(sequences) });
}

/** Round files, CSV and JSON. */
export const fuzzRoundFiles = fuzzSweep({
  name: "fuzz-round-files",
  title: "any round file is a round that fits the books, or an error with number and place",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: [
    ...["taken", "905", "906", "907", "908", "909", "911", "912"].map((end) => `csv ${end}`),
    ...["taken", "905", "906", "908", "909", "911", "912"].map((end) => `json ${end}`),
  ],
  open: (): FuzzTarget<RoundInput> => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // most inputs are refused: a third of the time went into stacks that nobody reads
    return {
      draw: drawRound,
      give,
      show: showRound,
      close: () => {
        Error.stackTraceLimit = limit;
        return Promise.resolve();
      },
    };
  },
});
