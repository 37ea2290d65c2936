// The books of one day: parcels by status, by round and by handheld, records received, alarms. A parcel is delivered
// only when a handover was settled; everything else is shown as open. Never shows a code.
import { dayText, timeText } from "../calendar.ts";
import type { Alarm, Device, Manifest, ParcelStatus, PlannedParcel, StoredRecord } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/** Where a parcel stood on that day: its status, or how its plan ended. */
export type DayStatus = ParcelStatus | "moved" | "withdrawn" | "replanned";

/** Counts by status; a status that no parcel has is 0. */
export type StatusCounts = Record<DayStatus, number>;

/** One parcel in a report. */
export interface ParcelLine {
  tracking: string;
  round: string;
  stop: number;
  needsCode: boolean;
  status: DayStatus;
  /** Of the last attempt, 0 none. */
  reason: number;
  reversed: boolean;
}

/** One round in a report. */
export interface RoundLine {
  name: string;
  parcels: number;
  needCode: number;
  counts: StatusCounts;
}

/** One handheld and manifest in a report. */
export interface DeviceLine {
  device: number;
  label: string;
  round: string;
  sequence: number;
  closed: boolean;
  lost: boolean;
  /** Slots received; records among them; records that came late. */
  acknowledged: number;
  records: number;
  late: number;
  refused: number;
  updatesQueued: number;
  updatesStored: number;
  /** ISO time of the last sync, undefined when there was none. */
  lastSync: string | undefined;
  battery: number | undefined;
}

/** The books of one day. */
export interface DayReport {
  day: string;
  parcels: number;
  needCode: number;
  counts: StatusCounts;
  records: number;
  rounds: RoundLine[];
  devices: DeviceLine[];
  /** Every parcel of the day, by round and stop. */
  lines: ParcelLine[];
  alarms: Alarm[];
}

function noCounts(): StatusCounts {
  return { open: 0, attempted: 0, accepted: 0, delivered: 0, moved: 0, withdrawn: 0, replanned: 0 };
}

function lineOf({ parcel, plan }: PlannedParcel): ParcelLine {
  return {
    tracking: parcel.tracking,
    round: plan.round,
    stop: plan.stop,
    needsCode: parcel.needsCode,
    status: plan.outcome === "current" ? parcel.status : plan.outcome,
    reason: plan.outcome === "current" ? parcel.reason : 0,
    reversed: parcel.reversed,
  };
}

function countLines(lines: readonly ParcelLine[]): StatusCounts {
  const counts = noCounts();
  for (const line of lines) counts[line.status]++;
  return counts;
}

function needCode(lines: readonly ParcelLine[]): number {
  return lines.filter((line) => line.needsCode).length;
}

function deviceLine(device: Device | undefined, manifest: Manifest, records: readonly StoredRecord[]): DeviceLine {
  const lastSync = device?.lastSync_s;
  return {
    device: manifest.device,
    label: device?.label ?? "",
    round: manifest.round,
    sequence: manifest.sequence,
    closed: manifest.closed,
    lost: device?.lost ?? false,
    acknowledged: manifest.acknowledged,
    records: records.length,
    late: records.filter((record) => record.late).length,
    refused: records.filter((record) => record.verdict === "refused").length,
    updatesQueued: manifest.updatesQueued,
    updatesStored: manifest.updatesStored,
    lastSync: lastSync === undefined ? undefined : timeText(lastSync),
    battery: device?.battery,
  };
}

/** Alarms that belong to a day: those of its manifests and of its parcels. */
function alarmsOf(
  alarms: readonly Alarm[],
  manifests: readonly Manifest[],
  planned: readonly PlannedParcel[],
): Alarm[] {
  const journals = new Set(manifests.map((manifest) => `${manifest.device}/${manifest.journalEpoch}`));
  const parcels = new Set(planned.map((entry) => entry.parcel.id));
  return alarms.filter(
    (alarm) =>
      journals.has(`${alarm.device}/${alarm.journalEpoch}`) ||
      (alarm.journalEpoch === undefined && alarm.parcel !== undefined && parcels.has(alarm.parcel)),
  );
}

/** The books of a day. A day without rounds gives an empty report. */
export async function dayReport(tx: StoreTransaction, day: number): Promise<DayReport> {
  const planned = await tx.parcels.ofDay(day);
  const lines = planned.map(lineOf);
  const manifests = await tx.manifests.ofDay(day);
  const devices: DeviceLine[] = [];
  for (const manifest of manifests) {
    const records = await tx.records.ofJournal(manifest.device, manifest.journalEpoch);
    devices.push(deviceLine(await tx.devices.find(manifest.device), manifest, records));
  }
  const names = [...new Set(lines.map((line) => line.round))];
  return {
    day: dayText(day),
    parcels: lines.length,
    needCode: needCode(lines),
    counts: countLines(lines),
    records: devices.reduce((sum, line) => sum + line.records, 0),
    rounds: names.map((name) => roundLine(name, lines)),
    devices: devices,
    lines: lines,
    alarms: alarmsOf(await tx.alarms.list(), manifests, planned),
  };
}

function roundLine(name: string, lines: readonly ParcelLine[]): RoundLine {
  const own = lines.filter((line) => line.round === name);
  return { name: name, parcels: own.length, needCode: needCode(own), counts: countLines(own) };
}
