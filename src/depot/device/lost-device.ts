// Books a handheld as lost, and tells which codes the platform must send anew. Names codes by id, never by digits.
import { replaceCode } from "../codes/replace-code.ts";
import { dayOf } from "../calendar.ts";
import type { DepotContext } from "../context.ts";
import { deviceOf, settingsOf } from "../context.ts";
import type { Code, Parcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { closeManifests } from "./devices.ts";

/** A parcel whose code was on the lost handheld. */
export interface ReissuedCode {
  tracking: string;
  /** Delivery day of the new code: the old one's. */
  day: number;
  /** Ids of the codes, never their digits. */
  oldCode: number;
  newCode: number;
}

/** What booking a handheld as lost did. */
export interface LostBooking {
  device: number;
  /** The key epoch that is closed: what comes under it is taken, flagged, and answered with acknowledgements only. */
  closedKeyEpoch: number;
  /** It was booked as lost before: nothing was changed now, and `reissued` is empty. */
  wasLost: boolean;
  /** By tracking number. */
  reissued: ReissuedCode[];
}

/**
 * Books a handheld as lost, design §3.1 rule 5: its key epoch and manifests are closed (its records are still taken,
 * and flagged), every undelivered code it carries is replaced for the same day, and rounds kept for it from today on are
 * free again.
 * @throws DepotError 914
 */
export async function markLost(tx: StoreTransaction, context: DepotContext, id: number): Promise<LostBooking> {
  const device = await deviceOf(tx, id);
  const booking: LostBooking = {
    device: id,
    closedKeyEpoch: device.keyEpoch,
    wasLost: device.lost,
    reissued: [],
  };
  if (device.lost) return booking;
  const open = (await tx.manifests.ofDevice(id)).filter((manifest) => !manifest.closed);
  await closeManifests(tx, open);
  await tx.devices.update(id, { lost: true });
  await tx.assignments.removeFrom(id, dayOf(context.clock.now_s(), (await settingsOf(tx)).timeZone));
  const carried = new Set<number>();
  for (const manifest of open) {
    for (const entry of await tx.manifests.allEntries(id, manifest.journalEpoch)) carried.add(entry.code);
  }
  for (const codeId of carried) {
    const code = await tx.codes.find(codeId);
    const parcel = code?.state === "live" ? await tx.parcels.find(code.parcel) : undefined;
    if (code !== undefined && parcel !== undefined && isUndelivered(parcel)) {
      booking.reissued.push(await reissueFor(tx, context, parcel, code));
    }
  }
  booking.reissued.sort((one, other) => (one.tracking < other.tracking ? -1 : 1));
  return booking;
}

function isUndelivered(parcel: Parcel): boolean {
  return parcel.status !== "delivered" && parcel.acceptedAt_s === undefined;
}

async function reissueFor(
  tx: StoreTransaction,
  context: DepotContext,
  parcel: Parcel,
  old: Code,
): Promise<ReissuedCode> {
  const fresh = await replaceCode(tx, context, parcel, parcel.day);
  return { tracking: parcel.tracking, day: parcel.day, oldCode: old.id, newCode: fresh.id };
}
