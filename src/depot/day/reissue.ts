// Gives a parcel a new code, for its day or for another one. The old code is dead in the books at once; a handheld that
// has not synced may still accept it, and that acceptance is booked (design §3.8).
import type { DepotContext } from "../context.ts";
import { replaceCode } from "../codes/replace-code.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { findParcel } from "./find-parcel.ts";
import { moveParcel } from "./move-parcel.ts";

/** A parcel with a new code. */
export interface Reissue {
  tracking: string;
  /** Delivery day of the new code. */
  day: number;
  /** Id of the new code, never its digits. */
  code: number;
}

/**
 * Voids the live code and issues another.
 * @param day which parcel, when its number was used before
 * @param forDay delivery day of the new code; without it the parcel's own day
 * @throws DepotError 920 parcel unknown, 921 it is accepted, delivered or needs no code, or is due there already
 */
export async function reissue(
  tx: StoreTransaction,
  context: DepotContext,
  tracking: string,
  day: number | undefined,
  forDay: number | undefined,
): Promise<Reissue> {
  const entry = await findParcel(tx, tracking, day);
  checkReissuable(entry);
  const { parcel } = entry;
  const newDay = forDay ?? parcel.day;
  if (newDay !== parcel.day) {
    if ((await tx.parcels.due(newDay, parcel.tracking)) !== undefined) {
      throw new DepotError(DepotFault.ParcelFinished, `parcel ${parcel.tracking} is due on that day already`);
    }
    await moveParcel(tx, entry, newDay);
  }
  const code = await replaceCode(tx, context, parcel, newDay);
  return { tracking: parcel.tracking, day: newDay, code: code.id };
}

function checkReissuable({ parcel, plan }: PlannedParcel): void {
  const why =
    parcel.status === "delivered"
      ? "is delivered"
      : parcel.acceptedAt_s !== undefined
        ? "has had its code accepted"
        : !parcel.needsCode
          ? "needs no code"
          : plan.outcome === "replanned"
            ? "came again with a newer round"
            : undefined;
  if (why !== undefined) throw new DepotError(DepotFault.ParcelFinished, `parcel ${parcel.tracking} ${why}`);
}
