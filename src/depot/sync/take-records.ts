// Takes the records of one sync request into the books: each (device, journal epoch, slot) once. A repeat changes
// nothing; a record that differs from the one known, or a broken chain of MACs, takes nothing and raises an alarm. One bit
// that changed in the handheld's flash is mended, and told.
import { sameBytes } from "../../shared/wire/bytes.ts";
import { RECORD_MAC_BYTES } from "../../shared/wire/journal.ts";
import type { SlotRecord, SyncRequest } from "../../shared/wire/sync.ts";
import type { DepotContext } from "../context.ts";
import { raiseAlarm } from "../settle/alarm.ts";
import { settleRecord } from "../settle/settle-record.ts";
import type { Manifest, StoredRecord } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { isSameButOneBit, mendRecord, storedMac } from "./mend-record.ts";

/** Where a journal stands after a request. */
export interface Taken {
  /** Slots received without a gap. */
  acknowledged: number;
  /** MAC of the last valid record among them; zeros when there is none. */
  acknowledgedMac: Uint8Array;
  isConflict: boolean;
}

/**
 * Checks and takes a request's records.
 * @param late the manifest or key epoch is closed: records are still taken, and flagged
 */
export async function takeRecords(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  request: SyncRequest,
  late: boolean,
): Promise<Taken> {
  // Ahead of the books: the handheld counts on slots that this depot never received. It will start again from here.
  if (request.from > manifest.acknowledged) return standing(tx, manifest, false);
  const differing = await findDiffering(tx, manifest, request.records);
  if (differing !== undefined) {
    await alarm(tx, context, manifest, "cloned device", differing, "a known slot came again with another record");
    return standing(tx, manifest, true);
  }
  const fresh = request.records.filter((entry) => entry.slot >= manifest.acknowledged);
  const { mended, broken } = mendAll(
    context,
    manifest,
    fresh,
    await tx.records.last(manifest.device, manifest.journalEpoch),
  );
  if (broken !== undefined) {
    await alarm(tx, context, manifest, "journal tampered", broken, "the chain of records does not hold");
    return standing(tx, manifest, true);
  }
  for (const [at, entry] of fresh.entries()) {
    const asWritten = mended[at] ?? entry.record;
    if (asWritten !== entry.record) {
      const text = "one bit of a record had changed; it was mended and taken. Have its flash tested";
      await alarm(tx, context, manifest, "worn flash", entry.slot, text);
    }
    await settleRecord(tx, context, manifest, { ...entry, asWritten: asWritten }, late);
  }
  const last = mended.at(-1);
  // An old request that was repeated on its way ends before what is known: never step back.
  const acknowledged = Math.max(manifest.acknowledged, request.to);
  const chain = last === undefined ? manifest.chain : storedMac(last);
  if (acknowledged > manifest.acknowledged) {
    await tx.manifests.update(manifest.device, manifest.journalEpoch, { acknowledged: acknowledged, chain: chain });
  }
  return standing(tx, { ...manifest, acknowledged: acknowledged, chain: chain }, false);
}

/** The first slot already received whose record is now another one (a void slot has none), and not by one worn bit. */
async function findDiffering(
  tx: StoreTransaction,
  manifest: Manifest,
  records: readonly SlotRecord[],
): Promise<number | undefined> {
  for (const { slot, record } of records) {
    if (slot >= manifest.acknowledged) return undefined;
    const known = await tx.records.find(manifest.device, manifest.journalEpoch, slot);
    if (known === undefined || !isSameButOneBit(known.bytes, record)) return slot;
  }
  return undefined;
}

/**
 * New records as they were written, in their order; or the first one that does not hold after the one before it.
 * @param last the record known before them, as it came
 */
function mendAll(
  context: DepotContext,
  manifest: Manifest,
  fresh: readonly SlotRecord[],
  last: StoredRecord | undefined,
): { mended: Uint8Array[]; broken: number | undefined } {
  const key = context.subkey(manifest.device, manifest.keyEpoch, "record");
  const mended: Uint8Array[] = [];
  let before = manifest.chain;
  let worn = last === undefined ? before : storedMac(last.bytes);
  for (const { slot, record } of fresh) {
    const chain = { hash: context.hash, key: key, journalEpoch: manifest.journalEpoch, before: before };
    // A handheld that stated its last record again went on from the MAC before it as its flash has it, worn bit and all.
    const asWritten = mendRecord(chain, slot, record) ?? mendRecord({ ...chain, before: worn }, slot, record);
    if (asWritten === undefined) return { mended: mended, broken: slot };
    mended.push(sameBytes(asWritten, record) ? record : asWritten);
    before = storedMac(asWritten);
    worn = storedMac(record);
  }
  return { mended: mended, broken: undefined };
}

/** Where the journal stands, in the words that the handheld compares: the MAC as its own flash has it. */
async function standing(tx: StoreTransaction, manifest: Manifest, isConflict: boolean): Promise<Taken> {
  const last = await tx.records.last(manifest.device, manifest.journalEpoch);
  return {
    acknowledged: manifest.acknowledged,
    acknowledgedMac: last === undefined ? new Uint8Array(RECORD_MAC_BYTES) : storedMac(last.bytes),
    isConflict: isConflict,
  };
}

async function alarm(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  kind: "cloned device" | "journal tampered" | "worn flash",
  slot: number,
  text: string,
): Promise<void> {
  const subject = { device: manifest.device, journalEpoch: manifest.journalEpoch, slot: slot };
  await raiseAlarm(tx, context.clock.now_s(), kind, subject, `handheld ${manifest.device}, slot ${slot}: ${text}`);
}
