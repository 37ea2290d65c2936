// What is remembered when maintenance retires a finished day: its manifest's sequence, sealing time and end, so that no
// older manifest, no manifest of a day that is over and no earlier clock comes back. SPEC.md §11.
import type { Board } from "../../../hal/contract/board.ts";
import { readU32, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import type { FaultNumber } from "../../../src/shared/faults.ts";
import { PAST_FILE_NAME } from "../files.ts";

/** The last retired manifest. */
export interface Past {
  /** 0 when nothing was retired. */
  sequence: number;
  sealedAt_s: number;
  /** First second after the day. */
  validUntil_s: number;
}

const PAST_BYTES = 16;

/** Reads the file; zeros when it is missing or damaged. */
export function readPast(board: Board): Past {
  let bytes = board.flash.read(PAST_FILE_NAME, 0, PAST_BYTES);
  const isWhole = bytes.length === PAST_BYTES && readU32(bytes, 12) === board.hash.crc32(bytes.subarray(0, 12));
  if (!isWhole) bytes = zeros(PAST_BYTES);
  return { sequence: readU32(bytes, 0), sealedAt_s: readU32(bytes, 4), validUntil_s: readU32(bytes, 8) };
}

/** Replaces the file; dock only. */
export function writePast(board: Board, past: Past): FaultNumber {
  const bytes = zeros(PAST_BYTES);
  writeU32(bytes, 0, past.sequence);
  writeU32(bytes, 4, past.sealedAt_s);
  writeU32(bytes, 8, past.validUntil_s);
  writeU32(bytes, 12, board.hash.crc32(bytes.subarray(0, 12)));
  board.flash.erase(PAST_FILE_NAME);
  return board.flash.create(PAST_FILE_NAME, PAST_BYTES, bytes);
}
