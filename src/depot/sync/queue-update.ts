// The numbered list of updates that waits for one handheld's journal, SPEC.md §7. Numbers run 1, 2, 3 … and are never
// reused; a list that is full raises an alarm instead of growing past what the handheld can store.
import type { Update } from "../../shared/wire/update.ts";
import { BLANK_UPDATE, encodeUpdate } from "../../shared/wire/update.ts";
import type { DepotContext } from "../context.ts";
import { raiseAlarm } from "../settle/alarm.ts";
import type { Manifest } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/** Updates a handheld stores for one manifest: the "update slots" of every manifest the depot seals. */
export const UPDATE_SLOTS = 32;

/**
 * Appends an update to a manifest's list; fields not given are 0.
 * @returns false when the list is full: an alarm tells the depot to load that handheld again
 */
export async function queueUpdate(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  update: Pick<Update, "kind"> & Partial<Update>,
): Promise<boolean> {
  const { device, journalEpoch } = manifest;
  const queued = (await tx.manifests.find(device, journalEpoch))?.updatesQueued ?? 0;
  if (queued >= UPDATE_SLOTS) {
    const text = `handheld ${device} takes no more updates before its next manifest`;
    await raiseAlarm(tx, context.clock.now_s(), "updates full", { device: device, journalEpoch: journalEpoch }, text);
    return false;
  }
  const number = queued + 1;
  const bytes = encodeUpdate(context.hash, { ...BLANK_UPDATE, ...update, number: number }, journalEpoch);
  await tx.manifests.addUpdate({ device: device, journalEpoch: journalEpoch, number: number, bytes: bytes });
  await tx.manifests.update(device, journalEpoch, { updatesQueued: number });
  return true;
}
