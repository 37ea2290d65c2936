// Vectors of sync requests and replies: SPEC.md §9.
import { fixedBytes, hex, hmac, join, text, u16, u32, u8, zeros } from "./encode.ts";
import { encodedUpdates } from "./flash-vectors.ts";
import { validRecords } from "./journal-vectors.ts";
import { DEVICE, KEY_EPOCH, SYNC_KEY } from "./key-vectors.ts";
import { JOURNAL_EPOCH, SEALED_AT_S, SEQUENCE } from "./manifest-vectors.ts";

const ASKING = {
  flags: 1,
  device: DEVICE,
  keyEpoch: KEY_EPOCH,
  sequence: SEQUENCE,
  journalEpoch: JOURNAL_EPOCH,
  nonce: hex(fixedBytes("nonce 1", 16)),
  time_s: SEALED_AT_S + 9000,
  lastUpdate: 0,
  from: 0,
  to: 0,
  end: 6,
  battery: 255,
  firmware: 0x000102,
  records: [] as { slot: number; record: string }[],
};
const TELLING = {
  ...ASKING,
  flags: 0,
  nonce: hex(fixedBytes("nonce 2", 16)),
  lastUpdate: 2,
  to: 6,
  battery: 64,
  records: validRecords().map(({ slot, record }) => ({ slot, record: hex(record) })),
};

function encodeRequest(request: typeof ASKING): Buffer {
  const covered = join(
    text("PSRQ"),
    u16(1),
    u16(request.flags),
    u32(request.device),
    u32(request.keyEpoch),
    u32(request.sequence),
    u32(request.journalEpoch),
    Buffer.from(request.nonce, "hex"),
    u32(request.time_s),
    u32(request.lastUpdate),
    u16(request.from),
    u16(request.to),
    u16(request.end),
    u16(request.records.length),
    u8(request.battery),
    zeros(3),
    u32(request.firmware),
    ...request.records.map(({ slot, record }) => join(u16(slot), Buffer.from(record, "hex"))),
  );
  return join(covered, hmac(SYNC_KEY, covered));
}

/** MAC of the n-th record told, in hexadecimal. */
const macOf = (n: number): string => TELLING.records[n]?.record.slice(-32) ?? "";

const STANDING = {
  status: 0,
  device: DEVICE,
  journalEpoch: JOURNAL_EPOCH,
  nonce: ASKING.nonce,
  time_s: SEALED_AT_S + 9001,
  acknowledged: 0,
  lastMac: hex(zeros(16)),
  updates: [] as string[],
};
const TAKEN = {
  ...STANDING,
  nonce: TELLING.nonce,
  acknowledged: 6,
  lastMac: macOf(3),
  updates: encodedUpdates().map(hex),
};
const CLOSED = { ...STANDING, status: 1, acknowledged: 1, lastMac: macOf(0) };

function encodeReply(reply: typeof STANDING): Buffer {
  const covered = join(
    text("PSRP"),
    u16(1),
    u16(reply.status),
    u32(reply.device),
    u32(reply.journalEpoch),
    Buffer.from(reply.nonce, "hex"),
    u32(reply.time_s),
    u16(reply.acknowledged),
    u16(reply.updates.length),
    Buffer.from(reply.lastMac, "hex"),
    zeros(8),
    ...reply.updates.map((update) => Buffer.from(update, "hex")),
  );
  return join(covered, hmac(SYNC_KEY, covered));
}

export function syncVectors(): object {
  return {
    spec: "§9",
    syncKey: hex(SYNC_KEY),
    requests: [ASKING, TELLING].map((request) => ({ ...request, bytes: hex(encodeRequest(request)) })),
    replies: [STANDING, TAKEN, CLOSED].map((reply) => ({ ...reply, bytes: hex(encodeReply(reply)) })),
  };
}

/** A reply, as a frame may carry it. */
export const STANDING_REPLY = encodeReply(STANDING);
