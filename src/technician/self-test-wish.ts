// What a self-test is made of: its parts, who helps, and what a part gives back. Types and names alone, no test.
import type { StepOutcome } from "./step-report.ts";

/** Parts in the order they run. */
export const PARTS = [
  "digest",
  "flash",
  "clock",
  "battery",
  "radio",
  "keypad",
  "scanner",
  "display",
  "sounder",
] as const;
/** One part of the self-test. */
export type Part = (typeof PARTS)[number];

/** The person at the bench. */
export interface Hands {
  /** Says what to do now, for example "press 7". */
  tell(words: string): void;
  /** Asks what only eyes and ears can tell; true for yes. */
  confirm(question: string): Promise<boolean>;
}

/** Time and chance, as the test needs them. */
export interface TestSurroundings {
  /** Milliseconds since 1970, by the bench's clock. */
  now_ms(): number;
  /** Waits. */
  pause(delay_ms: number): Promise<void>;
  /** Random bytes. */
  random(length: number): Uint8Array;
}

/** How to test. */
export interface SelfTestWish {
  /** "bench": keys and labels come through the bench's commands; a person: through its hands; undefined: not at all. */
  hands: Hands | "bench" | undefined;
  /** Parts to leave out, named in the verdict. */
  without: readonly Part[];
  surroundings: TestSurroundings;
  /** The handheld's own label, which the scanner may be given. */
  ownLabel: string;
  /** Milliseconds that a person has for a key or a label. */
  patience_ms: number;
}

/** What came of it. */
export interface SelfTestResult {
  outcomes: readonly StepOutcome[];
  /** Parts that were not tested, and those that ran without anybody looking or listening. */
  untested: readonly Part[];
  passed: boolean;
}

/** A part's words, and whether it was only set going. */
export interface PartOutcome {
  words: string;
  /** True when nobody could see or hear it. */
  isUnwitnessed?: boolean;
}
