// One run of the model against firmware and depot: fast-check draws a setup and commands from a seed, and shrinks what
// fails. A run's seed repeats it exactly; seed, path and replay path repeat a shrunk one.
import fc from "fast-check";
import { COMMANDS, type Sides } from "./commands.ts";
import * as depot from "./depot-steps.ts";
import { World, type WorldSetup } from "./world.ts";

/** A run that draws fewer commands is not counted: some of them find nothing to do. */
const COMMANDS_MIN = 110;
const COMMANDS_MAX = 150;

const setup: fc.Arbitrary<WorldSetup> = fc.record({
  seed: fc.nat(),
  tagBits: fc.constantFrom(8, 8, 11),
  policy: fc.record({
    tries: fc.constantFrom(3, 3, 2, 1),
    deviceTries: fc.constantFrom(15, 6, 4),
    wrongAnswers: fc.constantFrom(5, 2),
    releases: fc.constantFrom(2, 2, 1),
    refusesEstimated: fc.constantFrom(false, false, false, true),
  }),
});

/** What a run is repeated from. */
export interface RunId {
  seed: number;
  path?: string;
  replay?: string;
}

/** Where a run failed, shrunk or not. */
export interface RunFailure {
  id: RunId;
  error: unknown;
  /** Setup and commands, one a line. */
  text: string;
}

/** What came of a run. */
export interface RunResult {
  /** Commands that were carried out. */
  commands: number;
  /** What came about, and how often. */
  seen: Record<string, number>;
  /** Undefined when everything was as the model says. */
  failure: RunFailure | undefined;
}

type Details = Pick<
  fc.RunDetails<[WorldSetup, Iterable<fc.Command<Sides, Sides>>]>,
  "counterexample" | "counterexamplePath" | "errorInstance"
>;

/**
 * Runs one seed.
 * @param shrinkFor_ms how long a failure may be shrunk; 0 not at all
 * @returns undefined when the seed draws fewer commands than count as a run
 */
export async function runSeed(id: RunId, shrinkFor_ms: number): Promise<RunResult | undefined> {
  const { seed, path, replay } = id;
  const draws = fc.commands<Sides, Sides>([COMMANDS], {
    maxCommands: COMMANDS_MAX,
    size: "max",
    ...(replay === undefined ? {} : { replayPath: replay }),
  });
  let first: Omit<RunResult, "failure"> | undefined;
  let isShort = false;
  const property = fc.asyncProperty(setup, draws, async (drawn, list) => {
    const isFirst = first === undefined;
    first ??= { commands: 0, seen: {} };
    isShort ||= isFirst && path === undefined && [...list].length < COMMANDS_MIN;
    if (!isShort) await runOnce(drawn, list as Iterable<fc.AsyncCommand<Sides, Sides>>, isFirst ? first : undefined);
  });
  const from = { seed, numRuns: 1, ...(path === undefined ? {} : { path }) };
  const whole = await fc.check(property, { ...from, endOnFailure: true });
  if (isShort || first === undefined) return undefined;
  if (!whole.failed) return { ...first, failure: undefined };
  const shrunk =
    shrinkFor_ms === 0 ? whole : await fc.check(property, { ...from, interruptAfterTimeLimit: shrinkFor_ms });
  return { ...first, failure: failureOf(seed, shrunk.counterexample === null ? whole : shrunk) };
}

function failureOf(seed: number, { counterexample, counterexamplePath, errorInstance }: Details): RunFailure {
  const [drawn, list] = counterexample ?? [undefined, []];
  const replay = /replayPath="(.*?)"/.exec(String(list))?.[1];
  const id = { seed, path: counterexamplePath ?? "0", ...(replay === undefined ? {} : { replay }) };
  return { id, error: errorInstance, text: [JSON.stringify(drawn), ...[...list].map(String)].join("\n") };
}

async function runOnce(
  drawn: WorldSetup,
  list: Iterable<fc.AsyncCommand<Sides, Sides>>,
  counts: Pick<RunResult, "commands" | "seen"> | undefined,
): Promise<void> {
  const world = await World.make(drawn);
  try {
    const sides: Sides = { world };
    await fc.asyncModelRun(async () => {
      await depot.provision(world);
      const number = await depot.seal(world, world.today());
      depot.load(world, number, undefined);
      await depot.settle(world);
      return { model: sides, real: sides };
    }, list);
    await finish(world);
  } finally {
    countResults(world);
    if (counts !== undefined) Object.assign(counts, { commands: world.commands, seen: world.seen });
    await world.depot.end();
  }
}

/** At the end everything is sent, booked once, and the books agree. */
async function finish(world: World): Promise<void> {
  world.handheld.home();
  await depot.settle(world);
  world.check();
  world.checkBooks(new Set(world.model.depot.manifests.map(({ number }) => number)));
  for (const { number, journal } of world.model.depot.manifests) {
    if (journal.some(({ verdict }) => verdict === "")) throw new Error(`not all of journal ${number} was booked`);
  }
}

function countResults(world: World): void {
  for (const { journal } of world.model.depot.manifests) {
    for (const { what, verdict } of journal) world.saw(`${what}: ${verdict}`);
  }
}
