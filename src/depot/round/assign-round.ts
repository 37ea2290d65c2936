// Which round a handheld gets on a day: the one kept for it or sealed for it, or one that is free. Seals nothing.
import { dayText } from "../calendar.ts";
import { checkInService, deviceOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { listedParcels } from "../seal/seal-manifest.ts";
import type { Assignment } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/** A round for a handheld. */
export interface RoundForDevice {
  /** Its name on that day. */
  round: string;
  /** its own: assigned to it, or sealed for it and still open. free: no other handheld has it. */
  how: "its own" | "free";
}

/**
 * The round a handheld is to be loaded with: the one assigned to it, else that of its newest open manifest of the day,
 * else the first, by name, that has parcels and that no other handheld has by an assignment or an open manifest.
 * @returns undefined when there is none
 * @throws DepotError 914 unknown, 917 lost
 */
export async function roundFor(
  tx: StoreTransaction,
  deviceId: number,
  day: number,
): Promise<RoundForDevice | undefined> {
  checkInService(await deviceOf(tx, deviceId));
  const own = await ownRound(tx, deviceId, day);
  if (own !== undefined) return { round: own, how: "its own" };
  for (const { name } of await tx.parcels.rounds(day)) {
    if ((await otherHolder(tx, deviceId, day, name)) !== undefined) continue;
    if ((await listedParcels(tx, day, name)).length > 0) return { round: name, how: "free" };
  }
  return undefined;
}

/** The round that a handheld has on a day: assigned to it, else of its newest open manifest. */
export async function ownRound(tx: StoreTransaction, deviceId: number, day: number): Promise<string | undefined> {
  const assigned = await tx.assignments.find(deviceId, day);
  if (assigned !== undefined) return assigned.round;
  const ofDay = await tx.manifests.ofDay(day);
  return ofDay.find((manifest) => manifest.device === deviceId && !manifest.closed)?.round;
}

/** Another handheld that has a round of a day, by an assignment or by an open manifest; undefined when it is free. */
async function otherHolder(
  tx: StoreTransaction,
  deviceId: number,
  day: number,
  round: string,
): Promise<number | undefined> {
  const sealed = (await tx.manifests.ofDay(day)).filter((manifest) => !manifest.closed);
  const holders = [...(await tx.assignments.ofDay(day)), ...sealed];
  return holders.find((holder) => holder.device !== deviceId && holder.round === round)?.device;
}

/**
 * Keeps a round for a handheld, in place of the one kept for it before.
 * @throws DepotError 914 unknown, 917 lost, 918 no such round on that day, 930 another handheld has it
 */
export async function assignRound(
  tx: StoreTransaction,
  deviceId: number,
  day: number,
  round: string,
): Promise<Assignment> {
  checkInService(await deviceOf(tx, deviceId));
  if ((await tx.parcels.round(day, round)) === undefined) {
    throw new DepotError(DepotFault.RoundUnknown, `no round "${round}" on ${dayText(day)}`);
  }
  const other = await otherHolder(tx, deviceId, day, round);
  if (other !== undefined) {
    throw new DepotError(DepotFault.RoundTaken, `handheld ${other} has round "${round}" on ${dayText(day)}`);
  }
  const assignment: Assignment = { device: deviceId, day: day, round: round };
  await tx.assignments.save(assignment);
  return assignment;
}
