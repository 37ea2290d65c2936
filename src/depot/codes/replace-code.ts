// Replaces a code: the old one is void at once in the books, and on each handheld that carries it as soon as that
// handheld has stored the update (design §3.8: a void binds a handheld only once stored there).
import { UpdateKind } from "../../shared/wire/update.ts";
import type { DepotContext } from "../context.ts";
import type { Code, Manifest, Parcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { queueUpdate } from "../sync/queue-update.ts";
import { issueCodes, liveCode } from "./issue-codes.ts";

/**
 * Voids the parcel's live code, if any, makes a new one with a new salt and fresh tries, and queues the updates.
 * @param day delivery day of the new code
 * @returns the new code
 */
export async function replaceCode(
  tx: StoreTransaction,
  context: DepotContext,
  parcel: Parcel,
  day: number,
): Promise<Code> {
  const old = await liveCode(tx, parcel.id);
  const [fresh] = await issueCodes(tx, context, [parcel], day);
  if (fresh === undefined) throw new Error("a code was asked for and none was made");
  if (old === undefined) return fresh;
  await tx.codes.update(old.id, { state: "void", successor: fresh.id, endedAt_s: context.clock.now_s() });
  for (const manifest of await tx.manifests.carrying(old.id)) {
    if (manifest.day === day) await queueReplace(tx, context, manifest, old, fresh);
    else await queueVoid(tx, context, manifest, old);
  }
  return fresh;
}

/** Voids a live code without a successor and tells every handheld that carries it. */
export async function voidCode(tx: StoreTransaction, context: DepotContext, code: Code): Promise<void> {
  await tx.codes.update(code.id, { state: "void", endedAt_s: context.clock.now_s() });
  for (const manifest of await tx.manifests.carrying(code.id)) await queueVoid(tx, context, manifest, code);
}

async function queueVoid(tx: StoreTransaction, context: DepotContext, manifest: Manifest, old: Code): Promise<void> {
  await queueUpdate(tx, context, manifest, { kind: UpdateKind.Void, code: old.id, parcel: old.parcel });
}

async function queueReplace(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  old: Code,
  fresh: Code,
): Promise<void> {
  const queued = await queueUpdate(tx, context, manifest, {
    kind: UpdateKind.Replace,
    code: old.id,
    parcel: old.parcel,
    newCode: fresh.id,
    tagBits: fresh.tagBits,
    tag: fresh.tag,
    salt: fresh.salt,
    day: fresh.day,
    triesKnown: fresh.triesKnown,
  });
  if (!queued) return;
  await tx.manifests.addEntry({
    device: manifest.device,
    journalEpoch: manifest.journalEpoch,
    parcel: fresh.parcel,
    code: fresh.id,
    releasesKnown: 0,
  });
}
