// Why a step on the bench failed: a fault's number and words for a person. It never carries a key or what a ticket holds.
import { DockError } from "../dock/dock-error.ts";
import { faultWords } from "../dock/fault-words.ts";
import { FaultNumber } from "../shared/faults.ts";
import { BenchFault } from "./faults.ts";

/** A step failed, for the reason that FAULTS.md has under its number. */
export class BenchError extends Error {
  /** A handheld's fault (1…999) or the bench's own (1001…). */
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.name = "BenchError";
    this.number = number;
  }
}

/** What the bench's person can do about a handheld's fault, where the fault's own words do not say. */
const ADVICE: Readonly<Record<number, string>> = {
  [FaultNumber.DockUnsent]: "take its results at the dock first",
  [FaultNumber.DockNoPower]: "put it on the dock's supply, charged to 20 % at least",
  [FaultNumber.DockNeedsMaintenance]: "its flash has no room: run maintenance at the dock, or wipe it",
  [FaultNumber.DockUnknownCommand]: "this board or firmware does not offer it; flash it anew",
};

/** The error of a handheld that answered with a fault. */
export function handheldError(fault: number): BenchError {
  const advice = ADVICE[fault];
  return new BenchError(fault, faultWords(fault) + (advice === undefined ? "" : `; ${advice}`));
}

/**
 * Any failure of a step as a bench error: cable faults get number 1020; a caller's mistake is thrown on.
 * @throws what is no failure of handheld or cable
 */
export function asBenchError(error: unknown): BenchError {
  if (error instanceof BenchError) return error;
  if (error instanceof DockError) return new BenchError(BenchFault.PortFailed, error.message);
  if (error instanceof Error && "fault" in error && typeof error.fault === "number") return handheldError(error.fault);
  throw error;
}
