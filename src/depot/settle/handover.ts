// Settles what happened to the parcel itself: handed over, not delivered, taken back. A protected parcel is delivered
// only behind an acceptance with an exact proof; nothing ever turns a delivery into less but its own reversal.
import { RecordType } from "../../shared/wire/journal.ts";
import type { Parcel } from "../store/rows.ts";
import { withdrawLaterDays } from "./accepted.ts";
import type { Settlement } from "./settle-record.ts";
import type { SettledAs } from "./verdict.ts";

/** Books a handover. */
export async function settleHandedOver(settlement: Settlement): Promise<SettledAs> {
  const { tx, parcel, bookedAt_s } = settlement;
  if (parcel === undefined) return settlement.refuse("unknown parcel", "a handover that names no parcel");
  if (parcel.status === "delivered") {
    return settlement.refuse("second handover", `parcel ${parcel.tracking} had been handed over already`);
  }
  if (parcel.needsCode && parcel.acceptedAt_s === undefined) {
    const text = `parcel ${parcel.tracking} was handed over without an accepted code`;
    return settlement.refuse("handed over without acceptance", text);
  }
  await tx.parcels.update(parcel.id, { status: "delivered", deliveredAt_s: bookedAt_s, reason: 0 });
  await withdrawLaterDays(settlement, parcel);
  return "booked";
}

/** Books an attempt. A delivery stands; an acceptance stays visible as one, with the reason beside it. */
export async function settleNotDelivered(settlement: Settlement): Promise<SettledAs> {
  const { tx, manifest, parcel, body } = settlement;
  if (parcel === undefined) return settlement.refuse("unknown parcel", "an attempt that names no parcel");
  if (parcel.status === "delivered") return "no change";
  if (parcel.day > manifest.day) return noteEarlierAttempt(settlement, parcel);
  const status = parcel.acceptedAt_s === undefined ? "attempted" : "accepted";
  await tx.parcels.update(parcel.id, { status: status, reason: body.reason });
  return "booked";
}

/** An attempt that came in after the parcel was moved on: it belongs to the earlier day, the parcel stays open. */
async function noteEarlierAttempt({ tx, manifest }: Settlement, parcel: Parcel): Promise<SettledAs> {
  const plan = (await tx.parcels.plans(parcel.id)).find((one) => one.day === manifest.day);
  if (plan === undefined || plan.outcome === "current") return "no change";
  await tx.parcels.updatePlan({ ...plan, statusThen: "attempted" });
  return "booked";
}

/** What a parcel is when its last handover or attempt is taken away. */
function statusBefore(parcel: Parcel): "accepted" | "open" {
  return parcel.acceptedAt_s === undefined ? "open" : "accepted";
}

/** Books that a handover (or an attempt) of this journal was taken back. The code stays spent, design §3.4. */
export async function settleReversed(settlement: Settlement): Promise<SettledAs> {
  const { tx, manifest, parcel, body } = settlement;
  if (parcel === undefined) return settlement.refuse("unknown parcel", "a reversal that names no parcel");
  const back = await tx.records.find(manifest.device, manifest.journalEpoch, body.detail);
  const isOwn = back !== undefined && body.detail < settlement.slot && back.parcel === parcel.id;
  if (isOwn && back.type === RecordType.NotDelivered) {
    if (parcel.status === "delivered") return "no change";
    await tx.parcels.update(parcel.id, { status: statusBefore(parcel), reason: 0 });
    return "booked";
  }
  if (!isOwn || back.type !== RecordType.HandedOver) {
    return settlement.refuse("reversal without handover", `slot ${body.detail} holds no handover of that parcel`);
  }
  if (back.verdict !== "booked" || parcel.status !== "delivered") return "no change";
  await tx.parcels.update(parcel.id, { status: statusBefore(parcel), deliveredAt_s: undefined, reversed: true });
  return "booked";
}
