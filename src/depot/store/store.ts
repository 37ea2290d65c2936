// The store contract: what every database behind the depot must do. One suite, test/cases/store.cases.ts, runs over
// each implementation. All work goes through a transaction; nothing here says how rows are kept.
import type {
  Alarm,
  Assignment,
  Code,
  Device,
  DockVisit,
  Manifest,
  ManifestEntry,
  Parcel,
  Plan,
  PlannedParcel,
  QueuedUpdate,
  ReleaseIssue,
  Round,
  StoredRecord,
  SyncWord,
} from "./rows.ts";
import type { Settings } from "../settings.ts";

/** One depot's store. */
export interface Store {
  /**
   * Runs `work` alone: it sees no other writer, and all it wrote is kept when it returns or none of it when it throws.
   * What is kept survives a power cut. A transaction must not be opened inside another.
   * @throws DepotError 928 when another process holds the database too long
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** Lets go of the database; safe to call twice. */
  close(): Promise<void>;
}

/** Counters of ids that are never reused. */
export type IdKind = "parcel" | "code" | "alarm";

/** The store inside one transaction. */
export interface StoreTransaction {
  /** Undefined before `parola init`. */
  settings(): Promise<Settings | undefined>;
  /** Writes all settings. */
  saveSettings(settings: Settings): Promise<void>;
  /** Takes `count` (default 1) ids in a row and returns the first: 1, 2, 3 … up to 2³²−1, never reused. */
  nextId(kind: IdKind, count?: number): Promise<number>;
  readonly devices: DeviceStore;
  readonly parcels: ParcelStore;
  readonly codes: CodeStore;
  readonly manifests: ManifestStore;
  readonly records: RecordStore;
  readonly releases: ReleaseStore;
  readonly alarms: AlarmStore;
  readonly sightings: SightingStore;
  readonly assignments: AssignmentStore;
}

/** Handhelds. */
export interface DeviceStore {
  add(device: Device): Promise<void>;
  find(id: number): Promise<Device | undefined>;
  /** By id. */
  list(): Promise<Device[]>;
  /** Writes the fields given. */
  update(id: number, change: Partial<Omit<Device, "id">>): Promise<void>;
}

/** Rounds, parcels and their days. */
export interface ParcelStore {
  round(day: number, name: string): Promise<Round | undefined>;
  /** Of one day, by name. */
  rounds(day: number): Promise<Round[]>;
  /** Adds the round or writes its import time. */
  saveRound(round: Round): Promise<void>;
  /** Parcels with their plans, in the order given. */
  add(parcels: readonly PlannedParcel[]): Promise<void>;
  /** A further day of a parcel. */
  addPlan(plan: Plan): Promise<void>;
  /** Rewrites the plan of (parcel, day). */
  updatePlan(plan: Plan): Promise<void>;
  find(id: number): Promise<Parcel | undefined>;
  /** The parcel of this number that is due on that day now (its plan is current). */
  due(day: number, tracking: string): Promise<PlannedParcel | undefined>;
  /** Every day of every parcel of this number, newest day first, then newest parcel. */
  byTracking(tracking: string): Promise<PlannedParcel[]>;
  /** All that were ever due on a day, by round, stop, tracking number. */
  ofDay(day: number): Promise<PlannedParcel[]>;
  /** All days of one parcel, oldest first. */
  plans(parcel: number): Promise<Plan[]>;
  update(id: number, change: Partial<Omit<Parcel, "id" | "tracking">>): Promise<void>;
}

/** Delivery codes. */
export interface CodeStore {
  add(codes: readonly Code[]): Promise<void>;
  find(id: number): Promise<Code | undefined>;
  /** All codes of a parcel, oldest first. */
  ofParcel(parcel: number): Promise<Code[]>;
  /** All codes of the parcels that were ever due on a day, oldest first. */
  ofDay(day: number): Promise<Code[]>;
  update(id: number, change: Partial<Pick<Code, CodeChange>>): Promise<void>;
}

/** What may change in a code; salt, tag, digits and parcel never do. */
export type CodeChange = "state" | "triesKnown" | "releasesKnown" | "successor" | "endedAt_s";

/** Manifests, what they carry, and updates to them. */
export interface ManifestStore {
  add(manifest: Manifest, bytes: Uint8Array, entries: readonly ManifestEntry[]): Promise<void>;
  find(device: number, journalEpoch: number): Promise<Manifest | undefined>;
  /** The sealed bytes. */
  bytes(device: number, journalEpoch: number): Promise<Uint8Array | undefined>;
  /** All of a device, newest first. */
  ofDevice(device: number): Promise<Manifest[]>;
  /** All of a day, by device, newest first. */
  ofDay(day: number): Promise<Manifest[]>;
  /** Open manifests that carry a code, themselves or by an update. */
  carrying(code: number): Promise<Manifest[]>;
  update(device: number, journalEpoch: number, change: Partial<Pick<Manifest, ManifestChange>>): Promise<void>;
  /** What a manifest says of a parcel, one row a code, oldest code first. */
  entries(device: number, journalEpoch: number, parcel: number): Promise<ManifestEntry[]>;
  /** Every row of a manifest, by parcel, then oldest code first. */
  allEntries(device: number, journalEpoch: number): Promise<ManifestEntry[]>;
  addEntry(entry: ManifestEntry): Promise<void>;
  addUpdate(update: QueuedUpdate): Promise<void>;
  /** Updates with a number above `after`, in order, at most `limit`. */
  updates(device: number, journalEpoch: number, after: number, limit: number): Promise<QueuedUpdate[]>;
}

/** What may change in a manifest's row; the sealed bytes never do. */
export type ManifestChange = "closed" | "acknowledged" | "chain" | "updatesQueued" | "updatesStored";

/** Journal records: added once, never changed. */
export interface RecordStore {
  /** @throws when (device, journal epoch, slot) is taken */
  add(record: StoredRecord): Promise<void>;
  find(device: number, journalEpoch: number, slot: number): Promise<StoredRecord | undefined>;
  /** The record in a journal's highest slot. */
  last(device: number, journalEpoch: number): Promise<StoredRecord | undefined>;
  /** By slot. */
  ofJournal(device: number, journalEpoch: number): Promise<StoredRecord[]>;
  /** About one parcel, in the order received. */
  ofParcel(parcel: number): Promise<StoredRecord[]>;
}

/** Releases told or queued. */
export interface ReleaseStore {
  /** @throws when (device, journal epoch, code, index) is taken */
  add(issue: ReleaseIssue): Promise<void>;
  /** Of one lock, by index. */
  ofLock(device: number, journalEpoch: number, code: number): Promise<ReleaseIssue[]>;
  markUsed(issue: ReleaseIssue, usedAt_s: number): Promise<void>;
}

/** Alarms: added, never erased. */
export interface AlarmStore {
  add(alarm: Alarm): Promise<void>;
  /** Whether an alarm of this kind about exactly this subject is there. */
  exists(alarm: Omit<Alarm, "id">): Promise<boolean>;
  /** In the order raised. */
  list(): Promise<Alarm[]>;
}

/** Where each handheld was last seen: one dock visit and one sync a handheld, the later in place of the earlier. */
export interface SightingStore {
  saveVisit(visit: DockVisit): Promise<void>;
  visit(device: number): Promise<DockVisit | undefined>;
  /** Of all handhelds, by device. */
  visits(): Promise<DockVisit[]>;
  saveSyncWord(word: SyncWord): Promise<void>;
  syncWord(device: number): Promise<SyncWord | undefined>;
  /** Of all handhelds, by device. */
  syncWords(): Promise<SyncWord[]>;
}

/** Rounds kept for handhelds: one a handheld and day, and a round for one handheld only. */
export interface AssignmentStore {
  /**
   * In place of the handheld's assignment of that day.
   * @throws when another handheld has the round
   */
  save(assignment: Assignment): Promise<void>;
  find(device: number, day: number): Promise<Assignment | undefined>;
  /** By device. */
  ofDay(day: number): Promise<Assignment[]>;
  /** Those of a handheld from a day on. */
  removeFrom(device: number, day: number): Promise<void>;
}
