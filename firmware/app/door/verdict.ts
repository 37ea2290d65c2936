// Every verdict of the door check, by name. Source: DESIGN.md §3.2; what each means to the courier is in the screens.

export const enum VerdictKind {
  Accepted = 1,
  Wrong = 2,
  Locked = 3,
  DeviceLocked = 4,
  AlreadyAccepted = 5,
  AlreadyHandedOver = 6,
  CodeReplaced = 7,
  NotToday = 8,
  NotOnRound = 9,
  WrongCheckDigit = 10,
  NoCodeNeeded = 11,
  JournalNearlyFull = 12,
  ClockUnset = 13,
  Stopped = 14,
  /** The parcel may be tried: nothing stands in the way of six digits. */
  AskCode = 15,
}

/** A verdict and what belongs to it. */
export interface Verdict {
  kind: VerdictKind;
  /**
   * Wrong, AskCode: tries left. NotToday: the day the code is for, days since 1970-01-01, or 0 when the whole manifest is
   * not valid now. Stopped: the fault.
   */
  number: number;
}

/** A verdict of a kind, with the one number that some kinds have. */
export function verdict(kind: VerdictKind, number = 0): Verdict {
  return { kind: kind, number: number };
}
