// Power cuts over a whole day: in every flash write of every operation, in every shape; then, at depth two, again in every
// write of the restart behind it. A point is (operation, write, tear), its id reruns exactly it.
import { setImmediate as breathe } from "node:timers/promises";
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

/** A moment, such as that before a stage's operation, to be lived once more. Only one at a time: they share a chip. */
export function goBack({ moment }: { moment: Moment }): DayRig {
  const chip = (SCRATCH.chip ??= moment.chip.copy());
  chip.become(moment.chip);
  return new DayRig({ ...moment, chip, depot: moment.depot.copy() });
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

/** What a first cut left: from here on the restart is cut as well. */
interface FirstCut {
  id: string;
  stage: Stage;
  moment: Moment;
  far: HowFar;
  /** The flash writes of the restart in which it is cut again. */
  again: readonly number[];
}

/** Writes of a restart tried from either end: a longer one erases all pages of a Storage that it takes for corrupt. */
const RESTART_ENDS = 8;

function firstCut({ stage, write, shape }: { stage: Stage; write: number; shape: TearShape }): FirstCut {
  const { rig, far } = runCut(stage, write, shape);
  const moment = rig.moment();
  rig.boot();
  const { length } = rig.host.writes;
  const numbers = Array.from({ length }, (_, i) => i + 1);
  const again = numbers.filter((number) => number <= RESTART_ENDS || number > length - RESTART_ENDS);
  return { id: `${stage.number}#${write}:${shape}`, stage, moment, far, again };
}

/** Tries one point of depth two: the restart is cut as well, and the one behind it is not. */
function tryDeepPoint(first: FirstCut, write: number, shape: TearShape): void {
  const { operation, before } = first.stage;
  const rig = goBack(first);
  untilPowerCut(() => rig.boot({ write, bytes: 0, shape }));
  rig.boot();
  checkPromises(rig, operation, before, first.far);
  finishDay(rig, operation, before);
}

function attempt(torture: Torture, sweep: string, id: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    torture.violated(pointId(sweep, id), error);
  }
  torture.tried();
}

/** Every write × every tear of every stage. */
function cutsOf(stages: readonly Stage[]): { stage: Stage; write: number; shape: TearShape }[] {
  return stages.flatMap((stage) =>
    Array.from({ length: stage.writes }, (_, i) => TEAR_SHAPES.map((shape) => ({ stage, write: i + 1, shape }))).flat(),
  );
}

/** Every write × every tear of the day. */
export const dayCuts: Sweep = {
  name: "day-cuts",
  title: "a power cut in every flash write of a day, in every shape",
  async run(torture) {
    const helped = new Map<Helper, number>();
    await spread(torture, cutsOf(stagesOf(dayScript())), ({ stage, write, shape }) => {
      const id = `${stage.number}#${write}:${shape}`;
      if (torture.only !== undefined && torture.only !== pointId(dayCuts.name, id)) return;
      attempt(torture, dayCuts.name, id, () => {
        const helper = tryPoint(stage, write, shape);
        if (stage.operation.isAtDock === true) helped.set(helper, (helped.get(helper) ?? 0) + 1);
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
    let planned = 0;
    let firsts = 0;
    const counting = { ...torture, planned: () => undefined };
    await spread(counting, cutsOf(stagesOf(dayScript(60))), (one) => {
      const id = `${one.stage.number}#${one.write}:${one.shape}`;
      if (torture.only !== undefined && !torture.only.startsWith(pointId(deepCuts.name, `${id}/`))) return;
      const first = firstCut(one);
      firsts++;
      planned += first.again.length * TEAR_SHAPES.length;
      torture.planned(planned);
      for (const again of first.again) {
        for (const shape of TEAR_SHAPES) {
          const deepId = `${first.id}/${again}:${shape}`;
          if (torture.only !== undefined && torture.only !== pointId(deepCuts.name, deepId)) continue;
          attempt(torture, deepCuts.name, deepId, () => tryDeepPoint(first, again, shape));
        }
      }
    });
    torture.figure("first cuts", firsts);
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
    if (i % 50 === 0) await breathe();
  }
}
