// What a power cut may leave behind, by the model: the same step again and again, cut in each of its writes in turn, each
// time with that write absent, torn and whole.
import { ModelCut } from "./fused.ts";
import type { Forecast } from "./forecast.ts";

/** What was seen of the step before the power failed. */
export interface SeenOfStep {
  /** Digits or an answer were looked at; undefined when the step looks at nothing. */
  hasLooked: boolean | undefined;
  /** The step's end was confirmed. */
  isConfirmed: boolean;
}

const LEAVES = ["absent", "torn", "whole"] as const;

/** Every model that fits, the one whose step came to its end first. */
export function* outcomes(before: Forecast, step: (model: Forecast) => unknown, seen: SeenOfStep): Generator<Forecast> {
  const fits = ({ handheld }: Forecast): boolean =>
    (seen.hasLooked === undefined || handheld.hasLooked === seen.hasLooked) && (!seen.isConfirmed || handheld.isDone);
  for (let write = 0, isCut = true; isCut; write++) {
    for (const leaves of write === 0 ? (["whole"] as const) : LEAVES) {
      const model = before.clone();
      const { handheld } = model;
      handheld.hasLooked = handheld.isDone = false;
      handheld.fuse = write === 0 ? undefined : { write, leaves };
      isCut = write === 0 || diesIn(() => step(model));
      if (write === 0) step(model);
      handheld.fuse = undefined;
      if (isCut && fits(model)) yield model;
    }
  }
}

function diesIn(step: () => unknown): boolean {
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof ModelCut) return true;
    throw error;
  }
}
