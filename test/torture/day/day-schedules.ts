// A day under a failing battery, as littlefs tests it: the power fails again and again, after 1, 2, 3 … writes (linear) or
// after 1, 2, 4, 8 … (doubling), from each operation on; what was cut is done again until it is done. The promises hold after
// every cut, and the day comes to its end.
import { setImmediate as breathe } from "node:timers/promises";
import { TEAR_SHAPES, type TearShape } from "../../../hal/sim/tear.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { morning } from "./day-cuts.ts";
import { bringBack, checkPromises, finishDay, noteBefore } from "./day-promises.ts";
import type { DayRig } from "./day-rig.ts";
import { dayScript, type Operation } from "./day-script.ts";
import { type DaySays, daySays } from "./day-says.ts";

/** Operations that a schedule goes through before it begins anew: with them, cuts come close together. */
const STRETCH = 12;
/** Cuts after which an operation that still does not come to its end is a violation. */
const CUTS_MAX = 1200;
const SCHEDULES = ["linear", "doubling"] as const;
type Schedule = (typeof SCHEDULES)[number];

/** Whether the flash shows an operation as done: its results are there, or its try is. */
function isDone(operation: Operation, before: DaySays | undefined, says: DaySays | undefined): boolean {
  if (before === undefined || says === undefined || operation.isAtDock === true) return false;
  const more = says.results.slice(before.results.length);
  if (operation.results.length > 0) return more.length >= operation.results.length;
  if (operation.tries === undefined) return false;
  return (says.spent.get(operation.tries)?.tries ?? 0) > (before.spent.get(operation.tries)?.tries ?? 0);
}

/** Whether a code can no longer be accepted, since cuts have burnt its tries: the day goes on without it. */
function isLockedOut(operation: Operation, rig: DayRig): boolean {
  if (operation.tries === undefined || operation.results.length === 0) return false;
  return rig.drawn().includes("LOCKED");
}

interface Cuts {
  made: number;
  /** Writes until the next one. */
  next: number;
}

/** Does one operation under a schedule, again and again until it is done. */
function persist(
  rig: DayRig,
  operation: Operation,
  schedule: Schedule,
  shape: TearShape,
  cuts: Cuts,
  torture: Torture,
): void {
  const before = noteBefore(rig);
  for (let turn = 0; turn < CUTS_MAX; turn++) {
    const { compared } = rig;
    rig.cut(cuts.next, shape);
    const wasCut = untilPowerCut(() => {
      if (operation.isAtDock === true) bringBack(rig, operation);
      else operation.run(rig);
    });
    const wasShown = operation.shows !== undefined && rig.drawn().includes(operation.shows);
    const far = { wasShown, wasCompared: rig.compared > compared };
    if (!wasCut) {
      rig.host.cut = undefined;
      return;
    }
    torture.tried();
    cuts.made++;
    cuts.next = schedule === "linear" ? cuts.next + 1 : cuts.next * 2;
    rig.boot();
    // Later turns begin where the one before was cut: what they may leave behind is more than one operation's.
    if (turn === 0) checkPromises(rig, operation, before, far);
    if (isDone(operation, before.says, daySays(rig))) return;
  }
  throw new Error(`${operation.name}: not done after ${CUTS_MAX} cuts`);
}

/** The results and tries that cuts changed are the next operations' starting point; those that need others fall away. */
function runDay(torture: Torture, schedule: Schedule, shape: TearShape, first: number): void {
  const rig = morning();
  rig.boot();
  const cuts: Cuts = { made: 0, next: 1 };
  const operations = dayScript(60).slice(0, 20);
  let last: Operation | undefined;
  operations.forEach((operation, number) => {
    if ((number - first) % STRETCH === 0) cuts.next = 1;
    last = operation;
    if (number < first) operation.run(rig);
    else persist(rig, operation, schedule, shape, cuts, torture);
    if (isLockedOut(operation, rig)) return;
  });
  rig.boot();
  if (last !== undefined) finishDay(rig, { ...last, isAtDock: true }, noteBefore(rig));
}

/** Linear and doubling schedules of cuts, from each operation on, in each shape. */
export const daySchedules: Sweep = {
  name: "day-schedules",
  title: "a battery that fails again and again, after 1, 2, 3 … or 1, 2, 4 … writes",
  async run(torture) {
    const all = SCHEDULES.flatMap((schedule) =>
      TEAR_SHAPES.flatMap((shape) => Array.from({ length: 20 }, (_, first) => ({ schedule, shape, first }))),
    );
    const step = Math.max(1, Math.round(1 / torture.share));
    for (let i = 0; i < all.length; i++) {
      const one = all[i];
      if (one === undefined) continue;
      const id = pointId(daySchedules.name, `${one.schedule}:${one.shape}:${one.first}`);
      if (torture.only === undefined ? (i * 7) % step !== 0 : torture.only !== id) continue;
      try {
        runDay(torture, one.schedule, one.shape, one.first);
      } catch (error) {
        torture.violated(id, error);
      }
      await breathe();
    }
  },
};
