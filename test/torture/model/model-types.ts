// What the forecast speaks of: plain books, no bytes. Types alone; the rules are in the files beside it.

/** What a manifest says of tries and locks. */
export interface Policy {
  tries: number;
  deviceTries: number;
  wrongAnswers: number;
  releases: number;
  refusesEstimated: boolean;
}

/** A code in the depot's books, tries and releases as far as the depot knows; a manifest carries a copy. */
export interface Code {
  id: number;
  parcel: number;
  day: number;
  state: "live" | "void" | "spent";
  tries: number;
  releases: number;
}

/** A parcel in the depot's books, and how it stands on each day that it was due. */
export interface Parcel {
  id: number;
  needsCode: boolean;
  day: number;
  status: "open" | "attempted" | "accepted" | "delivered";
  reason: number;
  isAccepted: boolean;
  isReversed: boolean;
  plans: Record<number, "current" | "moved" | "withdrawn">;
}

/** A parcel as a manifest lists it. */
export interface Listed {
  parcel: number;
  isOut: boolean;
  code: Code | undefined;
}

/** An update to a manifest; `fresh` takes the place of `code`. */
export interface Update {
  kind: "void" | "replace" | "release";
  code: number;
  parcel: number;
  index: number;
  fresh: Code | undefined;
}

/** What a result says. */
export type What =
  "accepted" | "handed over" | "wrong" | "not delivered" | "reversed" | "released" | "wrong answer" | "try found";

/** A record of the journal. */
export interface Result {
  what: What;
  parcel: number;
  code: number;
  /** Reason, index of a release, or place in the journal of the handover taken back. */
  number: number;
  /** Of an acceptance: the digits were the code's, not only of its tag. */
  isExact: boolean;
  tries: number;
  triesInAll: number;
  acknowledged: number;
  /** Where it was seen in the journal, −1 before. */
  slot: number;
  /** What the depot made of it; empty before. */
  verdict: string;
}

/** A sealed manifest, its journal, its updates and the releases told for it. */
export interface Manifest {
  /** Sequence and journal epoch at once: this depot has one handheld. */
  number: number;
  day: number;
  sealed_s: number;
  slots: number;
  listed: Listed[];
  updates: Update[];
  issued: { code: number; index: number; isUsed: boolean }[];
  isClosed: boolean;
  acknowledged: number;
  journal: Result[];
}

/** A reply to a sync request: updates behind number `after`. */
export interface Reply {
  time_s: number;
  acknowledged: number;
  isClosed: boolean;
  after: number;
  updates: Update[];
}

/** What the handheld's clock says of the manifest's day. */
export type Now = "today" | "not today" | "clock not set";

/** What a courier sees. */
export type Verdict =
  | Now
  | "ask"
  | "no code needed"
  | "accepted"
  | "wrong"
  | "locked"
  | "device locked"
  | "already accepted"
  | "already handed over"
  | "handed over earlier"
  | "code replaced"
  | "not on round"
  | "memory nearly full"
  | "noted"
  | "wrong answer"
  | "no release left"
  | "no more answers";
