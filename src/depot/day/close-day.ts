// Closes a delivery day: what was not delivered moves to the next one, protected parcels with a new code. The day's
// manifests are closed, not forgotten: journals that come in late are still settled. Run twice it changes nothing.
import type { DepotContext } from "../context.ts";
import { replaceCode, voidCode } from "../codes/replace-code.ts";
import { liveCode } from "../codes/issue-codes.ts";
import { dayText } from "../calendar.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { moveParcel } from "./move-parcel.ts";

/** What closing a day did. */
export interface DayClosed {
  day: number;
  next: number;
  /** Parcels moved to the next day, those with a new code among them. */
  moved: number;
  reissued: number;
  /** Parcels that a newer round file had brought for the next day already. */
  replanned: number;
  /** Parcels accepted and not handed over: someone must look. */
  acceptedOnly: number;
  manifestsClosed: number;
}

/**
 * Closes a day.
 * @param next the following delivery day
 * @throws DepotError 927 when `next` does not lie after `day`
 */
export async function closeDay(
  tx: StoreTransaction,
  context: DepotContext,
  day: number,
  next: number,
): Promise<DayClosed> {
  if (next <= day) {
    throw new DepotError(DepotFault.DayOrder, `the next day ${dayText(next)} does not lie after ${dayText(day)}`);
  }
  const summary: DayClosed = {
    day: day,
    next: next,
    moved: 0,
    reissued: 0,
    replanned: 0,
    acceptedOnly: 0,
    manifestsClosed: await closeManifests(tx, day),
  };
  for (const entry of await tx.parcels.ofDay(day)) {
    if (entry.plan.outcome !== "current" || entry.parcel.status === "delivered") continue;
    if (entry.parcel.acceptedAt_s !== undefined) summary.acceptedOnly++;
    else await moveOn(tx, context, entry, summary);
  }
  return summary;
}

async function closeManifests(tx: StoreTransaction, day: number): Promise<number> {
  const open = (await tx.manifests.ofDay(day)).filter((manifest) => !manifest.closed);
  for (const { device, journalEpoch } of open) await tx.manifests.update(device, journalEpoch, { closed: true });
  return open.length;
}

async function moveOn(
  tx: StoreTransaction,
  context: DepotContext,
  entry: PlannedParcel,
  summary: DayClosed,
): Promise<void> {
  const { parcel } = entry;
  if (!(await moveParcel(tx, entry, summary.next))) {
    const old = await liveCode(tx, parcel.id);
    if (old !== undefined) await voidCode(tx, context, old);
    summary.replanned++;
    return;
  }
  summary.moved++;
  if (!parcel.needsCode) return;
  await replaceCode(tx, context, parcel, summary.next);
  summary.reissued++;
}
