// What the dock saw: a handheld plugged in, still there, taken out; in the depot's times. It is kept for the roll-call
// and decides nothing: neither keys, nor manifests, nor what is booked.
import type { DepotContext } from "../context.ts";
import { deviceOf } from "../context.ts";
import type { DockVisit } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/** The dock says that a handheld is still there at least this often. */
export const HEARTBEAT_S = 30;
/** A handheld that the dock has not spoken of for longer has left, whoever may have stopped the dock. */
export const LAPSE_S = 90;
const BATTERY_UNKNOWN = 255;
const U32_MAX = 0xffff_ffff;

/** What a handheld in the dock says of itself, SPEC.md §10.4.1. */
export interface DockWord {
  /** Records that it has not had acknowledged. */
  unsent: number;
  /** Of its active manifest, 0 none. */
  sequence: number;
  journalEpoch: number;
  /** Percent; undefined or 255 when it does not know. */
  battery: number | undefined;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number;
}

/** Whether a handheld of this last visit is in the dock now. */
export function isHere(visit: DockVisit, now_s: number): boolean {
  return visit.leftAt_s === undefined && Math.abs(now_s - visit.heardAt_s) <= LAPSE_S;
}

/**
 * A handheld is in the dock: said when it is plugged in, after each thing done with it, and every {@link HEARTBEAT_S}.
 * @throws DepotError 914
 */
export async function dockArrived(
  tx: StoreTransaction,
  context: DepotContext,
  device: number,
  word: DockWord,
): Promise<void> {
  await deviceOf(tx, device);
  const now_s = context.clock.now_s();
  const before = await tx.sightings.visit(device);
  const stayed = before !== undefined && isHere(before, now_s) ? before : undefined;
  const fields = {
    unsent: Math.min(word.unsent, U32_MAX),
    sequence: word.sequence,
    journalEpoch: word.journalEpoch,
    battery: word.battery === BATTERY_UNKNOWN ? undefined : word.battery,
    firmware: word.firmware,
  };
  const isSame =
    stayed?.unsent === fields.unsent &&
    stayed.sequence === fields.sequence &&
    stayed.journalEpoch === fields.journalEpoch;
  await tx.sightings.saveVisit({
    device: device,
    arrivedAt_s: stayed?.arrivedAt_s ?? now_s,
    heardAt_s: now_s,
    leftAt_s: undefined,
    saidAt_s: isSame ? stayed.saidAt_s : now_s,
    ...fields,
  });
}

/**
 * A handheld was taken out of the dock; of one that was not in it nothing is changed.
 * @throws DepotError 914
 */
export async function dockLeft(tx: StoreTransaction, context: DepotContext, device: number): Promise<void> {
  await deviceOf(tx, device);
  const visit = await tx.sightings.visit(device);
  const now_s = context.clock.now_s();
  if (visit === undefined || !isHere(visit, now_s)) return;
  await tx.sightings.saveVisit({ ...visit, heardAt_s: now_s, leftAt_s: now_s });
}
