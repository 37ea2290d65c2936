// A scene on the real interpreter: rehearsed once without a cut, then played again with the power failing in one of its
// flash writes. What the flash holds then, for each way that write may be torn, is a world to be judged.
import type { BenchHandheld } from "../../../src/dock/bench-handheld.ts";
import { Courier, type Pictures, type Surroundings } from "./courier.ts";
import type { LoggedWrite } from "./power-cutter.ts";
import type { WiredHandheld } from "./wired-handheld.ts";

/** A flash and those around it, as they stand when a scene begins or ends. */
export interface Standing {
  flash: Uint8Array;
  around: Surroundings;
}

/** What a power cut left, and a handheld to try it on. */
export interface World extends Standing {
  handheld: WiredHandheld;
  /** The flash when the scene began. */
  before: Uint8Array;
}

/** One scene. */
export interface Scene {
  /** Kebab-case: what ids name. */
  readonly name: string;
  /** Whether the start after a cut may be cut as well. */
  readonly isMended: boolean;
  /** What happens at the depot before it; the surroundings may be changed. */
  prepare(around: Surroundings): Surroundings;
  /** Drives the handheld to the scene's end. */
  play(courier: Courier): Promise<void>;
  /** Starts the handheld on what the cut left. @throws Error in words when a promise does not hold @returns what came of it */
  judge(world: World): Promise<string>;
}

/** A scene that was played without a cut. */
export interface Rehearsed {
  scene: Scene;
  begin: Standing;
  end: Standing;
  writes: LoggedWrite[];
  pictures: Pictures;
}

/** The same people and books, to be continued in another way. */
export function again({ round, books, tally }: Surroundings): Surroundings {
  return { round, books: books.again(), tally: tally.again() };
}

/** Plays a scene from a standing to its end. */
export async function rehearse(scene: Scene, handheld: WiredHandheld, from: Standing): Promise<Rehearsed> {
  const begin = { flash: from.flash, around: scene.prepare(again(from.around)) };
  const around = again(begin.around);
  const pictures: Pictures = new Map();
  handheld.setFlash(begin.flash);
  const bench = await handheld.start();
  await bench.link(false);
  await scene.play(new Courier(bench, around, pictures));
  await bench.hello(); // what waited for the last screen to stand is written by now
  await handheld.kill();
  return { scene, begin, end: { flash: handheld.flash(), around }, writes: handheld.writes(), pictures };
}

/** A scene as a cut ended it. */
export interface Played {
  /** What the flash holds, for each shape of the torn write. */
  flashes: Uint8Array[];
  /** What those around it saw. */
  around: Surroundings;
  /** Whether the display showed a confirmation that nobody had looked at yet. */
  wasShown: boolean;
}

/**
 * Plays a scene until the power fails in a write.
 * @returns the flash for each shape, and what those around it saw
 * @throws Error when the power never fails, or the scene fails by itself
 */
export async function playUntilCut(
  { scene, begin, pictures }: Rehearsed,
  handheld: WiredHandheld,
  write: number,
  shapes: readonly string[],
): Promise<Played> {
  const around = again(begin.around);
  handheld.setFlash(begin.flash);
  try {
    const bench = await handheld.start({ write, shapes });
    await bench.link(false);
    await scene.play(new Courier(bench, around));
    await bench.hello();
    await handheld.untilDead();
  } catch (error) {
    // Whatever ends the scene is the cut, if the power did fail; else it is the scene's own fault.
    await handheld.untilDead().catch(() => {
      throw error;
    });
  }
  const picture = pictures.get(around.tally.underWay?.step ?? -1);
  const wasShown = picture !== undefined && handheld.memory().includes(picture);
  if (wasShown) around.tally.confirm();
  else around.tally.giveUp();
  await handheld.kill();
  return { flashes: shapes.map((_, n) => handheld.tornFlash(n)), around, wasShown };
}

/** The flash writes of a start on what a cut left, once the first screen stands. */
export async function mendingWrites(handheld: WiredHandheld, { flash }: Standing): Promise<LoggedWrite[]> {
  handheld.setFlash(flash);
  await mend(await handheld.start());
  await handheld.kill();
  return handheld.writes();
}

/** Starts on what a cut left until the power fails again; what is left then. */
export async function mendUntilCut(
  handheld: WiredHandheld,
  { flash }: Standing,
  write: number,
  shape: string,
): Promise<Uint8Array> {
  handheld.setFlash(flash);
  await handheld
    .start({ write, shapes: [shape] })
    .then(mend)
    .catch(() => undefined);
  await handheld.untilDead();
  await handheld.kill();
  return handheld.tornFlash(0);
}

async function mend(bench: BenchHandheld): Promise<void> {
  await bench.link(false);
  await bench.hello(); // tries that no record tells of are noted by now
  await bench.hello();
}
