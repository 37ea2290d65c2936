// Power cuts over a whole day: in every flash write of every operation, in every shape; then, at depth two, again in every
// write of the restart behind it. A point is (operation, write, tear), its id reruns exactly it.
import { TEAR_SHAPES, type TearShape } from "../../../hal/sim/tear.ts";
import { SimChip } from "../../../hal/sim/sim-chip.ts";
import { FakeDepot } from "../../support/fake-depot.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { DAY_START_S, testKeyFile } from "../../support/test-round.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { type Before, checkPromises, finishDay, type Helper, type HowFar, noteBefore } from "./day-promises.ts";
import { DayRig, type Moment } from "./day-rig.ts";
import { dayScript, type Operation, yesterday } from "./day-script.ts";
import { simFlash } from "../../../hal/sim/sim-board.ts";

const FLASH_BYTES = 256 * 1024;
/** What else stands in the flash: so much that the second load in mid-day needs maintenance. */
const BUNDLE_BYTES = 56_000;
const MORNING_S = DAY_START_S + 6 * 3600;

/** One operation of the day, and the moment before it. */
export interface Stage {
  number: number;
  operation: Operation;
  moment: Moment;
  before: Before;
  /** Flash writes of it, uncut; how many of them erase a page; and its flash reads. */
  writes: number;
  erases: number;
  reads: number;
}

/** A handheld as it comes to the dock in the morning: two bundles' worth of flash taken, yesterday's round on it. */
export function morning(pageBytes = 1024): DayRig {
  const chip = new SimChip(new Uint8Array(FLASH_BYTES).fill(0xff), { pageBytes });
  const flash = simFlash(chip);
  for (const name of ["parola.a", "parola.b"]) flash.create(name, BUNDLE_BYTES, new Uint8Array(8));
  const rig = new DayRig({ chip, depot: new FakeDepot(), now_s: MORNING_S - 18 * 3600 });
  rig.boot();
  expectFault(rig.command(Command.Provision, testKeyFile()).fault);
  rig.depot.sealed(yesterday());
  expectFault(rig.load(yesterday()));
  expectFault(rig.sync());
  rig.wait(18 * 3600 * 1000);
  return rig;
}

function expectFault(fault: number): void {
  if (fault !== 0) throw new Error(`the morning: fault ${fault}`);
}

/** Runs the day uncut and keeps the moment before each operation; throws when a promise does not hold without a cut. */
export function stagesOf(operations: readonly Operation[], rig = morning()): Stage[] {
  return operations.map((operation, number) => {
    const moment = rig.moment();
    const before = noteBefore(rig);
    rig.boot();
    const started = rig.host.writes.length;
    const { compared } = rig;
    const worn = totalWear(rig);
    let reads = 0;
    rig.chip.noise = () => void reads++;
    operation.run(rig);
    rig.chip.noise = undefined;
    const erases = totalWear(rig) - worn;
    const wasShown = operation.shows !== undefined && rig.drawn().includes(operation.shows);
    if (operation.shows !== undefined && !wasShown) throw new Error(`${operation.name} shows ${rig.drawn()}`);
    const writes = rig.host.writes.length - started;
    const far = { wasShown: operation.isAtDock !== true, wasCompared: rig.compared > compared };
    rig.boot();
    checkPromises(rig, operation, before, far);
    return { number, operation, moment, before, writes, erases, reads };
  });
}

function totalWear(rig: DayRig): number {
  return rig.chip.wear.reduce((sum, erases) => sum + erases, 0);
}

/** One chip for all points: each begins by taking the state of its stage. */
const SCRATCH: { chip: SimChip | undefined } = { chip: undefined };

/** The moment before a stage's operation, to be lived once more. Only one at a time: they share a chip. */
export function goBack(stage: Stage): DayRig {
  const chip = (SCRATCH.chip ??= stage.moment.chip.copy());
  chip.become(stage.moment.chip);
  return new DayRig({ ...stage.moment, chip, depot: stage.moment.depot.copy() });
}

/** Goes back to a stage's moment and runs its operation up to a cut; how far it came. */
function runCut(stage: Stage, write: number, shape: TearShape): { rig: DayRig; far: HowFar } {
  const rig = goBack(stage);
  rig.boot();
  const { compared } = rig;
  rig.cut(write, shape);
  let wasCut = true;
  wasCut = untilPowerCut(() => stage.operation.run(rig));
  if (!wasCut) throw new Error(`${stage.operation.name}: write ${write} never came`);
  const { shows } = stage.operation;
  return {
    rig,
    far: { wasShown: shows !== undefined && rig.drawn().includes(shows), wasCompared: rig.compared > compared },
  };
}

/** Tries one point of depth one; who had to help afterwards. */
function tryPoint(stage: Stage, write: number, shape: TearShape): Helper {
  const { rig, far } = runCut(stage, write, shape);
  rig.boot();
  checkPromises(rig, stage.operation, stage.before, far);
  return finishDay(rig, stage.operation, stage.before);
}

/** Tries one point of depth two: the restart is cut as well, and the one behind it is not. */
function tryDeepPoint(stage: Stage, write: number, shape: TearShape, again: number, shapeAgain: TearShape): void {
  const { rig, far } = runCut(stage, write, shape);
  untilPowerCut(() => rig.boot({ write: again, bytes: 0, shape: shapeAgain }));
  rig.boot();
  checkPromises(rig, stage.operation, stage.before, far);
  finishDay(rig, stage.operation, stage.before);
}

function attempt(torture: Torture, sweep: string, id: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    torture.violated(pointId(sweep, id), error);
  }
  torture.tried();
}

const letTimePass = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Every write × every tear of the day. */
export const dayCuts: Sweep = {
  name: "day-cuts",
  title: "a power cut in every flash write of a day, in every shape",
  async run(torture) {
    const stages = stagesOf(dayScript());
    const helped = new Map<Helper, number>();
    const all = stages.flatMap((stage) =>
      Array.from({ length: stage.writes }, (_, i) =>
        TEAR_SHAPES.map((shape) => ({ stage, write: i + 1, shape })),
      ).flat(),
    );
    await spread(torture, all, (one) => {
      const id = `${one.stage.number}#${one.write}:${one.shape}`;
      if (torture.only !== undefined && torture.only !== pointId(dayCuts.name, id)) return;
      attempt(torture, dayCuts.name, id, () => {
        const helper = tryPoint(one.stage, one.write, one.shape);
        if (one.stage.operation.isAtDock === true) helped.set(helper, (helped.get(helper) ?? 0) + 1);
      });
    });
    for (const [helper, times] of helped) torture.figure(`cuts at the dock, brought back by: ${helper}`, times);
  },
};

/** Every write × every tear of a shorter day, and of the restart behind each, every write × every tear again. */
export const deepCuts: Sweep = {
  name: "deep-cuts",
  title: "a second power cut in every write of the restart behind a first one",
  async run(torture) {
    const stages = stagesOf(dayScript(60));
    const firsts = stages.flatMap((stage) =>
      Array.from({ length: stage.writes }, (_, i) =>
        TEAR_SHAPES.map((shape) => ({ stage, write: i + 1, shape })),
      ).flat(),
    );
    await spread(torture, firsts, ({ stage, write, shape }) => {
      const first = `${stage.number}#${write}:${shape}`;
      if (torture.only !== undefined && !torture.only.startsWith(pointId(deepCuts.name, `${first}/`))) return;
      const { rig } = runCut(stage, write, shape);
      rig.boot();
      const { length } = rig.host.writes;
      for (let again = 1; again <= length; again++) {
        for (const shapeAgain of TEAR_SHAPES) {
          const id = `${first}/${again}:${shapeAgain}`;
          if (torture.only !== undefined && torture.only !== pointId(deepCuts.name, id)) continue;
          attempt(torture, deepCuts.name, id, () => tryDeepPoint(stage, write, shape, again, shapeAgain));
        }
      }
    });
  },
};

/** How far into its stretch each point of a share lies: the golden ratio, so that no shape is always passed over. */
const GOLDEN = 0.618_033_988_75;

/** Tries a share of the points, spread evenly over all of them. */
export async function spread<T>(torture: Torture, all: readonly T[], one: (point: T) => void): Promise<void> {
  const share = torture.only === undefined ? torture.share : 1;
  const count = Math.max(1, Math.round(all.length * share));
  torture.planned(count);
  for (let i = 0; i < count; i++) {
    const point = all[Math.floor(((i + ((i * GOLDEN) % 1)) * all.length) / count)];
    if (point !== undefined) one(point);
    if (i % 50 === 0) await letTimePass();
  }
}
