// The tables as Kysely sees them: portable column types only (whole numbers, text, bytes). Every row carries its depot's
// number, so that several depots can share a database later. Columns never hold a delivery code in plain.

/** Whole number as the driver gives it. */
type Flag = 0 | 1;
/** Bytes: drivers return Buffer or ArrayBuffer, and take Buffer. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Table names to their rows. */
export interface Schema {
  depot: DepotRow;
  counter: { depot: number; kind: string; next: number };
  device: DeviceRow;
  round: { depot: number; day: number; name: string; imported_at: number | null };
  parcel: ParcelRow;
  plan: PlanRow;
  code: CodeRow;
  manifest: ManifestRow;
  manifest_entry: {
    depot: number;
    device: number;
    journal_epoch: number;
    parcel: number;
    code: number;
    releases_known: number;
  };
  device_update: { depot: number; device: number; journal_epoch: number; number: number; bytes: Bytes };
  record: RecordRow;
  release_issue: ReleaseRow;
  alarm: AlarmRow;
  dock_visit: DockVisitRow;
  sync_word: {
    depot: number;
    device: number;
    at: number;
    key_epoch: number;
    journal_epoch: number;
    journal_end: number;
  };
  assignment: { depot: number; device: number; day: number; round: string };
}

/** Settings of one depot. */
export interface DepotRow {
  depot: number;
  name: string;
  time_zone: string;
  threshold_cents: number;
  tries_per_code: number;
  tries_per_device: number;
  wrong_answers_per_lock: number;
  releases_per_lock: number;
  tag_bits: number;
  refuse_estimated_clock: Flag;
  language: string;
}

/** A handheld; `rows.ts` says what each field means. */
export interface DeviceRow {
  depot: number;
  id: number;
  label: string;
  key_epoch: number;
  added_at: number;
  last_sequence: number;
  last_journal_epoch: number;
  last_sync: number | null;
  battery: number | null;
  firmware: number | null;
  clock: number | null;
  lost: Flag;
}

/** The last dock visit of a handheld. */
export interface DockVisitRow {
  depot: number;
  device: number;
  arrived_at: number;
  heard_at: number;
  left_at: number | null;
  said_at: number;
  unsent: number;
  sequence: number;
  journal_epoch: number;
  battery: number | null;
  firmware: number;
}

/** A parcel. */
export interface ParcelRow {
  depot: number;
  id: number;
  tracking: string;
  day: number;
  address: string;
  value_cents: number;
  asked: Flag;
  needs_code: Flag;
  status: string;
  reason: number;
  accepted_at: number | null;
  delivered_at: number | null;
  reversed: Flag;
}

/** A parcel's place on one day. */
export interface PlanRow {
  depot: number;
  parcel: number;
  day: number;
  round: string;
  stop: number;
  outcome: string;
  status_then: string | null;
}

/** A delivery code; the digits are in `box`, encrypted. */
export interface CodeRow {
  depot: number;
  id: number;
  parcel: number;
  day: number;
  state: string;
  salt: Bytes;
  tag: number;
  tag_bits: number;
  box: Bytes;
  tries_known: number;
  releases_known: number;
  successor: number | null;
  made_at: number;
  ended_at: number | null;
}

/** A sealed manifest and the state of its journal. */
export interface ManifestRow {
  depot: number;
  device: number;
  journal_epoch: number;
  sequence: number;
  key_epoch: number;
  day: number;
  round: string;
  sealed_at: number;
  valid_from: number;
  valid_until: number;
  journal_slots: number;
  closed: Flag;
  acknowledged: number;
  chain: Bytes;
  updates_queued: number;
  updates_stored: number;
  bytes: Bytes;
}

/** A journal record and its verdict. */
export interface RecordRow {
  depot: number;
  device: number;
  journal_epoch: number;
  slot: number;
  /** Order of arrival within the depot. */
  arrival: number;
  bytes: Bytes;
  type: number;
  parcel: number;
  code: number;
  time: number;
  received_at: number;
  booked_at: number;
  verdict: string;
  clock_doubtful: Flag;
  late: Flag;
}

/** A release that was issued. */
export interface ReleaseRow {
  depot: number;
  device: number;
  journal_epoch: number;
  code: number;
  release_index: number;
  way: string;
  issued_at: number;
  used_at: number | null;
}

/** An alarm. */
export interface AlarmRow {
  depot: number;
  id: number;
  kind: string;
  raised_at: number;
  device: number | null;
  journal_epoch: number | null;
  slot: number | null;
  parcel: number | null;
  code: number | null;
  text: string;
}
