// What a verb of the bench did, a step at a time, for whoever shows it. It prints nothing itself.
import { asBenchError } from "./bench-error.ts";

/** How one step went. */
export interface StepOutcome {
  /** Name of the step or part, for example `keypad`. */
  step: string;
  /** 0 fine, else a number of FAULTS.md. */
  fault: number;
  /** For a person; of a fault, what is wrong. */
  words: string;
}

/** Takes outcomes as they come. */
export type StepReport = (outcome: StepOutcome) => void;

/**
 * Runs one step and reports it.
 * @returns whether it was fine; a failure is reported, and not thrown
 */
export async function reportStep(report: StepReport, step: string, run: () => Promise<string>): Promise<boolean> {
  try {
    report({ step, fault: 0, words: await run() });
    return true;
  } catch (error) {
    const failure = asBenchError(error);
    report({ step, fault: failure.number, words: failure.message });
    return false;
  }
}

/** A row of steps of which each needs the one before: stops at the first that fails; whether all were fine. */
export async function reportSteps(
  report: StepReport,
  steps: readonly (readonly [string, () => Promise<string>])[],
): Promise<boolean> {
  for (const [step, run] of steps) if (!(await reportStep(report, step, run))) return false;
  return true;
}
