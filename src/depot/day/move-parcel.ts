// Moves a parcel that was not delivered to another delivery day. Its earlier day stays in the books as "moved"; it
// keeps round name and stop. Never touches codes.
import type { Plan, PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/**
 * Moves a parcel to `day`.
 * @returns false when a parcel of the same number is already due there: that one, from a newer round file, counts
 *   instead, and this one's plan ends as "replanned"
 */
export async function moveParcel(tx: StoreTransaction, entry: PlannedParcel, day: number): Promise<boolean> {
  const { parcel, plan } = entry;
  const isReplanned = (await tx.parcels.due(day, parcel.tracking)) !== undefined;
  const outcome = isReplanned ? "replanned" : "moved";
  await tx.parcels.updatePlan({ ...plan, outcome: outcome, statusThen: parcel.status });
  if (isReplanned) return false;
  await placeOn(tx, {
    parcel: parcel.id,
    day: day,
    round: plan.round,
    stop: plan.stop,
    outcome: "current",
    statusThen: undefined,
  });
  await tx.parcels.update(parcel.id, { day: day, status: "open", reason: 0 });
  return true;
}

/** A parcel may come back to a day it had left: its plan there is revived. */
async function placeOn(tx: StoreTransaction, plan: Plan): Promise<void> {
  if ((await tx.parcels.round(plan.day, plan.round)) === undefined) {
    await tx.parcels.saveRound({ day: plan.day, name: plan.round, importedAt_s: undefined });
  }
  const known = (await tx.parcels.plans(plan.parcel)).some((other) => other.day === plan.day);
  if (known) await tx.parcels.updatePlan(plan);
  else await tx.parcels.addPlan(plan);
}
