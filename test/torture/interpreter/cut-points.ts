// The points of the interpreter's sweep and their ids: `hour#41:first:12` is the scene's 41st flash write torn so that its
// first 12 bytes hold; `hour#41:first:12/2:mask:55` is that, and the power failing again in the 2nd write of the start.
import { pointId } from "../sweep.ts";
import { type LoggedWrite, tearShapes } from "./power-cutter.ts";
import type { Rehearsed } from "./stage.ts";

export const SWEEP_NAME = "interpreter-cuts";
/** Shapes of one write in a share: the way to the write costs more than a shape. */
const SHAPES_OF_A_SHARE = 3;

/** A write of the start after a cut, and how it is torn. */
export interface SecondCut {
  write: number;
  shape: string;
}

/** One write of a scene, and the shapes to try. */
export interface Cut {
  rehearsed: Rehearsed;
  write: LoggedWrite;
  shapes: readonly string[];
  /** Place of the shape after which the power fails again, or that second cut alone. */
  again: number | SecondCut;
}

/** Id of a point. */
export function idOf({ rehearsed, write }: Cut, shape: string, second?: SecondCut): string {
  const first = `${rehearsed.scene.name}#${write.number}:${shape}`;
  return pointId(SWEEP_NAME, second === undefined ? first : `${first}/${second.write}:${second.shape}`);
}

/** All cuts of the long run, a share of them spread over all scenes, or the one that an id names. */
export function cutsOf(
  rehearsed: readonly Rehearsed[],
  { seed, share, only }: { seed: number; share: number; only: string | undefined },
): Cut[] {
  const all = rehearsed.flatMap((one) =>
    one.writes.map((write, n) => {
      const shapes = tearShapes(write, seed);
      return { rehearsed: one, write, shapes, again: n % shapes.length };
    }),
  );
  if (only !== undefined) return [onlyCut(all, only)];
  if (share >= 1) return all;
  const points = all.reduce((sum, { shapes }) => sum + shapes.length, 0);
  const wanted = Math.min(all.length, Math.max(1, Math.round((points * share) / SHAPES_OF_A_SHARE)));
  return Array.from({ length: wanted }, (_, n) => {
    const cut = all[Math.floor((n * all.length) / wanted)]!;
    const count = Math.min(SHAPES_OF_A_SHARE, cut.shapes.length);
    // Other shapes each time, so that all of them come up.
    const shapes = Array.from({ length: count }, (_, i) => cut.shapes[(count * n + i) % cut.shapes.length]!);
    return { ...cut, shapes, again: n % count };
  });
}

function onlyCut(all: readonly Cut[], id: string): Cut {
  const [, scene, write, shape, second, tear] =
    /^interpreter-cuts\/([a-z-]+)#(\d+):([^/]+)(?:\/(\d+):(.+))?$/.exec(id) ?? [];
  const cut = all.find((one) => one.rehearsed.scene.name === scene && one.write.number === Number(write));
  if (cut === undefined || shape === undefined) throw new RangeError(`${id}: there is no such point`);
  const again = tear === undefined ? -1 : { write: Number(second), shape: tear };
  return { ...cut, shapes: [shape], again };
}
