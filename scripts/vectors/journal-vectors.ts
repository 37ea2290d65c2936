// Vectors of the journal: header, and a chain with every state a slot can be in. SPEC.md §5.
import { crc32, erased, hex, hmac, join, text, u16, u32, u8, zeros } from "./encode.ts";
import { FIRST_CODE, proofOf } from "./code-vectors.ts";
import { DEVICE, RECORD_KEY } from "./key-vectors.ts";
import { JOURNAL_EPOCH, JOURNAL_SLOTS, journalStart, SEALED_AT_S, SEQUENCE } from "./manifest-vectors.ts";

const NO_PROOF = hex(zeros(16));
const ACCEPTED = 1;
const HANDED_OVER = 2;
const WRONG = 3;
const NOT_DELIVERED = 4;
const RESTATED = 2;

/** A body's fields, in the order of §5.2. */
const FIRST = {
  type: WRONG,
  flags: 1,
  reason: 0,
  tries: 1,
  time_s: SEALED_AT_S + 7200,
  parcel: 9001,
  code: 501,
  proof: NO_PROOF,
  handedOver: 0,
  detail: 0,
  triesInAll: 1,
  battery: 87,
  acknowledged: 0,
};
type Body = typeof FIRST;

function encodeBody(body: Body, slot: number): Buffer {
  const covered = join(
    u8(body.type),
    u8(body.flags),
    u8(body.reason),
    u8(body.tries),
    u32(body.time_s),
    u32(body.parcel),
    u32(body.code),
    Buffer.from(body.proof, "hex"),
    u16(body.handedOver),
    u16(body.detail),
    u16(body.triesInAll),
    u8(body.battery),
    u8(0),
    u16(body.acknowledged),
    u16(0),
  );
  return join(covered, u32(crc32(covered, u32(JOURNAL_EPOCH), u16(slot))));
}

function macOf(before: Buffer, slot: number, body: Buffer): Buffer {
  return hmac(RECORD_KEY, u32(JOURNAL_EPOCH), before, u16(slot), body).subarray(0, 16);
}

function header(): Buffer {
  const covered = join(
    text("PJRN"),
    u16(1),
    u16(64),
    u32(DEVICE),
    u32(JOURNAL_EPOCH),
    u32(SEQUENCE),
    u16(JOURNAL_SLOTS),
    zeros(6),
  );
  return join(covered, u32(crc32(covered)));
}

const accepted: Body = {
  ...FIRST,
  type: ACCEPTED,
  flags: 0,
  tries: 2,
  time_s: SEALED_AT_S + 7260,
  proof: hex(proofOf(FIRST_CODE)),
  triesInAll: 2,
  acknowledged: 1,
};
const restated: Body = { ...accepted, flags: RESTATED };
const handedOver: Body = { ...accepted, type: HANDED_OVER, proof: NO_PROOF, handedOver: 1, battery: 255 };
const notDelivered: Body = { ...handedOver, type: NOT_DELIVERED, reason: 1, tries: 0, parcel: 9003, code: 0 };

/** The first six slots of a day, as they lie in flash. */
function slots(): { slot: number; state: string; body?: Body; before: Buffer; record: Buffer }[] {
  const start = journalStart();
  const first = encodeBody(FIRST, 0);
  const firstMac = macOf(start, 0, first);
  const torn = encodeBody({ ...accepted, time_s: SEALED_AT_S + 7230 }, 1);
  const unfinished = encodeBody(accepted, 2);
  const again = encodeBody(restated, 3);
  const againMac = macOf(firstMac, 3, again);
  const handed = encodeBody(handedOver, 4);
  const handedMac = macOf(againMac, 4, handed);
  const last = encodeBody(notDelivered, 5);
  return [
    { slot: 0, state: "valid", body: FIRST, before: start, record: join(first, firstMac) },
    { slot: 1, state: "void, body torn", before: firstMac, record: join(torn.subarray(0, 24), erased(40)) },
    {
      slot: 2,
      state: "void, MAC torn, restated in slot 3",
      body: accepted,
      before: firstMac,
      record: join(unfinished, macOf(firstMac, 2, unfinished).subarray(0, 8), erased(8)),
    },
    { slot: 3, state: "valid", body: restated, before: firstMac, record: join(again, againMac) },
    { slot: 4, state: "valid", body: handedOver, before: againMac, record: join(handed, handedMac) },
    { slot: 5, state: "unsealed", body: notDelivered, before: handedMac, record: join(last, erased(16)) },
  ];
}

/** Slots 0, 3, 4 and the last one with its MAC: what a sync tells of. */
export function validRecords(): { slot: number; record: Buffer }[] {
  return slots()
    .filter(({ state }) => state === "valid" || state === "unsealed")
    .map(({ slot, before, record }) => {
      const body = record.subarray(0, 48);
      return { slot, record: join(body, macOf(before, slot, body)) };
    });
}

export function journalVectors(): object {
  return {
    spec: "§5",
    recordKey: hex(RECORD_KEY),
    device: DEVICE,
    journalEpoch: JOURNAL_EPOCH,
    sequence: SEQUENCE,
    journalSlots: JOURNAL_SLOTS,
    start: hex(journalStart()),
    header: hex(header()),
    slots: slots().map(({ slot, state, body, before, record }) => ({
      slot,
      state,
      body,
      macBefore: hex(before),
      record: hex(record),
    })),
    sealed: validRecords().map(({ slot, record }) => ({ slot, record: hex(record) })),
  };
}
