// A day on a chip that is not whole: in every write of every operation a word that does not program any more, in every
// maintenance a page that does not erase, and reads in which one bit is wrong once. A fault may stop the handheld; after a
// restart the promises hold, and where the field can go on, it does.
import assert from "node:assert/strict";
import { Random } from "../random.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { checkPromises, finishDay } from "./day-promises.ts";
import { goBack, spread, type Stage, stagesOf } from "./day-cuts.ts";
import { dayScript } from "./day-script.ts";
import type { DayRig } from "./day-rig.ts";
import { daySays } from "./day-says.ts";

/** Reads with one wrong bit that are tried in each operation. */
const LIES_PER_OPERATION = 24;

interface Point {
  stage: Stage;
  kind: "dead-word" | "dead-page" | "noise";
  number: number;
}

function run(rig: DayRig, stage: Stage): { wasShown: boolean; wasCompared: boolean } {
  const { compared } = rig;
  try {
    stage.operation.run(rig);
  } catch (error) {
    // At the dock a fault ends the operation; the rig says so by an error of its own words.
    if (!(error instanceof Error) || !/^(dock|sync): fault/.test(error.message)) throw error;
  }
  const { shows } = stage.operation;
  return { wasShown: shows !== undefined && rig.drawn().includes(shows), wasCompared: rig.compared > compared };
}

/** What is damaged, and when it is: before the operation's n-th write. */
function damage(rig: DayRig, { kind, number }: Point, random: Random): void {
  const { chip } = rig;
  if (kind === "noise") {
    let reads = 0;
    chip.noise = (_address, bytes) => {
      if (reads++ === number && bytes.length > 0) {
        const at = random.below(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      }
    };
    return;
  }
  const before = chip.onWrite;
  let writes = 0;
  chip.onWrite = (write) => {
    if (kind === "dead-word" && ++writes === number)
      chip.deadWords.add(write.address + 4 * random.below(write.length / 4));
    if (kind === "dead-page" && write.kind === "erase" && ++writes === number) chip.deadPages.add(write.address);
    return before?.(write);
  };
}

function tryPoint(point: Point, seed: number): void {
  const { stage } = point;
  const rig = goBack(stage);
  rig.chip.deadWords.clear();
  rig.chip.deadPages.clear();
  rig.chip.noise = undefined;
  rig.boot();
  const random = new Random(seed + stage.number * 1009 + point.number);
  damage(rig, point, random);
  const far = run(rig, stage);
  rig.chip.noise = undefined;
  rig.chip.deadPages.clear();
  rig.boot();
  checkPromises(rig, stage.operation, stage.before, far);
  if (stage.operation.isAtDock !== true) finishDay(rig, stage.operation, stage.before);
  else {
    // A manifest, the old or the new one; or a day that was retired; or no key, so that nothing opens.
    const says = daySays(rig) !== undefined || rig.file("past") !== undefined || rig.hello().device === 0;
    assert.ok(says, "no manifest is left, and nobody retired it");
  }
}

function pointsOf(stage: Stage): Point[] {
  const words = Array.from({ length: stage.writes }, (_, i): Point => ({ stage, kind: "dead-word", number: i + 1 }));
  const pages = stage.operation.isAtDock === true ? stage.erases : 0;
  const dead = Array.from({ length: pages }, (_, i): Point => ({ stage, kind: "dead-page", number: i + 1 }));
  const step = Math.max(1, Math.ceil(stage.reads / LIES_PER_OPERATION));
  const lies = Array.from({ length: Math.floor(stage.reads / step) }, (_, i): Point => ({
    stage,
    kind: "noise",
    number: i * step + (stage.number % step),
  }));
  return [...words, ...dead, ...lies];
}

/** Dead words, dead pages and lying reads over the day. */
export const dayDamage: Sweep = {
  name: "day-damage",
  title: "a day with words that do not program, pages that do not erase, and reads that lie once",
  async run(torture: Torture) {
    const points = stagesOf(dayScript(80)).flatMap(pointsOf);
    await spread(torture, points, (point) => {
      const id = pointId(dayDamage.name, `${point.stage.number}:${point.kind}:${point.number}`);
      if (torture.only !== undefined && torture.only !== id) return;
      try {
        tryPoint(point, torture.seed);
      } catch (error) {
        torture.violated(id, error);
      }
      torture.tried();
    });
  },
};
