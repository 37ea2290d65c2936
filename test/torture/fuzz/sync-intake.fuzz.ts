// Fuzzes what the depot's books make of authentic but absurd requests: records without a chain, known slots with other
// bytes, parcels and codes that are none, proofs that are none. Nothing is booked that the chain of MACs and the exact
// proof do not bear out, and nothing that stands in the books ever changes.
import { createHash } from "node:crypto";
import { handleSync } from "../../../src/depot/sync/handle-sync.ts";
import { BODY_BYTES, encodeBody, joinRecord, type RecordBody, RecordType } from "../../../src/shared/wire/journal.ts";
import {
  checkReply,
  decodeReply,
  encodeRequest,
  type SlotRecord,
  SYNC_REQUEST,
  type SyncRequest,
} from "../../../src/shared/wire/sync.ts";
import { ASKED, DEAR, DEARER, noon_s, PLAIN, PLAINER, TEST_DAY, TEST_DEVICE } from "../../support/test-depot.ts";
import type { JournalIdentity } from "../../../firmware/app/journal/journal.ts";
import type { Dice } from "./dice.ts";
import { fastHash, fastHmac } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { type Books, type IntakeDepot, keepsRecords, makeIntakeDepot } from "./intake-depot.ts";
import { bodyCheck, chainMac } from "./journal-oracle.ts";
import { hexOf, writeNumber } from "./spoil.ts";

interface IntakeInput {
  fields: SyncRequest;
  request: Uint8Array;
}

const TRACKINGS = [ASKED, DEAR, PLAIN, DEARER, PLAINER];

/** Makes requests of one handheld, as its owner with all its keys might. */
class Requests {
  private readonly depot: IntakeDepot;
  private readonly macOf: (message: Uint8Array) => Uint8Array;
  readonly identity: JournalIdentity;

  constructor(depot: IntakeDepot) {
    const { handheld, before } = depot;
    const { journalEpoch, sequence } = handheld.header;
    this.depot = depot;
    this.macOf = fastHmac(handheld.key("sync"));
    const recordKey = handheld.key("record");
    const slots = before.manifest.journalSlots;
    this.identity = { device: TEST_DEVICE, journalEpoch, sequence, slots, recordKey, start: before.manifest.chain };
  }

  draw(dice: Dice): IntakeInput {
    const { handheld } = this.depot;
    const known = handheld.slots.flatMap((record, slot) =>
      record === undefined ? [] : [{ slot, record: record.slice() }],
    );
    const again = dice.oneIn(3);
    const from = again ? dice.below(4) : 3;
    const records: SlotRecord[] = known.filter(({ slot }) => slot >= from);
    if (again && records.length > 0 && dice.oneIn(2)) dice.pick(records).record[dice.below(64)]! ^= 1 << dice.below(8);
    let slot = 3;
    let before = this.identity.start;
    for (let n = dice.below(4); n > 0; n--, slot++) {
      if (dice.oneIn(8)) slot++;
      const record = this.record(dice, slot, before);
      records.push({ slot, record });
      before = record.slice(BODY_BYTES);
    }
    const to = dice.oneIn(12) ? dice.odd(0xffff) : slot;
    const end = dice.oneIn(12) ? dice.odd(0xffff) : to;
    const lastUpdate = dice.oneIn(10) ? dice.odd(0xffff_ffff) : 0;
    const fields: SyncRequest = {
      ...handheld.fields(3, 3),
      from,
      to,
      end,
      lastUpdate,
      records,
      nonce: new Uint8Array(16),
    };
    const request = encodeRequest(fastHash, handheld.key("sync"), fields);
    if (dice.oneIn(6)) {
      const [, offset, length] = dice.pick(SYNC_REQUEST.filter(([, at]) => at >= 16 && at !== 54));
      if (length <= 4) writeNumber(request, offset, length, dice.odd(2 ** (8 * length) - 1));
      request.set(this.macOf(request.subarray(0, request.length - 32)), request.length - 32);
    }
    return { fields, request };
  }

  /** A record whose MAC mostly holds and whose body says anything. */
  private record(dice: Dice, slot: number, before: Uint8Array): Uint8Array {
    const tracking = dice.pick(TRACKINGS);
    const { parcel, code } = this.depot.handheld.parcel(tracking);
    const isRight = dice.oneIn(3);
    const digits = isRight ? this.depot.digits.get(tracking)! : "000000";
    const body: RecordBody = {
      type: dice.oneIn(8) ? dice.below(256) : dice.pick([1, 2, 4, 5, 6, 9, 2, 1]),
      flags: dice.below(4),
      reason: dice.below(10),
      tries: dice.oneIn(8) ? dice.below(256) : 1,
      time_s: dice.oneIn(8) ? dice.odd(0xffff_ffff) : noon_s(TEST_DAY),
      parcel: dice.oneIn(8) ? dice.odd(0xffff_ffff) : parcel,
      code: dice.oneIn(8) ? dice.odd(0xffff_ffff) : code,
      proof: this.depot.handheld.proof(tracking, digits),
      handedOver: dice.odd(0xffff),
      detail: dice.oneIn(4) ? dice.odd(0xffff) : dice.below(6),
      triesInAll: dice.odd(0xffff),
      battery: 80,
      acknowledged: dice.below(4),
    };
    const bytes = encodeBody(fastHash, body, this.identity.journalEpoch, slot);
    if (dice.oneIn(12)) bytes[dice.below(BODY_BYTES)]! ^= 1;
    const mac = dice.oneIn(10) ? dice.bytes(16) : chainMac(this.identity, before, slot, bytes);
    const record = joinRecord(bytes, mac);
    if (dice.oneIn(10)) record[dice.below(64)]! ^= 1 << dice.below(8); // as worn flash does
    return record;
  }
}

/** The record as it was written: what the chain of MACs bears out, at most one bit from what came. Node's own HMAC. */
function asWritten(
  identity: JournalIdentity,
  before: Uint8Array,
  slot: number,
  came: Uint8Array,
): Uint8Array | undefined {
  const tried = came.slice();
  for (let bit = -1; bit < 512; bit++) {
    if (bit >= 0) tried[bit >> 3]! ^= 1 << (bit & 7);
    const isWhole = Buffer.from(tried).readUInt32LE(44) === bodyCheck(tried, identity.journalEpoch, slot);
    if (isWhole && Buffer.compare(chainMac(identity, before, slot, tried), tried.subarray(48)) === 0) return tried;
    if (bit >= 0) tried[bit >> 3]! ^= 1 << (bit & 7);
  }
  return undefined;
}

/** Every record behind those known continues the chain; all records as they were written, by slot. */
function checkChain(identity: JournalIdentity, known: number, after: Books): Map<number, Uint8Array> {
  const written = new Map(after.records.slice(0, known).map(({ slot, bytes }) => [slot, bytes]));
  let before = identity.start;
  let asItCame = after.records[known - 1]?.bytes.slice(48) ?? before;
  for (const { slot, bytes } of after.records.slice(known)) {
    // A record that was stated again goes on from the MAC before it as a worn flash has it.
    const record = asWritten(identity, before, slot, bytes) ?? asWritten(identity, asItCame, slot, bytes);
    must(
      record !== undefined,
      `slot ${slot} was taken, and neither it nor what is one bit from it continues the chain`,
    );
    written.set(slot, record);
    before = record.slice(48);
    asItCame = bytes.slice(48);
  }
  must(Buffer.compare(before, after.manifest.chain) === 0, "the books' chain is not the last record's MAC");
  return written;
}

/** The proof of a code by SPEC.md §2.1 alone. */
function proofOf(salt: Uint8Array, digits: string): Buffer {
  return createHash("sha256").update("parola.1").update(salt).update(digits).digest().subarray(16);
}

/** A protected parcel is accepted by an exact proof only, and delivered behind that. */
function checkParcels(depot: IntakeDepot, after: Books, written: ReadonlyMap<number, Uint8Array>): void {
  for (const { parcel } of after.parcels) {
    const about = after.records.filter((record) => record.parcel === parcel.id);
    const salt = after.codes.find((code) => code.parcel === parcel.id)?.salt;
    const proof = salt && proofOf(salt, depot.digits.get(parcel.tracking)!);
    const isProven = about.some(
      ({ type, slot }) =>
        type === RecordType.Accepted && proof && Buffer.compare(written.get(slot)!.subarray(16, 32), proof) === 0,
    );
    must(parcel.acceptedAt_s === undefined || isProven, `${parcel.tracking} is accepted without its proof`);
    const isDelivered = parcel.status === "delivered";
    must(
      !isDelivered || about.some(({ type }) => type === RecordType.HandedOver),
      `${parcel.tracking} was delivered by nobody`,
    );
    must(!isDelivered || !parcel.needsCode || isProven, `${parcel.tracking} is delivered without its proof`);
    const booked = about.filter(({ type, verdict }) => type === RecordType.Accepted && verdict.startsWith("booked"));
    must(booked.length <= 1, `${parcel.tracking} is booked ${booked.length} times`);
  }
}

function isUnchanged(before: Books, after: Books): boolean {
  return JSON.stringify({ ...before, alarms: 0 }) === JSON.stringify({ ...after, alarms: 0 });
}

async function give(depot: IntakeDepot, requests: Requests, { fields, request }: IntakeInput): Promise<string> {
  const { store, context, handheld, before } = depot;
  store.after = undefined;
  const answer = await handleSync(store, context, request, TEST_DEVICE);
  const after = store.after as Books | undefined;
  if (answer === undefined) {
    must(after === undefined, "refused, and the books were opened");
    return "refused";
  }
  must(after !== undefined, "answered without the books");
  must(checkReply(fastHash, handheld.key("sync"), answer, request.slice(24, 40)) === 0, "the reply is none");
  const reply = decodeReply(answer);
  must(keepsRecords(before, after), "a record in the books was changed");
  checkParcels(depot, after, checkChain(requests.identity, before.records.length, after));
  must(after.manifest.acknowledged >= before.manifest.acknowledged, "the books went back");
  const isOurs = reply.journalEpoch === fields.journalEpoch && reply.status !== 3;
  must(!isOurs || reply.acknowledged === after.manifest.acknowledged, "acknowledged what is not in the books");
  if (reply.status >= 2) {
    must(isUnchanged(before, after), `status ${reply.status}, and something was taken`);
    must(after.alarms.length > before.alarms.length, `status ${reply.status} without an alarm`);
  }
  return `status ${reply.status}${after.records.length > before.records.length ? " with records" : ""}`;
}

/** Sync requests that are authentic, as far into the books as they come. */
export const fuzzSyncIntake = fuzzSweep({
  name: "fuzz-sync-intake",
  title: "authentic but absurd requests: nothing is booked without chain and proof, nothing in the books changes",
  inputs: 6_000,
  properties: 300,
  enough: 100,
  reaches: ["refused", "status 0", "status 0 with records", "status 2", "status 3"],
  open: async (): Promise<FuzzTarget<IntakeInput>> => {
    const depot = await makeIntakeDepot();
    const requests = new Requests(depot);
    return {
      draw: (dice) => requests.draw(dice),
      give: (input) => give(depot, requests, input),
      show: ({ request }) => hexOf(request, 900),
      close: () => depot.store.close(),
    };
  },
});
