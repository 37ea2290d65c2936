// What the depot keeps, in domain terms: the shapes that go through the store contract. Times in UTC seconds, days in
// days since 1970-01-01, money in cents. No database type, and no delivery code in plain, ever appears here.
import type { SettledAs } from "../settle/verdict.ts";
import type { AlarmKind } from "../settle/alarm.ts";

/** A handheld. */
export interface Device {
  /** 1…2³²−1. */
  id: number;
  label: string;
  /** From 1; every earlier epoch is closed. */
  keyEpoch: number;
  addedAt_s: number;
  /** Last manifest sequence and journal epoch given out; both only rise. */
  lastSequence: number;
  lastJournalEpoch: number;
  lastSync_s: number | undefined;
  /** Percent. */
  battery: number | undefined;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number | undefined;
  /** The handheld's own clock at its last sync. */
  clock_s: number | undefined;
  /** Booked as lost: its key epoch is closed. */
  lost: boolean;
}

/** The last time a handheld was in the dock, in the depot's times. One for each handheld; what it says is its own word. */
export interface DockVisit {
  device: number;
  /** When it was plugged in. */
  arrivedAt_s: number;
  /** When the dock last said that it is still there, or that it left. */
  heardAt_s: number;
  /** When the dock said that it was taken out; undefined while it never did. */
  leftAt_s: number | undefined;
  /** Since when it says what stands in the fields below. */
  saidAt_s: number;
  /** Records that it had not had acknowledged. */
  unsent: number;
  /** Of the manifest that it held, 0 none. */
  sequence: number;
  journalEpoch: number;
  /** Percent. */
  battery: number | undefined;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number;
}

/** What a handheld's last sync said of where it stands. One for each handheld. */
export interface SyncWord {
  device: number;
  at_s: number;
  /** Of the key that the request was made with. */
  keyEpoch: number;
  /** Of the manifest it works with, 0 none. */
  journalEpoch: number;
  /** Slots of that journal which it has written, the most it ever said. */
  end: number;
}

/** A round that is kept for a handheld on one day. */
export interface Assignment {
  device: number;
  day: number;
  round: string;
}

/** A round of one day. */
export interface Round {
  day: number;
  name: string;
  /** Undefined when it exists only because parcels slipped into that day. */
  importedAt_s: number | undefined;
}

/** Where a parcel stands. "accepted" is a good code without a handover: the gap must stay visible. */
export type ParcelStatus = "open" | "attempted" | "accepted" | "delivered";

/** A parcel. */
export interface Parcel {
  /** u32, given by the depot, never reused. */
  id: number;
  /** Normalised tracking number; reused by carriers after months, so never a key of its own. */
  tracking: string;
  /** Current delivery day. */
  day: number;
  /** ISO 8859-1, at most 40 characters. */
  address: string;
  value_cents: number;
  /** The sender asked for a code. */
  asked: boolean;
  /** Asked for, or worth it: handed over against a code only. */
  needsCode: boolean;
  status: ParcelStatus;
  /** EDIFACT-like reason of the last attempt, 0 none. */
  reason: number;
  acceptedAt_s: number | undefined;
  deliveredAt_s: number | undefined;
  /** A handover of this parcel was taken back at least once. */
  reversed: boolean;
}

/** How a plan ended when it did not end with its day. */
export type PlanOutcome = "current" | "moved" | "withdrawn" | "replanned";

/** A parcel's place on one day: one row a day that it was due, so earlier days stay readable. */
export interface Plan {
  parcel: number;
  day: number;
  round: string;
  stop: number;
  /**
   * current; moved to a later day; withdrawn, because a late acceptance settled an earlier day; replanned, because a
   * later round file brought the same parcel again and counts instead.
   */
  outcome: PlanOutcome;
  /** Status when the plan stopped being current. */
  statusThen: ParcelStatus | undefined;
}

/** A parcel on a day. */
export interface PlannedParcel {
  parcel: Parcel;
  plan: Plan;
}

/** live: opens the door. void: replaced. spent: accepted. */
export type CodeState = "live" | "void" | "spent";

/** A delivery code; belongs to one parcel for ever. The digits are in `box` only. */
export interface Code {
  /** u32, never reused. */
  id: number;
  parcel: number;
  day: number;
  state: CodeState;
  /** 16 bytes, drawn for this code alone. */
  salt: Uint8Array;
  tag: number;
  tagBits: number;
  /** The digits, encrypted: nonce, ciphertext, GCM tag. */
  box: Uint8Array;
  triesKnown: number;
  releasesKnown: number;
  /** The code that took its place. */
  successor: number | undefined;
  madeAt_s: number;
  /** When it stopped being live. */
  endedAt_s: number | undefined;
}

/** A sealed manifest and its journal; the bytes are read apart. */
export interface Manifest {
  device: number;
  /** Names the journal; rises with every manifest of a device. */
  journalEpoch: number;
  sequence: number;
  keyEpoch: number;
  day: number;
  round: string;
  sealedAt_s: number;
  validFrom_s: number;
  validUntil_s: number;
  journalSlots: number;
  /** Closed: records are still taken and settled, updates are no longer sent. */
  closed: boolean;
  /** Slots received without a gap. */
  acknowledged: number;
  /** MAC of the last valid record among them; at first the first 16 bytes of the manifest's MAC. */
  chain: Uint8Array;
  /** Number of the last update queued, and of the last one the handheld says it stored. */
  updatesQueued: number;
  updatesStored: number;
}

/** A parcel, and the code (0: none) under which one manifest or its updates carry it. */
export interface ManifestEntry {
  device: number;
  journalEpoch: number;
  parcel: number;
  code: number;
  /** Releases of the code's lock when it was sealed: where its release index starts. */
  releasesKnown: number;
}

/** An update that waits for, or was sent to, a handheld. */
export interface QueuedUpdate {
  device: number;
  journalEpoch: number;
  number: number;
  /** 64 bytes, encoded. */
  bytes: Uint8Array;
}

/** A journal record as received, with what became of it. Never changed, never erased. */
export interface StoredRecord {
  device: number;
  journalEpoch: number;
  slot: number;
  /** 64 bytes, body and MAC. */
  bytes: Uint8Array;
  type: number;
  parcel: number;
  code: number;
  /** What the handheld's clock said. */
  time_s: number;
  receivedAt_s: number;
  /** What the depot books by: the record's time, or the receipt's when that one cannot be trusted. */
  bookedAt_s: number;
  verdict: SettledAs;
  /** The clock was estimated or out of the manifest's day. */
  clockDoubtful: boolean;
  /** Came in after its manifest or key epoch was closed. */
  late: boolean;
}

/** A release that the depot has told or queued. */
export interface ReleaseIssue {
  device: number;
  journalEpoch: number;
  /** 0: the whole device. */
  code: number;
  index: number;
  /** Told over the phone, or sent as an update. */
  way: "phone" | "online";
  issuedAt_s: number;
  /** When the handheld's record of it came in. */
  usedAt_s: number | undefined;
}

/** Something a person must look into. Fields that do not apply are undefined. */
export interface Alarm {
  id: number;
  kind: AlarmKind;
  raisedAt_s: number;
  device: number | undefined;
  journalEpoch: number | undefined;
  slot: number | undefined;
  parcel: number | undefined;
  code: number | undefined;
  text: string;
}
