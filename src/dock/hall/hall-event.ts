// What is told of a hall of docks: one event for each thing worth telling of a port, and the verdicts. No key, no code, no
// tracking number is ever in one.
import type { LoadResult } from "../load-handheld.ts";

/** What came of a handheld, or of a port: those of loading, and two that only a hall can give. */
export type HallVerdict = LoadResult["verdict"] | "pulled out" | "no handheld";

/** Where a port's course is. */
export type HallStage =
  | "opening"
  | "hello"
  | "results"
  | "question"
  | "maintenance"
  | "loading"
  | "loaded"
  | "clock"
  | "verdict"
  | "left"
  | "depot";

/** One event of one port. */
export interface HallEvent {
  /** Address of the port. */
  port: string;
  /** Number the handheld gives; 0 without a key, left out while nobody has answered. */
  device?: number;
  at: HallStage;
  /** Bytes of the manifest, with "loading". */
  sent?: number;
  total?: number;
  /** With "verdict". */
  verdict?: HallVerdict;
  /** Number of FAULTS.md, 0 none; with "verdict". */
  fault?: number;
  /** For the person at the dock. */
  words: string;
}

/** Whether a handheld is done with: it may be taken on the road, or, where nothing is loaded, its results are in. */
export function isGood(verdict: HallVerdict): boolean {
  return verdict === "ready" || verdict === "already loaded" || verdict === "results taken";
}
