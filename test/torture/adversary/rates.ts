// A measured rate against the chance that the formats promise: reported with the number of tries, and a violation when it
// lies more than three standard deviations off.
import { pointId, type Torture } from "../sweep.ts";

/** How far a measured rate may lie from what was computed. */
const SIGMAS_MAX = 3;

/** Hits among independent tries. */
export interface Rate {
  hits: number;
  tries: number;
  /** Chance of a hit in one try, computed. */
  chance: number;
}

/** The mean of many values, and what it should be. */
export interface Mean {
  sum: number;
  sumOfSquares: number;
  values: number;
  expected: number;
}

/** Standard deviations between hits and what was to be expected. */
export function sigmasOff({ hits, tries, chance }: Rate): number {
  return (hits - tries * chance) / Math.sqrt(tries * chance * (1 - chance));
}

/** The same for a mean, by the values' own spread. */
export function meanSigmasOff({ sum, sumOfSquares, values, expected }: Mean): number {
  const mean = sum / values;
  const variance = (sumOfSquares / values - mean * mean) * (values / (values - 1));
  return (mean - expected) / Math.sqrt(variance / values);
}

/** Reports a rate under a name that is also its point's. */
export function reportRate(torture: Torture, sweep: string, name: string, rate: Rate): void {
  report(torture, sweep, name, rate.hits / rate.tries, rate.chance, rate.tries, sigmasOff(rate));
}

/** Reports a mean under a name that is also its point's. */
export function reportMean(torture: Torture, sweep: string, name: string, mean: Mean): void {
  report(torture, sweep, name, mean.sum / mean.values, mean.expected, mean.values, meanSigmasOff(mean));
}

function report(
  torture: Torture,
  sweep: string,
  name: string,
  measured: number,
  expected: number,
  tries: number,
  sigmas: number,
): void {
  torture.figure(name, measured);
  torture.figure(`${name}: computed`, expected);
  torture.figure(`${name}: tries`, tries);
  torture.figure(`${name}: standard deviations off`, sigmas);
  if (Math.abs(sigmas) <= SIGMAS_MAX) return;
  const text = `${measured} of ${tries}, ${expected} computed: ${sigmas.toFixed(2)} standard deviations off`;
  torture.violated(pointId(sweep, name.toLowerCase().replace(/[^a-z0-9]+/g, "-")), new Error(text));
}

/** The one point that was asked for, if it is a single try; a rate is measured over all of them. */
export function onlyTry(torture: Torture): string | undefined {
  return torture.only?.includes("#") === true ? torture.only : undefined;
}

/** Chance that at least one of `tries` passes. */
export function anyOf(chance: number, tries: number): number {
  return 1 - (1 - chance) ** tries;
}
