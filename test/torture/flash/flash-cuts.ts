// The power fails in every write of flashing and of the starts behind it, in every shape: once a bundle has been up, some
// complete bundle starts, and a bundle that does not come up gives way to the one before. A point is (stage, write, tear).
import assert from "node:assert/strict";
import { POWER_CUT } from "../../../hal/sim/host.ts";
import type { SimChip } from "../../../hal/sim/sim-chip.ts";
import { TEAR_SHAPES, type TearShape } from "../../../hal/sim/tear.ts";
import { BundleFlasher, type FlashOrder, type FlashOutcome } from "../../../src/technician/flash/flash-bundle.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  blankChip,
  bundleText,
  LOADER_BYTES,
  SimBoardStorage,
  SMALL,
  type Start,
  startHandheld,
} from "../../support/sim-boot.ts";
import { spread } from "../day/day-cuts.ts";
import { pointId, type Sweep } from "../sweep.ts";

const SWEEP_NAME = "flash-cuts";
const QUIET = { say: () => undefined, wrote: () => undefined };
/** Starts after which a handheld must have settled: two trials of a bad bundle, and one of the good. */
const STARTS_TO_SETTLE = 4;

/** Flashes a bundle's text onto a chip. */
export function flashText(
  chip: SimChip,
  text: string,
  { geometry = SMALL, loader = LOADER_BYTES, erase = false }: Partial<Omit<FlashOrder, "bundle">> = {},
): Promise<FlashOutcome> {
  TEXTS.set(text.split("|")[0] ?? "", text);
  const bundle = new Uint8Array(Buffer.from(text, "latin1"));
  const order = { geometry, loader, bundle, erase };
  return new BundleFlasher(new SimBoardStorage(chip), nodeHash, order, QUIET).flash();
}

/** One thing that happens to a handheld. */
interface Stage {
  name: string;
  /** What was before it. */
  before: SimChip;
  /** Bundle that was up before; undefined on a blank board. */
  old: string | undefined;
  text: string;
  /** Bundle that is to run in the end. */
  settles: string;
  writes: number;
}

/** Texts of all bundles by name. */
const TEXTS = new Map<string, string>();

/** The bundle's name, when a start came to one; throws when it was not the whole of it. */
function startedName({ bundle, text }: Start): string | undefined {
  if (bundle !== undefined) assert.equal(text, TEXTS.get(bundle), "a bundle is started whole or not at all");
  return bundle;
}

/** Flashes, then starts as often as a roll-back needs. */
async function run(chip: SimChip, text: string): Promise<string | undefined> {
  await flashText(chip, text);
  return settle(chip);
}

function settle(chip: SimChip): string | undefined {
  let name: string | undefined;
  for (let i = 0; i < STARTS_TO_SETTLE; i++) name = startedName(startHandheld(chip));
  return name;
}

/** The life of a handheld in stages, run once without a cut. */
async function stages(): Promise<Stage[]> {
  const found: Stage[] = [];
  const chip = blankChip(SMALL);
  let old: string | undefined;
  const add = async (name: string, bundle: string, behaviour: "up" | "throws" | "silent"): Promise<void> => {
    const before = chip.copy();
    const text = bundleText(bundle, behaviour, 1000 + bundle.length * 77);
    const from = chip.writes;
    const settles = behaviour === "up" ? bundle : old;
    assert.equal(await run(chip, text), settles, name);
    found.push({ name, before, old, text, settles: settles ?? "", writes: chip.writes - from });
    old = settles;
  };
  await add("blank", "v1", "up");
  await add("update", "v2", "up");
  await add("throwing", "bad3", "throws");
  await add("silent", "bad-4", "silent");
  // 512 bytes are 32 cells; it is full, and begun anew, within these.
  for (let i = 5; i < 22; i++) await add(`update ${i}`, `v${"v".repeat(i % 5)}${i}`, "up");
  return found;
}

async function tryPoint(stage: Stage, write: number, shape: TearShape): Promise<void> {
  const chip = stage.before.copy();
  chip.cutAtWrite({ write, tear: shape });
  try {
    await run(chip, stage.text);
    throw new Error(`${stage.name}: write ${write} never came`);
  } catch (error) {
    if (!(error instanceof Error) || error.message !== POWER_CUT) throw error;
  }
  chip.powerUp();
  const [fresh] = stage.text.split("|");
  const allowed = new Set([stage.old, fresh]);
  for (let i = 0; i < STARTS_TO_SETTLE; i++) {
    const name = startedName(startHandheld(chip));
    assert.ok(allowed.has(name), `start ${i + 1} came to ${name}`);
  }
  const settled = startedName(startHandheld(chip));
  assert.ok(settled === stage.old || settled === stage.settles, `settled on ${settled}`);
  // Flashing anew goes on from whatever the cut left, and nothing has to be erased for it.
  assert.equal(await run(chip, bundleText("again", "up")), "again");
  assert.equal(chip.overprogrammed.length, 0, "no word was programmed three times");
}

/** The sweep. */
export const flashCuts: Sweep = {
  name: SWEEP_NAME,
  title: "a power cut in every write of flashing, starting and confirming a bundle, in every shape",
  async run(torture) {
    const points = (await stages()).flatMap((stage) =>
      Array.from({ length: stage.writes }, (_, i) =>
        TEAR_SHAPES.map((shape) => ({ stage, write: i + 1, shape })),
      ).flat(),
    );
    const chosen: typeof points = [];
    await spread(torture, points, (point) => chosen.push(point));
    for (const { stage, write, shape } of chosen) {
      const id = pointId(SWEEP_NAME, `${stage.name.replaceAll(" ", "-")}#${write}:${shape}`);
      if (torture.only !== undefined && torture.only !== id) continue;
      try {
        await tryPoint(stage, write, shape);
      } catch (error) {
        torture.violated(id, error);
      }
      torture.tried();
    }
  },
};
