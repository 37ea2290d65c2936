// The boards that can be built: every `<name>.board.ts` in a folder, with the budget it exports.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { BoardBudget } from "../../hal/contract/board.ts";
import { readExport } from "./bundle-modules.ts";

const SUFFIX = ".board.ts";
const FIGURES = [
  "bundle_bytes",
  "variables_idle",
  "variables_peak",
  "storage_bytes",
  "storage_start",
  "page_bytes",
  "slot_bytes",
  "parcels",
] as const;

/** Names of the boards in `<firmware>/boards`, sorted. */
export function listBoards(firmware: string): string[] {
  return readdirSync(join(firmware, "boards"))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort();
}

/**
 * The budget that a board file exports, read without running its drivers.
 * @throws TypeError when a figure is missing or is not a positive whole number
 */
export async function readBudget(firmware: string, board: string): Promise<BoardBudget> {
  const path = join(firmware, "boards", board + SUFFIX);
  const budget = (await readExport(path, "budget")) as BoardBudget | undefined;
  if (budget === undefined) throw new TypeError(`budget: ${path} exports none`);
  for (const figure of FIGURES) {
    const least = figure === "storage_start" ? 0 : 1;
    if (!(Number.isInteger(budget[figure]) && budget[figure] >= least)) {
      throw new TypeError(`budget.${figure}: ${path} must give a positive whole number, not ${String(budget[figure])}`);
    }
  }
  return budget;
}

/** The module that joins a board to the app: `start` of entry.ts is handed the board's parts and the version. */
export function boardEntry(board: string, version: string): string {
  return [
    `import { createBoard } from "./boards/${board}${SUFFIX}";`,
    `import { start } from "./entry.ts";`,
    `start(createBoard(), ${JSON.stringify(version)});`,
  ].join("\n");
}
