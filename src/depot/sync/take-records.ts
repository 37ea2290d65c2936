// Takes the records of one sync request into the books: each (device, journal epoch, slot) once. A repeat changes
// nothing; a record that differs from the one known, or a broken chain of MACs, takes nothing and raises an alarm.
import { copyBytes, sameBytes } from "../../shared/wire/bytes.ts";
import { BODY_BYTES, bodyIsWhole, RECORD_BYTES, RECORD_MAC_BYTES, recordMac } from "../../shared/wire/journal.ts";
import type { SlotRecord, SyncRequest } from "../../shared/wire/sync.ts";
import type { DepotContext } from "../context.ts";
import { raiseAlarm } from "../settle/alarm.ts";
import { settleRecord } from "../settle/settle-record.ts";
import type { Manifest } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

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
  const broken = findBroken(context, manifest, fresh);
  if (broken !== undefined) {
    await alarm(tx, context, manifest, "journal tampered", broken, "the chain of records does not hold");
    return standing(tx, manifest, true);
  }
  for (const entry of fresh) await settleRecord(tx, context, manifest, entry, late);
  const last = fresh.at(-1);
  // An old request that was repeated on its way ends before what is known: never step back.
  const acknowledged = Math.max(manifest.acknowledged, request.to);
  const chain = last === undefined ? manifest.chain : macOf(last.record);
  if (acknowledged > manifest.acknowledged) {
    await tx.manifests.update(manifest.device, manifest.journalEpoch, { acknowledged: acknowledged, chain: chain });
  }
  return standing(tx, { ...manifest, acknowledged: acknowledged, chain: chain }, false);
}

function macOf(record: Uint8Array): Uint8Array {
  return copyBytes(record, BODY_BYTES, RECORD_MAC_BYTES);
}

/** The first slot already received whose record is now another one (a void slot has none). */
async function findDiffering(
  tx: StoreTransaction,
  manifest: Manifest,
  records: readonly SlotRecord[],
): Promise<number | undefined> {
  for (const { slot, record } of records) {
    if (slot >= manifest.acknowledged) return undefined;
    const known = await tx.records.find(manifest.device, manifest.journalEpoch, slot);
    if (known === undefined || !sameBytes(known.bytes, record)) return slot;
  }
  return undefined;
}

/** The first new record whose body or MAC does not hold after the one before it. */
function findBroken(context: DepotContext, manifest: Manifest, fresh: readonly SlotRecord[]): number | undefined {
  const { hash } = context;
  const key = context.subkey(manifest.device, manifest.keyEpoch, "record");
  let before = manifest.chain;
  for (const { slot, record } of fresh) {
    const mac = recordMac(hash, key, manifest.journalEpoch, before, slot, record);
    const holds = record.length === RECORD_BYTES && sameBytes(mac, macOf(record));
    if (!holds || !bodyIsWhole(hash, record, manifest.journalEpoch, slot)) return slot;
    before = mac;
  }
  return undefined;
}

async function standing(tx: StoreTransaction, manifest: Manifest, isConflict: boolean): Promise<Taken> {
  const hasRecord = manifest.acknowledged > 0 && (await tx.records.any(manifest.device, manifest.journalEpoch));
  return {
    acknowledged: manifest.acknowledged,
    acknowledgedMac: hasRecord ? manifest.chain : new Uint8Array(RECORD_MAC_BYTES),
    isConflict: isConflict,
  };
}

async function alarm(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  kind: "cloned device" | "journal tampered",
  slot: number,
  text: string,
): Promise<void> {
  const subject = { device: manifest.device, journalEpoch: manifest.journalEpoch, slot: slot };
  await raiseAlarm(tx, context.clock.now_s(), kind, subject, `handheld ${manifest.device}, slot ${slot}: ${text}`);
}
