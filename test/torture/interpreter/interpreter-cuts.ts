// The sweep on the real interpreter: an hour at the doors and all that happens at the dock, the process killed in every
// flash write, the write torn in every shape, and killed again while it mends. Promises: DESIGN.md §3.8.
import { join } from "node:path";
import { ROOT } from "../../../scripts/build/project.ts";
import { bundleFile, loaderFile } from "../../../src/technician/flash/board-files.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import type { Surroundings } from "./courier.ts";
import { type Cut, cutsOf, idOf, type SecondCut, SWEEP_NAME } from "./cut-points.ts";
import { sealed } from "./cut-round.ts";
import { DepotBooks } from "./depot-books.ts";
import { FIRST_LOAD, KEY_CHANGE_SCENE, MAINTENANCE, MORE_TRIES, NEXT_LOAD, RETIREMENT } from "./dock-scenes.ts";
import { HOUR } from "./hour.ts";
import { tearShapes, whatIsMissing } from "./power-cutter.ts";
import {
  again,
  mendUntilCut,
  mendingWrites,
  playUntilCut,
  rehearse,
  type Rehearsed,
  type Scene,
  type Standing,
} from "./stage.ts";
import { BENCH_PORT_FILE, makeStorage } from "./storage-image.ts";
import { Tally } from "./tally.ts";
import { WiredHandheld } from "./wired-handheld.ts";

const FLASH_BYTES = 262_144;
/** Confirmations that were on the display in a cut, and that nobody had read yet. */
const DISPLAY_ONLY = "confirmations that only the display knew of";
/** Processes side by side. */
const HANDHELDS = 2;

/** The scenes, each begun where the one before ended. */
const CHAIN: readonly Scene[] = [FIRST_LOAD, HOUR, NEXT_LOAD, MORE_TRIES];
/** Each of these begins where the chain ends. */
const BRANCHES: readonly Scene[] = [MAINTENANCE, RETIREMENT, KEY_CHANGE_SCENE];

/** A handheld as `npm run flash` leaves it, and the file with the port of its bench. */
function flashed(): Standing {
  const files = [BENCH_PORT_FILE, bundleFile("linux", join(ROOT, "dist")), loaderFile()];
  const around: Surroundings = { round: sealed(1), books: new DepotBooks(), tally: new Tally() };
  around.books.sealed(around.round);
  return { flash: makeStorage(FLASH_BYTES, files), around };
}

async function rehearseAll(handheld: WiredHandheld): Promise<Rehearsed[]> {
  const rehearsed: Rehearsed[] = [];
  let standing = flashed();
  for (const scene of CHAIN) {
    const one = await rehearse(scene, handheld, standing);
    rehearsed.push(one);
    standing = one.end;
  }
  for (const scene of BRANCHES) rehearsed.push(await rehearse(scene, handheld, standing));
  return rehearsed.filter(({ scene }) => scene !== MORE_TRIES);
}

/** One run of the sweep. */
class Run {
  private readonly torture: Torture;
  private readonly counts = new Map<string, number>();
  private planned = 0;

  constructor(torture: Torture) {
    this.torture = torture;
  }

  async all(handhelds: readonly WiredHandheld[]): Promise<void> {
    const rehearsed = await rehearseAll(handhelds[0]!);
    for (const { scene, writes } of rehearsed) this.torture.figure(`flash writes of ${scene.name}`, writes.length);
    const cuts = cutsOf(rehearsed, this.torture);
    this.plan(cuts.reduce((sum, { shapes }) => sum + shapes.length, 0));
    const queue = cuts.values();
    const work = async (handheld: WiredHandheld): Promise<void> => {
      for (const cut of queue) await this.cut(cut, handheld);
    };
    await Promise.all(handhelds.map(work));
    if (this.torture.share >= 1 && this.torture.only === undefined && !this.counts.has(DISPLAY_ONLY)) {
      this.torture.violated(pointId(SWEEP_NAME, "display"), new Error("no cut fell between a display and its reading"));
    }
    for (const [outcome, count] of [...this.counts].sort()) this.torture.figure(outcome, count);
  }

  /** Kills the handheld in one write, and judges what every shape of it leaves. */
  private async cut(cut: Cut, handheld: WiredHandheld): Promise<void> {
    const { rehearsed, write, shapes } = cut;
    try {
      const { flashes, around, wasShown } = await playUntilCut(rehearsed, handheld, write.number, shapes);
      if (wasShown) this.count(DISPLAY_ONLY);
      for (const [n, flash] of flashes.entries()) {
        const shape = shapes[n]!;
        if (typeof cut.again === "number") await this.judge(cut, idOf(cut, shape), handheld, { flash, around });
        if (cut.again === n) await this.mend(cut, shape, handheld, { flash, around });
        if (typeof cut.again !== "number") await this.cutAgain(cut, shape, cut.again, handheld, { flash, around });
      }
    } catch (error) {
      this.torture.violated(idOf(cut, shapes[0]!), error);
    }
  }

  /** Kills the handheld in each write of the start that mends what the first cut left. */
  private async mend(cut: Cut, shape: string, handheld: WiredHandheld, left: Standing): Promise<void> {
    if (!cut.rehearsed.scene.isMended) return;
    const writes = await mendingWrites(handheld, left);
    this.plan(writes.length);
    for (const write of writes) {
      const tears = tearShapes(write, this.torture.seed);
      const tear = tears[(cut.write.number + write.number) % tears.length]!;
      await this.cutAgain(cut, shape, { write: write.number, shape: tear }, handheld, left);
    }
  }

  private async cutAgain(
    cut: Cut,
    shape: string,
    second: SecondCut,
    handheld: WiredHandheld,
    left: Standing,
  ): Promise<void> {
    const flash = await mendUntilCut(handheld, left, second.write, second.shape);
    this.count("cuts in the start after a cut");
    await this.judge(cut, idOf(cut, shape, second), handheld, { flash, around: left.around });
  }

  private async judge({ rehearsed }: Cut, id: string, handheld: WiredHandheld, left: Standing): Promise<void> {
    const { scene, begin } = rehearsed;
    try {
      const world = { handheld, flash: left.flash, around: again(left.around), before: begin.flash };
      this.count(`${scene.name}: ${await scene.judge(world)}`);
    } catch (error) {
      this.torture.violated(id, error);
    }
    await handheld.kill();
    this.torture.tried();
  }

  private plan(points: number): void {
    this.planned += points;
    this.torture.planned(this.planned);
  }

  private count(outcome: string): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
  }
}

/** The sweep; `npm run test:interpreter` runs a share of it. */
export const interpreterCuts: Sweep = {
  name: SWEEP_NAME,
  title: "the real interpreter is killed in any flash write, torn in any shape: promises hold and the day goes on",
  async run(torture) {
    const missing = whatIsMissing();
    if (missing !== undefined) {
      console.warn(`\n===== SKIPPED: ${SWEEP_NAME}: ${missing} =====\n`);
      return;
    }
    const handhelds: WiredHandheld[] = [];
    try {
      while (handhelds.length < HANDHELDS) handhelds.push(new WiredHandheld());
      await new Run(torture).all(handhelds);
    } finally {
      for (const handheld of handhelds) await handheld.remove();
    }
  },
};
