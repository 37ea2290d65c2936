// What a ledger's bytes say is spent, by SPEC.md §6 with Node's own CRC-32: nothing here comes from src/shared. For files
// whose used cells stand in front of all erased ones.
import { crc32 } from "node:zlib";

/** Cells of a row, and of the overflow area. */
export const ROW_CELLS = 4;
export const OVERFLOW_CELLS = 256;

/** What is counted in one row. */
export interface Counted {
  tries: number;
  carried: number;
  accepted: boolean;
  releases: number;
  wrongAnswers: number;
}

interface ReadCell {
  state: "erased" | "whole" | "torn";
  kind: number;
  count: number;
  row: number;
}

const covered = Buffer.alloc(12);
const ERASED: ReadCell = { state: "erased", kind: 0, count: 0, row: 0 };

/** The check that a cell ought to have at its position. */
export function cellCheck(cell: Uint8Array, journalEpoch: number, position: number): number {
  covered.set(cell.subarray(0, 4), 0);
  covered.writeUInt32LE(journalEpoch, 4);
  covered.writeUInt32LE(position, 8);
  return crc32(covered);
}

/** The bytes of a cell, in place. */
export function cellAt(file: Uint8Array, position: number): Uint8Array {
  return file.subarray(16 + 8 * position, 24 + 8 * position);
}

/** Whether a cell is erased. */
export function isErasedCell(file: Uint8Array, position: number): boolean {
  const at = 16 + 8 * position;
  for (let i = 0; i < 8; i++) if (file[at + i] !== 0xff) return false;
  return true;
}

function read(file: Uint8Array, journalEpoch: number, position: number): ReadCell {
  if (isErasedCell(file, position)) return ERASED;
  const bytes = cellAt(file, position);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isWhole = view.readUInt32LE(4) === cellCheck(bytes, journalEpoch, position);
  return { state: isWhole ? "whole" : "torn", kind: bytes[0]!, count: bytes[1]!, row: view.readUInt16LE(2) };
}

/** Whether no erased cell stands before a used one, in any row or in the overflow area. */
export function fillsInOrder(file: Uint8Array, rows: number): boolean {
  const overflow = rows * ROW_CELLS;
  for (let position = 0; position < overflow + OVERFLOW_CELLS - 1; position++) {
    const isLastOfRow = position < overflow && position % ROW_CELLS === ROW_CELLS - 1;
    if (!isLastOfRow && isErasedCell(file, position) && !isErasedCell(file, position + 1)) return false;
  }
  return true;
}

/** Counts a row, §6.4. */
export function countRow(file: Uint8Array, rows: number, journalEpoch: number, row: number): Counted {
  const counted: Counted = { tries: 0, carried: 0, accepted: false, releases: 0, wrongAnswers: 0 };
  const count = ({ state, kind, count: number }: ReadCell): void => {
    if (state === "torn" || kind === 1) counted.tries++;
    if (state === "torn" || kind === 3) counted.wrongAnswers++;
    if (state === "torn") return;
    if (kind === 5) counted.carried = Math.max(counted.carried, number);
    if (kind === 2) counted.accepted = true;
    if (kind === 4) {
      counted.releases++;
      counted.wrongAnswers = 0;
    }
  };
  let used = 0;
  for (; used < ROW_CELLS; used++) {
    const cell = read(file, journalEpoch, row * ROW_CELLS + used);
    if (cell.state === "erased") break;
    count(cell);
  }
  let torn = 0;
  for (let i = 0; i < OVERFLOW_CELLS; i++) {
    const cell = read(file, journalEpoch, rows * ROW_CELLS + i);
    if (cell.state === "erased") break;
    if (cell.state === "torn") torn++;
    else if (cell.row === row) count(cell);
  }
  // A torn cell of the overflow area is nobody's: it counts on every row that is full.
  if (used === ROW_CELLS) {
    counted.tries += torn;
    counted.wrongAnswers += torn;
  }
  return counted;
}
