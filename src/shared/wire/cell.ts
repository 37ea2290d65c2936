// Cells: the 8-byte words of ledger and parcel index, SPEC.md §6. One flash write each, never rewritten.
import { readU32, writeText, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Hash } from "../crypto/hash.ts";
import type { Field } from "./field.ts";

export const CELL_BYTES = 8;
/** Header before the first row of a cell file. */
export const CELL_HEADER_BYTES = 16;
export const CELLS_VERSION = 1;

/** SPEC.md §6.2. */
export const CELL: readonly Field[] = [
  ["kind", 0, 1],
  ["count", 1, 1],
  ["row", 2, 2],
  ["check", 4, 4],
];

/** SPEC.md §6.1. */
export const CELL_HEADER: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["rows", 6, 2],
  ["journal epoch", 8, 4],
  ["check", 12, 4],
];

/** What a cell of the ledger says. */
export const enum LedgerKind {
  Try = 1,
  Success = 2,
  WrongAnswer = 3,
  Release = 4,
  /** Tries carried over from the ledger of the manifest before; `count` of them. */
  Carried = 5,
}

/** What a cell of the parcel index says. */
export const enum IndexKind {
  HandedOver = 1,
  /** Not delivered; `count` is the reason. */
  Attempted = 2,
  /** A handover was taken back. */
  Reversed = 3,
}

/** A cell that was read. */
export interface Cell {
  kind: number;
  count: number;
  row: number;
}

function checkOf(hash: Hash, cell: Uint8Array, journalEpoch: number, position: number): number {
  const covered = zeros(12);
  covered.set(cell.subarray(0, 4), 0);
  writeU32(covered, 4, journalEpoch);
  writeU32(covered, 8, position);
  return hash.crc32(covered);
}

/**
 * Encodes a cell for its place.
 * @param position the cell's number in its file, from 0; a cell moved elsewhere no longer checks
 */
export function encodeCell(hash: Hash, cell: Cell, journalEpoch: number, position: number): Uint8Array {
  const bytes = zeros(CELL_BYTES);
  bytes[0] = cell.kind;
  bytes[1] = cell.count;
  writeU16(bytes, 2, cell.row);
  writeU32(bytes, 4, checkOf(hash, bytes, journalEpoch, position));
  return bytes;
}

/** Whether the cell at `offset` of `bytes` is whole and belongs at `position`. */
export function cellIsWhole(
  hash: Hash,
  bytes: Uint8Array,
  offset: number,
  journalEpoch: number,
  position: number,
): boolean {
  if (bytes.length < offset + CELL_BYTES) return false;
  return readU32(bytes, offset + 4) === checkOf(hash, bytes.subarray(offset, offset + 4), journalEpoch, position);
}

/** The header of a cell file; `magic` is "PLED" for the ledger, "PIDX" for the parcel index. */
export function encodeCellHeader(hash: Hash, magic: string, rows: number, journalEpoch: number): Uint8Array {
  return encodeHeader(hash, magic, CELLS_VERSION, rows, journalEpoch);
}

/** The 16-byte header that cell files and updates files share: magic, version, rows or slots, journal epoch, check. */
export function encodeHeader(
  hash: Hash,
  magic: string,
  version: number,
  rows: number,
  journalEpoch: number,
): Uint8Array {
  const bytes = zeros(CELL_HEADER_BYTES);
  writeText(bytes, 0, magic);
  writeU16(bytes, 4, version);
  writeU16(bytes, 6, rows);
  writeU32(bytes, 8, journalEpoch);
  writeU32(bytes, 12, hash.crc32(bytes.subarray(0, 12)));
  return bytes;
}
