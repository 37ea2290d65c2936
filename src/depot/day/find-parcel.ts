// Finds a parcel by what people know of it: the tracking number, and the day when that number was used before.
import { normaliseTracking } from "../../shared/tracking-number.ts";
import { dayText } from "../calendar.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/**
 * The parcel's current plan.
 * @param day any day it was due on; without it the newest parcel of that number
 * @throws DepotError 920 when there is none
 */
export async function findParcel(
  tx: StoreTransaction,
  tracking: string,
  day: number | undefined,
): Promise<PlannedParcel> {
  const number = normaliseTracking(tracking);
  const all = await tx.parcels.byTracking(number);
  const wanted = all.find((entry) => day === undefined || entry.plan.day === day);
  const found = all.find((entry) => entry.parcel.id === wanted?.parcel.id && entry.plan.day === entry.parcel.day);
  if (found === undefined) {
    const when = day === undefined ? "" : ` on ${dayText(day)}`;
    throw new DepotError(DepotFault.ParcelUnknown, `no parcel ${number === "" ? `"${tracking}"` : number}${when}`);
  }
  return found;
}
