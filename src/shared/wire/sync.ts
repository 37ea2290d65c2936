// Sync request and reply, SPEC.md §9. The same bytes travel over HTTP and over the dock. Each message carries a MAC
// of the sync key; the reply repeats the request's nonce, so an old reply is never taken for a new one.
import { concatBytes, copyBytes, readU16, readU32, sameBytes, writeText, writeU16, writeU32, zeros } from "./bytes.ts";
import { RECORD_BYTES } from "./journal.ts";
import { UPDATE_BYTES } from "./update.ts";
import { hmac } from "../crypto/hmac.ts";
import type { Hash } from "../crypto/hash.ts";
import { FaultNumber } from "../faults.ts";
import type { Field } from "./field.ts";

export const SYNC_VERSION = 1;
export const NONCE_BYTES = 16;
export const SYNC_MAC_BYTES = 32;
export const REQUEST_HEADER_BYTES = 64;
export const REPLY_HEADER_BYTES = 64;
/** A record in a request stands behind its slot number. */
export const SLOT_AND_RECORD_BYTES = 2 + RECORD_BYTES;
/** Records in one request, and updates in one reply, at most. */
export const RECORDS_PER_REQUEST = 24;
export const UPDATES_PER_REPLY = 8;

/** SPEC.md §9.1. */
export const SYNC_REQUEST: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["flags", 6, 2],
  ["device", 8, 4],
  ["key epoch", 12, 4],
  ["manifest sequence", 16, 4],
  ["journal epoch", 20, 4],
  ["nonce", 24, 16],
  ["time", 40, 4],
  ["last update", 44, 4],
  ["from", 48, 2],
  ["to", 50, 2],
  ["end", 52, 2],
  ["records", 54, 2],
  ["battery", 56, 1],
  ["reserved", 57, 3],
  ["firmware", 60, 4],
];

/** SPEC.md §9.2. */
export const SYNC_REPLY: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["status", 6, 2],
  ["device", 8, 4],
  ["journal epoch", 12, 4],
  ["nonce", 16, 16],
  ["time", 32, 4],
  ["acknowledged", 36, 2],
  ["updates", 38, 2],
  ["mac of last", 40, 16],
  ["reserved", 56, 8],
];

/** One of the records behind a request's header, SPEC.md §9.1.1. */
export const SYNC_RECORD: readonly Field[] = [
  ["slot", 0, 2],
  ["record", 2, 64],
];

export const enum SyncFlag {
  ClockEstimated = 1,
  /** The last reply acknowledged records that this journal does not hold: fault 507. */
  AcknowledgementRefused = 2,
}

export const enum SyncStatus {
  /** Records were taken; updates may follow. */
  Ok = 0,
  /** Records were taken; this journal or key epoch is closed, there will be no updates. */
  Closed = 1,
  /** A record under a known slot differs, or the chain is broken: an alarm was raised, nothing was taken. */
  Conflict = 2,
  /** The depot never sealed this manifest; nothing was taken. */
  UnknownJournal = 3,
}

/** A sync request, decoded. */
export interface SyncRequest {
  flags: number;
  device: number;
  keyEpoch: number;
  /** 0 when no manifest is active; journal fields are 0 then, too. */
  sequence: number;
  journalEpoch: number;
  /** 16 fresh random bytes. */
  nonce: Uint8Array;
  /** The handheld's clock, UTC seconds. */
  time_s: number;
  /** Number of the last update stored, 0 for none. */
  lastUpdate: number;
  /** First slot this request tells of. */
  from: number;
  /** One past the last slot it tells of; a slot in between without a record is void. */
  to: number;
  /** Slots used in the journal. */
  end: number;
  /** Percent, 255 unknown. */
  battery: number;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number;
  /** In slot order. */
  records: SlotRecord[];
}

/** A record and its slot. */
export interface SlotRecord {
  slot: number;
  /** 64 bytes, body and MAC. */
  record: Uint8Array;
}

/** A sync reply, decoded. */
export interface SyncReply {
  status: SyncStatus;
  device: number;
  journalEpoch: number;
  nonce: Uint8Array;
  /** The depot's clock, UTC seconds. */
  time_s: number;
  /** Slots received without a gap, from 0. */
  acknowledged: number;
  /** MAC of the last valid record among them; zeros when there is none. */
  lastMac: Uint8Array;
  /** Encoded updates, 64 bytes each, in order. */
  updates: Uint8Array[];
}

function sealed(hash: Hash, syncKey: Uint8Array, message: Uint8Array): Uint8Array {
  return concatBytes([message, hmac(hash, syncKey, [message])]);
}

function macHolds(hash: Hash, syncKey: Uint8Array, message: Uint8Array): boolean {
  const signed = message.length - SYNC_MAC_BYTES;
  return sameBytes(hmac(hash, syncKey, [message.subarray(0, signed)]), message.subarray(signed));
}

function hasMagic(bytes: Uint8Array, magic: string): boolean {
  for (let i = 0; i < 4; i++) if (bytes[i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** Encodes and seals a request. */
export function encodeRequest(hash: Hash, syncKey: Uint8Array, request: SyncRequest): Uint8Array {
  const count = request.records.length;
  const bytes = zeros(REQUEST_HEADER_BYTES + count * SLOT_AND_RECORD_BYTES);
  writeText(bytes, 0, "PSRQ");
  writeU16(bytes, 4, SYNC_VERSION);
  writeU16(bytes, 6, request.flags);
  writeU32(bytes, 8, request.device);
  writeU32(bytes, 12, request.keyEpoch);
  writeU32(bytes, 16, request.sequence);
  writeU32(bytes, 20, request.journalEpoch);
  bytes.set(request.nonce, 24);
  writeU32(bytes, 40, request.time_s);
  writeU32(bytes, 44, request.lastUpdate);
  writeU16(bytes, 48, request.from);
  writeU16(bytes, 50, request.to);
  writeU16(bytes, 52, request.end);
  writeU16(bytes, 54, count);
  bytes[56] = request.battery;
  writeU32(bytes, 60, request.firmware);
  let at = REQUEST_HEADER_BYTES;
  for (const entry of request.records) {
    writeU16(bytes, at, entry.slot);
    bytes.set(entry.record, at + 2);
    at += SLOT_AND_RECORD_BYTES;
  }
  return sealed(hash, syncKey, bytes);
}

/** Device and key epoch a request claims, so that the depot can find the key; undefined when it is not a request. */
export function requestSender(bytes: Uint8Array): { device: number; keyEpoch: number } | undefined {
  if (bytes.length < REQUEST_HEADER_BYTES + SYNC_MAC_BYTES || !hasMagic(bytes, "PSRQ")) return undefined;
  if (readU16(bytes, 4) !== SYNC_VERSION) return undefined;
  const count = readU16(bytes, 54);
  if (count > RECORDS_PER_REQUEST) return undefined;
  if (bytes.length !== REQUEST_HEADER_BYTES + count * SLOT_AND_RECORD_BYTES + SYNC_MAC_BYTES) return undefined;
  return { device: readU32(bytes, 8), keyEpoch: readU32(bytes, 12) };
}

/** Whether slots lie in order within [from, to) and the span is sound. */
function spanHolds(request: SyncRequest): boolean {
  if (request.from > request.to || request.to > request.end) return false;
  let next = request.from;
  for (const entry of request.records) {
    if (entry.slot < next || entry.slot >= request.to) return false;
    next = entry.slot + 1;
  }
  return true;
}

/**
 * Checks and decodes a request.
 * @returns undefined when it is malformed or its MAC does not hold
 */
export function openRequest(hash: Hash, syncKey: Uint8Array, bytes: Uint8Array): SyncRequest | undefined {
  if (requestSender(bytes) === undefined || !macHolds(hash, syncKey, bytes)) return undefined;
  const records: SlotRecord[] = [];
  for (let i = 0, at = REQUEST_HEADER_BYTES; i < readU16(bytes, 54); i++) {
    records.push({ slot: readU16(bytes, at), record: copyBytes(bytes, at + 2, RECORD_BYTES) });
    at += SLOT_AND_RECORD_BYTES;
  }
  const request: SyncRequest = {
    flags: readU16(bytes, 6),
    device: readU32(bytes, 8),
    keyEpoch: readU32(bytes, 12),
    sequence: readU32(bytes, 16),
    journalEpoch: readU32(bytes, 20),
    nonce: copyBytes(bytes, 24, NONCE_BYTES),
    time_s: readU32(bytes, 40),
    lastUpdate: readU32(bytes, 44),
    from: readU16(bytes, 48),
    to: readU16(bytes, 50),
    end: readU16(bytes, 52),
    battery: bytes[56],
    firmware: readU32(bytes, 60),
    records: records,
  };
  return spanHolds(request) ? request : undefined;
}

/** Encodes and seals a reply. */
export function encodeReply(hash: Hash, syncKey: Uint8Array, reply: SyncReply): Uint8Array {
  const bytes = zeros(REPLY_HEADER_BYTES + reply.updates.length * UPDATE_BYTES);
  writeText(bytes, 0, "PSRP");
  writeU16(bytes, 4, SYNC_VERSION);
  writeU16(bytes, 6, reply.status);
  writeU32(bytes, 8, reply.device);
  writeU32(bytes, 12, reply.journalEpoch);
  bytes.set(reply.nonce, 16);
  writeU32(bytes, 32, reply.time_s);
  writeU16(bytes, 36, reply.acknowledged);
  writeU16(bytes, 38, reply.updates.length);
  bytes.set(reply.lastMac, 40);
  let at = REPLY_HEADER_BYTES;
  for (const update of reply.updates) {
    bytes.set(update, at);
    at += UPDATE_BYTES;
  }
  return sealed(hash, syncKey, bytes);
}

/** Why a reply is refused before its fields are looked at, or 0. */
export function checkReply(hash: Hash, syncKey: Uint8Array, bytes: Uint8Array, nonce: Uint8Array): FaultNumber {
  if (bytes.length < REPLY_HEADER_BYTES + SYNC_MAC_BYTES || !hasMagic(bytes, "PSRP")) return FaultNumber.SyncGarbage;
  if (readU16(bytes, 4) !== SYNC_VERSION) return FaultNumber.SyncVersion;
  const count = readU16(bytes, 38);
  if (count > UPDATES_PER_REPLY || bytes.length !== REPLY_HEADER_BYTES + count * UPDATE_BYTES + SYNC_MAC_BYTES) {
    return FaultNumber.SyncGarbage;
  }
  if (!macHolds(hash, syncKey, bytes)) return FaultNumber.SyncMac;
  if (!sameBytes(bytes.subarray(16, 16 + NONCE_BYTES), nonce)) return FaultNumber.SyncStale;
  return FaultNumber.None;
}

/** Decodes a reply that {@link checkReply} let pass. */
export function decodeReply(bytes: Uint8Array): SyncReply {
  const updates: Uint8Array[] = [];
  for (let i = 0; i < readU16(bytes, 38); i++) {
    updates.push(copyBytes(bytes, REPLY_HEADER_BYTES + i * UPDATE_BYTES, UPDATE_BYTES));
  }
  return {
    status: readU16(bytes, 6),
    device: readU32(bytes, 8),
    journalEpoch: readU32(bytes, 12),
    nonce: copyBytes(bytes, 16, NONCE_BYTES),
    time_s: readU32(bytes, 32),
    acknowledged: readU16(bytes, 36),
    lastMac: copyBytes(bytes, 40, 16),
    updates: updates,
  };
}
