// Runs a share of a sweep inside `npm test`, and fails with the ids of what did not hold.
import assert from "node:assert/strict";
import type { Sweep, Torture } from "./sweep.ts";

/** Seed of the share in `npm test`; PAROLA_SEED overrides it. */
const DEFAULT_SEED = 20261124;

/** What came of a run. */
export interface SweepResult {
  points: number;
  violations: { id: string; error: unknown }[];
  figures: Map<string, number>;
}

/** Runs a sweep and collects what it reports. */
export async function runSweep(
  sweep: Sweep,
  options: Pick<Torture, "seed" | "share" | "only"> & Partial<Pick<Torture, "planned" | "tried">>,
): Promise<SweepResult> {
  const result: SweepResult = { points: 0, violations: [], figures: new Map() };
  await sweep.run({
    seed: options.seed,
    share: options.share,
    only: options.only,
    planned: (points) => options.planned?.(points),
    tried: (points = 1) => {
      result.points += points;
      options.tried?.(points);
    },
    violated: (id, error) => result.violations.push({ id, error }),
    figure: (name, value) => result.figures.set(name, value),
  });
  return result;
}

/** The seed for tests: printed by whoever uses it. */
export function testSeed(): number {
  const given = process.env["PAROLA_SEED"];
  return given === undefined ? DEFAULT_SEED : Number(given);
}

/** Adds one test that runs a share of a sweep. */
export function shareOf(sweep: Sweep, share: number, limit_ms = 60_000): void {
  const seed = testSeed();
  it(`${sweep.name}: ${sweep.title} (seed ${seed})`, async function () {
    this.timeout(limit_ms);
    const { points, violations } = await runSweep(sweep, { seed, share, only: undefined });
    assert.ok(points > 0, "something was tried");
    const shown = violations.slice(0, 5).map(({ id, error }) => `${id}: ${String(error)}`);
    assert.equal(violations.length, 0, `${violations.length} violations\n${shown.join("\n")}`);
  });
}
