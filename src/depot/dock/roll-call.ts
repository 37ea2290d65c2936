// The roll-call: where every handheld is, and whose results may be missing, by what the dock and syncs last said. It
// changes nothing. A handheld's own word counts here, and nowhere else: nothing else is decided by it.
import { dayText, timeText } from "../calendar.ts";
import type { DepotContext } from "../context.ts";
import type { Device, DockVisit, Manifest, SyncWord } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { isHere } from "./dock-visit.ts";

/** Before the vans leave, or when all of them should be back. */
export type RollCallMoment = "morning" | "evening";

/**
 * Where a handheld is:
 * - lost: booked as lost, wherever it is;
 * - here: in the dock, which spoke of it at most 90 s ago;
 * - never seen: neither the dock nor a sync ever spoke of it;
 * - overdue: not here, it holds a manifest of a day before the one asked for, and the dock has not heard it since that
 *   manifest's day ended. Being heard earlier on that day is no return: it may have gone out again. A sync over the air
 *   is none either;
 * - out: not here, and none of these.
 */
export type Standing = "here" | "out" | "overdue" | "lost" | "never seen";

/** One handheld in the roll-call. Times in UTC seconds. */
export interface RollCallRow {
  device: number;
  label: string;
  standing: Standing;
  /**
   * Its results may be missing. Looked at is the manifest it holds by its last word (dock or sync, the later one; closed
   * manifests count, since closing a day brings no results in), when that is of the day asked for or an earlier one:
   * - its last word was that records were not acknowledged; or
   * - it left the dock with that manifest before its day ended, and no sync came since. In the morning this counts for
   *   earlier days only: today's round has just gone out.
   * False for a lost handheld, whose codes were replaced, and for one never seen.
   */
  unsynced: boolean;
  /** Percent, by its last word. */
  battery?: number;
  /** major × 65536 + minor × 256 + patch. */
  firmware?: number;
  /** The round it has that day, or had with the manifest it still holds. */
  round?: string;
  /** When the dock last heard it. */
  lastDock_s?: number;
  lastSync_s?: number;
  /** All of it in words. */
  words: string;
}

/** How many handhelds stand where; those that are unsynced are counted there, too. */
export interface RollCallTotals {
  here: number;
  out: number;
  overdue: number;
  lost: number;
  neverSeen: number;
  unsynced: number;
}

/** What is known of one handheld. */
interface Sighting {
  device: Device;
  visit: DockVisit | undefined;
  word: SyncWord | undefined;
  /** The manifest it holds by its last word. */
  held: Manifest | undefined;
  isHere: boolean;
  day: number;
  moment: RollCallMoment;
}

/** Where every handheld is, by number. */
export async function rollCall(
  tx: StoreTransaction,
  context: DepotContext,
  day: number,
  moment: RollCallMoment,
): Promise<RollCallRow[]> {
  const now_s = context.clock.now_s();
  const visits = new Map((await tx.sightings.visits()).map((visit) => [visit.device, visit]));
  const words = new Map((await tx.sightings.syncWords()).map((word) => [word.device, word]));
  const rounds = await roundsOf(tx, day);
  const rows: RollCallRow[] = [];
  for (const device of await tx.devices.list()) {
    const [visit, word] = [visits.get(device.id), words.get(device.id)];
    const held = await tx.manifests.find(device.id, heldEpoch(visit, word));
    const here = visit !== undefined && isHere(visit, now_s);
    rows.push(rowOf({ device, visit, word, held, isHere: here, day, moment }, rounds.get(device.id)));
  }
  return rows;
}

/** Adds up a roll-call. */
export function rollCallTotals(rows: readonly RollCallRow[]): RollCallTotals {
  const count = (standing: Standing): number => rows.filter((row) => row.standing === standing).length;
  return {
    here: count("here"),
    out: count("out"),
    overdue: count("overdue"),
    lost: count("lost"),
    neverSeen: count("never seen"),
    unsynced: rows.filter((row) => row.unsynced).length,
  };
}

/** Rounds of a day by handheld: assigned, else of its newest manifest. */
async function roundsOf(tx: StoreTransaction, day: number): Promise<Map<number, string>> {
  const oldestFirst = [...(await tx.manifests.ofDay(day))].reverse();
  return new Map([...oldestFirst, ...(await tx.assignments.ofDay(day))].map(({ device, round }) => [device, round]));
}

/** Journal epoch of the manifest it holds: by the later word, and by the higher one of the same second. 0: none. */
function heldEpoch(visit: DockVisit | undefined, word: SyncWord | undefined): number {
  if (visit === undefined || word === undefined) return visit?.journalEpoch ?? word?.journalEpoch ?? 0;
  if (word.at_s === visit.saidAt_s) return Math.max(word.journalEpoch, visit.journalEpoch);
  return word.at_s > visit.saidAt_s ? word.journalEpoch : visit.journalEpoch;
}

function standingOf({ device, visit, held, isHere, day }: Sighting): Standing {
  if (device.lost) return "lost";
  if (isHere) return "here";
  if (visit === undefined && device.lastSync_s === undefined) return "never seen";
  return held !== undefined && held.day < day && !wasHeardAfter(visit, held) ? "overdue" : "out";
}

/** Whether the dock heard the handheld once its manifest's day was over. */
function wasHeardAfter(visit: DockVisit | undefined, held: Manifest): boolean {
  return visit !== undefined && visit.heardAt_s >= held.validUntil_s;
}

/** Records that it has not had acknowledged, by its last word. */
function unsentOf({ visit, word, held }: Sighting): number {
  const isSynced = word !== undefined && word.journalEpoch === held?.journalEpoch;
  if (isSynced && (visit === undefined || word.at_s >= visit.saidAt_s)) {
    return Math.max(0, word.end - held.acknowledged);
  }
  return visit?.unsent ?? 0;
}

/** Whether it took a manifest away and nothing was heard of that journal since. */
function isUnheard(sighting: Sighting): boolean {
  const { visit, word, held, isHere, day, moment } = sighting;
  if (held === undefined || isHere || wasHeardAfter(visit, held)) return false;
  if (moment === "morning" && held.day === day) return false;
  const synced = word?.journalEpoch === held.journalEpoch ? word : undefined;
  if (synced === undefined) return true;
  // Never in the dock: an empty journal is what the sync at the end of loading says, before it left.
  return visit === undefined ? synced.end === 0 : synced.at_s <= visit.heardAt_s;
}

/** Why its results may be missing, in words; undefined when they are all there. */
function missingOf(sighting: Sighting): string | undefined {
  const { device, held, day } = sighting;
  if (device.lost || (held !== undefined && held.day > day)) return undefined;
  const unsent = unsentOf(sighting);
  if (unsent > 0) return `results are missing: ${unsent} records were not taken`;
  return isUnheard(sighting) ? "results may be missing: nothing was heard since it left" : undefined;
}

function wordsOf(sighting: Sighting, standing: Standing): string {
  const { visit, word, held, isHere } = sighting;
  const seen = visit === undefined ? word?.at_s : visit.heardAt_s;
  const since =
    seen === undefined ? "" : visit === undefined ? `, last sync ${timeText(seen)}` : ` since ${timeText(seen)}`;
  const manifest = held === undefined ? "without a manifest" : `with round "${held.round}" of ${dayText(held.day)}`;
  switch (standing) {
    case "lost":
      return isHere ? "booked as lost, AND IN THE DOCK: provision it again" : "booked as lost";
    case "here":
      return `in the dock${visit === undefined ? "" : ` since ${timeText(visit.arrivedAt_s)}`}, ${manifest}`;
    case "never seen":
      return "never seen";
    case "overdue":
      return `NOT BACK${since}, ${manifest}`;
    case "out":
      return `out${since}, ${manifest}`;
  }
}

function rowOf(sighting: Sighting, roundOfDay: string | undefined): RollCallRow {
  const { device, visit, held } = sighting;
  const standing = standingOf(sighting);
  const missing = missingOf(sighting);
  const isDockLater = visit !== undefined && visit.heardAt_s >= (device.lastSync_s ?? 0);
  const battery = isDockLater ? visit.battery : device.battery;
  const firmware = isDockLater ? visit.firmware : device.firmware;
  const round = roundOfDay ?? held?.round;
  return {
    device: device.id,
    label: device.label,
    standing: standing,
    unsynced: missing !== undefined,
    ...(battery === undefined ? {} : { battery }),
    ...(firmware === undefined ? {} : { firmware }),
    ...(round === undefined ? {} : { round }),
    ...(visit === undefined ? {} : { lastDock_s: visit.heardAt_s }),
    ...(device.lastSync_s === undefined ? {} : { lastSync_s: device.lastSync_s }),
    words: [wordsOf(sighting, standing), ...(missing === undefined ? [] : [missing])].join("; "),
  };
}
