// What the roll-call knows of a handheld from its syncs. An authentic request is all it takes; no record is read here.
import type { SyncRequest } from "../../shared/wire/sync.ts";
import type { DepotContext } from "../context.ts";
import type { SyncWord } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/**
 * Which journal it works with and how far that goes, for the roll-call. Keys and journals only follow one another, so a
 * request that was kept back and comes late takes nothing back.
 */
export async function noteStanding(tx: StoreTransaction, context: DepotContext, request: SyncRequest): Promise<void> {
  const { device, keyEpoch, journalEpoch, end } = request;
  const before = await tx.sightings.syncWord(device);
  if (before !== undefined && isFormer(request, before)) return;
  const known = before?.journalEpoch === journalEpoch ? before.end : 0;
  await tx.sightings.saveSyncWord({
    device: device,
    at_s: context.clock.now_s(),
    keyEpoch: keyEpoch,
    journalEpoch: journalEpoch,
    end: Math.max(end, known),
  });
}

function isFormer(request: SyncRequest, before: SyncWord): boolean {
  if (request.keyEpoch !== before.keyEpoch) return request.keyEpoch < before.keyEpoch;
  return request.journalEpoch < before.journalEpoch;
}
