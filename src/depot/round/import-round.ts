// Takes a round that was read into the books, in one transaction: parcels, their day, and a code for each protected
// one. Refused as a whole or taken as a whole.
import { dayText } from "../calendar.ts";
import { issueCodes } from "../codes/issue-codes.ts";
import type { DepotContext } from "../context.ts";
import { settingsOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Parcel, PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { ParsedParcel, ParsedRound } from "./parsed-round.ts";
import { checkRound } from "./parsed-round.ts";

/** What an import did. */
export interface RoundImported {
  day: number;
  name: string;
  parcels: number;
  stops: number;
  /** Codes issued: one for each protected parcel that was new. */
  codes: number;
  /** Parcels that had slipped into this day and now have a place in this round. */
  adopted: number;
}

/**
 * Imports a round.
 * @throws DepotError 909 a parcel is on that day already, 910, 911, 913 a round of that name was imported before
 */
export async function importRound(
  tx: StoreTransaction,
  context: DepotContext,
  round: ParsedRound,
): Promise<RoundImported> {
  const { day, name } = checkRound(round, `round ${round.name}`, []);
  if ((await tx.parcels.round(day, name))?.importedAt_s !== undefined) {
    throw new DepotError(DepotFault.RoundKnown, `round "${name}" of ${dayText(day)} was imported already`);
  }
  const slipped = await slippedInto(tx, round);
  await tx.parcels.saveRound({ day: day, name: name, importedAt_s: context.clock.now_s() });
  for (const entry of round.parcels) {
    const old = slipped.get(entry.tracking);
    if (old !== undefined) await tx.parcels.updatePlan({ ...old.plan, round: name, stop: entry.stop });
  }
  const fresh = round.parcels.filter((entry) => !slipped.has(entry.tracking));
  const planned = await makeParcels(tx, fresh, day, name);
  await tx.parcels.add(planned);
  const needing = planned.map((entry) => entry.parcel).filter((parcel) => parcel.needsCode);
  return {
    day: day,
    name: name,
    parcels: round.parcels.length,
    stops: new Set(round.parcels.map((entry) => entry.stop)).size,
    codes: (await issueCodes(tx, context, needing, day)).length,
    adopted: slipped.size,
  };
}

/**
 * Parcels of this round that are due on that day already because they slipped from an earlier one: the new file gives
 * them their place, they keep their code. A parcel that another round file brought is a duplicate.
 */
async function slippedInto(tx: StoreTransaction, round: ParsedRound): Promise<Map<string, PlannedParcel>> {
  const slipped = new Map<string, PlannedParcel>();
  for (const { tracking } of round.parcels) {
    const due = await tx.parcels.due(round.day, tracking);
    if (due === undefined) continue;
    const hasEarlierDay = (await tx.parcels.plans(due.parcel.id)).some((plan) => plan.outcome === "moved");
    if (!hasEarlierDay) {
      const text = `parcel ${tracking} is on ${dayText(round.day)} already, in round "${due.plan.round}"`;
      throw new DepotError(DepotFault.RoundDuplicate, text);
    }
    slipped.set(tracking, due);
  }
  return slipped;
}

async function makeParcels(
  tx: StoreTransaction,
  entries: readonly ParsedParcel[],
  day: number,
  round: string,
): Promise<PlannedParcel[]> {
  if (entries.length === 0) return [];
  const { threshold_cents } = await settingsOf(tx);
  const first = await tx.nextId("parcel", entries.length);
  return entries.map((entry, at) => ({
    parcel: newParcel(entry, first + at, day, threshold_cents),
    plan: { parcel: first + at, day: day, round: round, stop: entry.stop, outcome: "current", statusThen: undefined },
  }));
}

function newParcel(entry: ParsedParcel, id: number, day: number, threshold_cents: number): Parcel {
  return {
    id: id,
    tracking: entry.tracking,
    day: day,
    address: entry.address,
    value_cents: entry.value_cents,
    asked: entry.asked,
    needsCode: entry.asked || entry.value_cents >= threshold_cents,
    status: "open",
    reason: 0,
    acceptedAt_s: undefined,
    deliveredAt_s: undefined,
    reversed: false,
  };
}
