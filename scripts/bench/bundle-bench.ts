// Size figures: bytes of the built bundles, and variables of the linux bundle on the interpreter, started from .boot0,
// idle without a round, with one of 304 parcels, and at the peak of a few verdicts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardBudget } from "../../hal/contract/board.ts";
import { Key } from "../../hal/contract/keypad.ts";
import type { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import { loadHandheld } from "../../src/dock/load-handheld.ts";
import { subkey } from "../../src/shared/crypto/keys.ts";
import { LinuxHandheld } from "../../test/support/linux-handheld.ts";
import { nodeHash } from "../../test/support/node-hash.ts";
import { readExport } from "../build/bundle-modules.ts";
import { ROOT } from "../build/project.ts";
import { answerSync, benchRound } from "./bench-round.ts";
import type { Figure } from "./handheld-bench.ts";

const BOARDS = ["linux", "sim"];
const PARCELS = 304;
const VERDICTS = 6;

async function budgetOf(board: string): Promise<BoardBudget> {
  return (await readExport(join(ROOT, `firmware/boards/${board}.board.ts`), "budget")) as BoardBudget;
}

/** Bytes of each bundle against its budget. */
export async function benchBundles(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const board of BOARDS) {
    const { bytes } = JSON.parse(readFileSync(join(ROOT, `dist/${board}/bundle.json`), "utf8")) as { bytes: number };
    figures.push({ name: `bundle ${board}`, value: bytes, unit: "bytes", aim: (await budgetOf(board)).bundle_bytes });
  }
  return figures;
}

async function mostInUse(bench: BenchHandheld, codes: readonly string[]): Promise<number> {
  let most = 0;
  const press = async (key: number): Promise<void> => {
    await bench.press(key);
    most = Math.max(most, await bench.variables());
  };
  for (const line of codes) {
    const [tracking = "", code = ""] = line.split(" ");
    await bench.scan(tracking);
    await press(Key.Enter);
    for (const digit of code) await press(Number(digit));
    await press(Key.Enter);
    while ((await bench.screen()).at(-1) === "") most = Math.max(most, await bench.variables());
    await press(Key.Back);
  }
  return most;
}

/** Variables of the linux bundle; needs the interpreter. */
export async function benchVariables(): Promise<Figure[]> {
  const budget = await budgetOf("linux");
  const handheld = await LinuxHandheld.make(readFileSync(join(ROOT, "dist/linux/bundle.js"), "latin1"));
  try {
    const bench = await handheld.start();
    const bare = await bench.variables();
    const round = benchRound(PARCELS);
    const result = await loadHandheld(bench.client, {
      keyFile: () => Promise.resolve(round.keyFile),
      portKey: () => subkey(nodeHash, round.keyFile.subarray(16, 48), "dock"),
      manifest: () => Promise.resolve(round.manifest),
      sync: (request) => Promise.resolve(answerSync(request)),
    });
    const loaded = (await bench.hello()).sequence === 1;
    if (!loaded) throw new Error(`the round was not loaded: ${result.words}`);
    const idle = await bench.variables();
    const peak = await mostInUse(bench, round.codes.split("\n").slice(0, VERDICTS));
    return [
      { name: "variables without a key, from .boot0", value: bare, unit: "" },
      { name: `variables at idle, ${PARCELS} parcels`, value: idle, unit: "", aim: budget.variables_idle },
      { name: `variables at the peak of ${VERDICTS} verdicts`, value: peak, unit: "", aim: budget.variables_peak },
    ];
  } finally {
    await handheld.remove();
  }
}
