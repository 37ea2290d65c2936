// The boot record, SPEC.md §11.1: which bundle starts. The uploader and the bundle append to it; the loader, which is
// plain text in firmware/loader.js, reads it by the same rules.
import type { Hash } from "../crypto/hash.ts";
import { readU32, writeU32, zeros } from "./bytes.ts";
import type { Field } from "./field.ts";

/** Bytes of a cell of the boot record. */
export const BOOT_CELL_BYTES = 16;

/** What a cell says, SPEC.md §11.1. */
export const enum BootKind {
  /** Start this bundle from now on. */
  Try = 1,
  /** A bundle that is not yet Up is about to be started. */
  Start = 2,
  /** The bundle's idle screen stands and it listens. */
  Up = 3,
}

/** SPEC.md §11.1. */
export const BOOT_CELL: readonly Field[] = [
  ["kind", 0, 1],
  ["slot", 1, 1],
  ["unused", 2, 2],
  ["length", 4, 4],
  ["sum", 8, 4],
  ["check", 12, 4],
];

/** A cell. */
export interface BootCell {
  kind: number;
  /** "a" or "b". */
  slot: string;
  /** Bytes of the bundle. */
  length: number;
  /** CRC-32 of the bundle. */
  sum: number;
}

/** Encodes a cell. */
export function encodeBootCell(hash: Hash, cell: BootCell): Uint8Array {
  const bytes = zeros(BOOT_CELL_BYTES);
  bytes[0] = cell.kind;
  bytes[1] = cell.slot.charCodeAt(0);
  writeU32(bytes, 4, cell.length);
  writeU32(bytes, 8, cell.sum);
  writeU32(bytes, 12, hash.crc32(bytes.subarray(0, 12)));
  return bytes;
}

/** Decodes a cell of {@link BOOT_CELL_BYTES}; undefined when its check does not hold. */
export function decodeBootCell(hash: Hash, bytes: Uint8Array): BootCell | undefined {
  if (bytes.length !== BOOT_CELL_BYTES || readU32(bytes, 12) !== hash.crc32(bytes.subarray(0, 12))) return undefined;
  return {
    kind: bytes[0],
    slot: String.fromCharCode(bytes[1]),
    length: readU32(bytes, 4),
    sum: readU32(bytes, 8),
  };
}
