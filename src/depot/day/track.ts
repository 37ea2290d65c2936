// What the buyer may see of a parcel: status, delivery day, and the code while it can still open the door. This is the
// buyer's view, never the courier's nor the dispatcher's; tracking pages will be its only reader.
import type { DepotContext } from "../context.ts";
import { settingsOf } from "../context.ts";
import { dayOf, dayText } from "../calendar.ts";
import { liveCode } from "../codes/issue-codes.ts";
import type { Parcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { findParcel } from "./find-parcel.ts";

/** The buyer's view of one parcel. */
export interface TrackingView {
  tracking: string;
  status: "on its way" | "not delivered yet" | "code accepted" | "delivered";
  /** `YYYY-MM-DD`. */
  deliveryDay: string;
  /** Six digits; undefined unless they are the key to this delivery right now. */
  code: string | undefined;
  /** How to use the code, shown with it. */
  advice: string | undefined;
}

/** Shown wherever the code is. */
export const CODE_ADVICE = "Only at your door, never by phone.";

const WORDS = {
  open: "on its way",
  attempted: "not delivered yet",
  accepted: "code accepted",
  delivered: "delivered",
} as const;

/**
 * The buyer's view.
 * @param day which parcel, when the number was used before
 * @throws DepotError 920 when there is no such parcel
 */
export async function track(
  tx: StoreTransaction,
  context: DepotContext,
  tracking: string,
  day: number | undefined,
): Promise<TrackingView> {
  const { parcel } = await findParcel(tx, tracking, day);
  const code = await shownCode(tx, context, parcel);
  return {
    tracking: parcel.tracking,
    status: WORDS[parcel.status],
    deliveryDay: dayText(parcel.day),
    code: code,
    advice: code === undefined ? undefined : CODE_ADVICE,
  };
}

async function shownCode(tx: StoreTransaction, context: DepotContext, parcel: Parcel): Promise<string | undefined> {
  if (!parcel.needsCode || parcel.status === "accepted" || parcel.status === "delivered") return undefined;
  const code = await liveCode(tx, parcel.id);
  const today = dayOf(context.clock.now_s(), (await settingsOf(tx)).timeZone);
  if (code === undefined || code.day < today) return undefined;
  return context.vault.open(code.box, code.id, code.parcel);
}
