// What settlement makes of a record: named outcomes, written beside the record once and never changed. A verdict is
// never sent to a handheld, so it is no oracle for another try.

/** What became of a record. */
export type SettledAs =
  /** Taken into the books. */
  | "booked"
  /** An exact proof under a code that had been replaced: booked all the same, and its successor voided. */
  | "booked superseded"
  /** Kept for the file; nothing to book (tries, wrong answers, faults). */
  | "noted"
  /** Says what the books say already; nothing changed. */
  | "no change"
  /** An alarm was raised; nothing was booked. */
  | "refused";
