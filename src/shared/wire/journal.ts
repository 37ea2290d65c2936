// Journal records, SPEC.md §5: 64 bytes, body (48) then MAC (16), chained. A record's number is its slot.
// A record never holds anything made from digits that were refused.
import { concatBytes, readU16, readU32, writeText, writeU16, writeU32, zeros } from "./bytes.ts";
import { hmac } from "../crypto/hmac.ts";
import type { Hash } from "../crypto/hash.ts";
import type { Field } from "./field.ts";

export const JOURNAL_VERSION = 1;
export const JOURNAL_HEADER_BYTES = 32;
export const BODY_BYTES = 48;
export const RECORD_MAC_BYTES = 16;
export const RECORD_BYTES = 64;
/** Below this many free slots no try is taken, SPEC.md §5.3. */
export const FREE_SLOTS_MIN = 16;

/** SPEC.md §5.1. */
export const JOURNAL_HEADER: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["record bytes", 6, 2],
  ["device", 8, 4],
  ["journal epoch", 12, 4],
  ["manifest sequence", 16, 4],
  ["slots", 20, 2],
  ["reserved", 22, 6],
  ["check", 28, 4],
];

/** SPEC.md §5.2. */
export const JOURNAL_RECORD: readonly Field[] = [
  ["type", 0, 1],
  ["flags", 1, 1],
  ["reason", 2, 1],
  ["tries", 3, 1],
  ["time", 4, 4],
  ["parcel", 8, 4],
  ["code", 12, 4],
  ["proof", 16, 16],
  ["handed over", 32, 2],
  ["detail", 34, 2],
  ["tries in all", 36, 2],
  ["battery", 38, 1],
  ["reserved", 39, 1],
  ["acknowledged", 40, 2],
  ["reserved 2", 42, 2],
  ["check", 44, 4],
  ["mac", 48, 16],
];

/** What happened. Numbers are never reused. */
export const enum RecordType {
  /** A code was accepted; `proof` is set. */
  Accepted = 1,
  /** The parcel left the courier's hands. */
  HandedOver = 2,
  /** A code was refused; nothing of the digits is kept. */
  Wrong = 3,
  /** The parcel was not delivered; `reason` says why. */
  NotDelivered = 4,
  /** A handover was taken back; `detail` is the slot of the record taken back. */
  Reversed = 5,
  /** A lock was opened by the right answer; `detail` is the release's index. */
  Released = 6,
  /** A release answer was refused. */
  WrongAnswer = 7,
  /** A fault stopped something; `detail` is its number. */
  Fault = 8,
  /** A try that the ledger holds and no record tells of: a power cut came between the two. */
  TryFound = 9,
}

export const enum RecordFlag {
  /** The clock was only estimated. */
  ClockEstimated = 1,
  /** Written again at boot because the first record's MAC was torn. */
  Restated = 2,
}

/** Why a parcel was not delivered, after EDIFACT 9013 and X12 641; SPEC.md §5.4. */
export const enum Reason {
  None = 0,
  NotHome = 1,
  Refused = 2,
  WrongAddress = 3,
  NoAccess = 4,
  NoCode = 5,
  Damaged = 6,
  Closed = 7,
  Other = 8,
}

/** A record's body, decoded. */
export interface RecordBody {
  type: RecordType;
  flags: number;
  reason: Reason;
  /** Tries spent on this code once this record holds. */
  tries: number;
  /** UTC seconds. */
  time_s: number;
  /** Depot's parcel id; 0 when the record is not about one. */
  parcel: number;
  /** Code id; 0 when the record is not about one. */
  code: number;
  /** 16 bytes, zero unless the type is Accepted. */
  proof: Uint8Array;
  /** Parcels handed over in this journal once this record holds. */
  handedOver: number;
  detail: number;
  /** Tries in the ledger, all codes together, once this record holds. */
  triesInAll: number;
  /** Percent, 255 unknown. */
  battery: number;
  /** Slots that the depot had acknowledged when this was written: after a reset, sync goes on from there. */
  acknowledged: number;
}

function bodyCheck(hash: Hash, record: Uint8Array, offset: number, journalEpoch: number, slot: number): number {
  const covered = zeros(50);
  covered.set(record.subarray(offset, offset + 44), 0);
  writeU32(covered, 44, journalEpoch);
  writeU16(covered, 48, slot);
  return hash.crc32(covered);
}

/** Encodes a body for its slot: 48 bytes, check included. */
export function encodeBody(hash: Hash, body: RecordBody, journalEpoch: number, slot: number): Uint8Array {
  const bytes = zeros(BODY_BYTES);
  bytes[0] = body.type;
  bytes[1] = body.flags;
  bytes[2] = body.reason;
  bytes[3] = body.tries;
  writeU32(bytes, 4, body.time_s);
  writeU32(bytes, 8, body.parcel);
  writeU32(bytes, 12, body.code);
  bytes.set(body.proof, 16);
  writeU16(bytes, 32, body.handedOver);
  writeU16(bytes, 34, body.detail);
  writeU16(bytes, 36, body.triesInAll);
  bytes[38] = body.battery;
  writeU16(bytes, 40, body.acknowledged);
  writeU32(bytes, 44, bodyCheck(hash, bytes, 0, journalEpoch, slot));
  return bytes;
}

/** Whether the body at the start of `record` is whole and belongs in this slot of this journal. */
export function bodyIsWhole(hash: Hash, record: Uint8Array, journalEpoch: number, slot: number): boolean {
  return record.length >= BODY_BYTES && readU32(record, 44) === bodyCheck(hash, record, 0, journalEpoch, slot);
}

/** Decodes a body that is whole. */
export function decodeBody(record: Uint8Array): RecordBody {
  return {
    type: record[0],
    flags: record[1],
    reason: record[2],
    tries: record[3],
    time_s: readU32(record, 4),
    parcel: readU32(record, 8),
    code: readU32(record, 12),
    proof: new Uint8Array(record.subarray(16, 32)),
    handedOver: readU16(record, 32),
    detail: readU16(record, 34),
    triesInAll: readU16(record, 36),
    battery: record[38],
    acknowledged: readU16(record, 40),
  };
}

/**
 * A record's MAC, 16 bytes: HMAC(record key, journal epoch ‖ MAC before ‖ slot ‖ body).
 * @param before MAC of the last valid record before it; for the first, the first 16 bytes of the manifest's MAC
 */
export function recordMac(
  hash: Hash,
  recordKey: Uint8Array,
  journalEpoch: number,
  before: Uint8Array,
  slot: number,
  body: Uint8Array,
): Uint8Array {
  const place = zeros(6);
  writeU32(place, 0, journalEpoch);
  writeU16(place, 4, slot);
  const mac = hmac(hash, recordKey, [place.subarray(0, 4), before, place.subarray(4), body.subarray(0, BODY_BYTES)]);
  return new Uint8Array(mac.subarray(0, RECORD_MAC_BYTES));
}

/** Body and MAC joined: 64 bytes. */
export function joinRecord(body: Uint8Array, mac: Uint8Array): Uint8Array {
  return concatBytes([body, mac]);
}

/** Whether a journal file's header is whole: its length and its check. */
export function journalHeaderHolds(hash: Hash, header: Uint8Array): boolean {
  return header.length === JOURNAL_HEADER_BYTES && readU32(header, 28) === hash.crc32(header.subarray(0, 28));
}

/** The header of a journal file: 32 bytes. */
export function encodeJournalHeader(
  hash: Hash,
  device: number,
  journalEpoch: number,
  sequence: number,
  slots: number,
): Uint8Array {
  const bytes = zeros(JOURNAL_HEADER_BYTES);
  writeText(bytes, 0, "PJRN");
  writeU16(bytes, 4, JOURNAL_VERSION);
  writeU16(bytes, 6, RECORD_BYTES);
  writeU32(bytes, 8, device);
  writeU32(bytes, 12, journalEpoch);
  writeU32(bytes, 16, sequence);
  writeU16(bytes, 20, slots);
  writeU32(bytes, 28, hash.crc32(bytes.subarray(0, 28)));
  return bytes;
}
