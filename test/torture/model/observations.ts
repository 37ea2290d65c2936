// What is seen of handheld and depot, as the reference model is told it.

/** A result in a journal, or confirmed by a screen. */
export interface Told {
  what: string;
  parcel: number;
}

/** A record of a journal. */
export interface Entry extends Told {
  slot: number;
  code: number;
  /** Reason, index of a release, place of the handover taken back. */
  number: number;
  tries: number;
}

/** What the flash says of the active manifest; codes by id, 0 the device. */
export interface FlashSays {
  number: number;
  /** Tries of each code in all: its cells, and what its manifest knows. */
  tries: ReadonlyMap<number, number>;
  wrongAnswers: number;
  entries: readonly Entry[];
}

/** What the depot's tables say. */
export interface BookedBooks {
  /** Journals that something came in of. */
  journals: readonly BookedJournal[];
  delivered: ReadonlySet<number>;
  triesKnown: (code: number) => number;
}

/** What they say of one journal. */
export interface BookedJournal {
  number: number;
  records: readonly { slot: number; what: string; verdict: string }[];
  acknowledged: number;
}
