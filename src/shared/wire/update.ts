// Updates from the depot, SPEC.md §7: a numbered list, 64 bytes each, stored in order on the handheld.
import { copyBytes, readU16, readU32, writeU16, writeU32, zeros } from "./bytes.ts";
import { encodeHeader } from "./cell.ts";
import type { Hash } from "../crypto/hash.ts";
import type { Field } from "./field.ts";

export const UPDATE_BYTES = 64;
export const UPDATE_HEADER_BYTES = 16;
export const UPDATES_VERSION = 1;

/** SPEC.md §7.1. */
export const UPDATE_HEADER: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["slots", 6, 2],
  ["journal epoch", 8, 4],
  ["check", 12, 4],
];

/** SPEC.md §7.2. */
export const UPDATE: readonly Field[] = [
  ["number", 0, 4],
  ["kind", 4, 1],
  ["tag bits", 5, 1],
  ["day", 6, 2],
  ["code", 8, 4],
  ["parcel", 12, 4],
  ["new code", 16, 4],
  ["tag", 20, 4],
  ["salt", 24, 16],
  ["release index", 40, 1],
  ["tries known", 41, 1],
  ["reserved", 42, 18],
  ["check", 60, 4],
];

/** What an update does. Numbers are never reused. */
export const enum UpdateKind {
  /** Code `code` is dead; it has no successor for today. */
  Void = 1,
  /** Code `code` is dead; `new code` with its salt, tag and day takes its place. */
  Replace = 2,
  /** Opens the lock of `code` (0: the device) whose release index is `release index`. */
  Release = 3,
}

/** An update, decoded. Fields that its kind does not use are 0. */
export interface Update {
  /** 1, 2, 3 … within one journal epoch. */
  number: number;
  kind: UpdateKind;
  code: number;
  parcel: number;
  newCode: number;
  tagBits: number;
  tag: number;
  /** 16 bytes. */
  salt: Uint8Array;
  /** Days since 1970-01-01. */
  day: number;
  releaseIndex: number;
  triesKnown: number;
}

/** An update with nothing in it, to be filled in by its kind. */
export const BLANK_UPDATE: Omit<Update, "kind"> = {
  number: 0,
  code: 0,
  parcel: 0,
  newCode: 0,
  tagBits: 0,
  tag: 0,
  salt: new Uint8Array(16),
  day: 0,
  releaseIndex: 0,
  triesKnown: 0,
};

function updateCheck(hash: Hash, bytes: Uint8Array, journalEpoch: number): number {
  const covered = zeros(64);
  covered.set(bytes.subarray(0, 60), 0);
  writeU32(covered, 60, journalEpoch);
  return hash.crc32(covered);
}

/** Encodes an update for one journal epoch: 64 bytes. */
export function encodeUpdate(hash: Hash, update: Update, journalEpoch: number): Uint8Array {
  const bytes = zeros(UPDATE_BYTES);
  writeU32(bytes, 0, update.number);
  bytes[4] = update.kind;
  bytes[5] = update.tagBits;
  writeU16(bytes, 6, update.day);
  writeU32(bytes, 8, update.code);
  writeU32(bytes, 12, update.parcel);
  writeU32(bytes, 16, update.newCode);
  writeU32(bytes, 20, update.tag);
  bytes.set(update.salt, 24);
  bytes[40] = update.releaseIndex;
  bytes[41] = update.triesKnown;
  writeU32(bytes, 60, updateCheck(hash, bytes, journalEpoch));
  return bytes;
}

/** Whether an update is whole and was made for this journal epoch. */
export function updateIsWhole(hash: Hash, bytes: Uint8Array, journalEpoch: number): boolean {
  return bytes.length === UPDATE_BYTES && readU32(bytes, 60) === updateCheck(hash, bytes, journalEpoch);
}

/** Decodes an update that is whole. */
export function decodeUpdate(bytes: Uint8Array): Update {
  return {
    number: readU32(bytes, 0),
    kind: bytes[4],
    tagBits: bytes[5],
    day: readU16(bytes, 6),
    code: readU32(bytes, 8),
    parcel: readU32(bytes, 12),
    newCode: readU32(bytes, 16),
    tag: readU32(bytes, 20),
    salt: copyBytes(bytes, 24, 16),
    releaseIndex: bytes[40],
    triesKnown: bytes[41],
  };
}

/** The header of an updates file: 16 bytes, laid out as that of a cell file. */
export function encodeUpdatesHeader(hash: Hash, slots: number, journalEpoch: number): Uint8Array {
  return encodeHeader(hash, "PUPD", UPDATES_VERSION, slots, journalEpoch);
}
