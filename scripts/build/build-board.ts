// Builds one board's bundle and weighs it against the board's budget.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { BoardBudget } from "../../hal/contract/board.ts";
import { boardEntry, readBudget } from "./boards.ts";
import { checkBundle } from "./check-bundle.ts";
import { compile } from "./compile.ts";
import { countVariables } from "./count-variables.ts";

/** Where the firmware is, and what to stamp on what is made from it. */
export interface BuildContext {
  /** Absolute path of the folder with `entry.ts` and `boards/`. */
  readonly firmware: string;
  readonly version: string;
  /** Short commit, with `-dirty` when the checkout has changes; "unknown" outside a checkout. */
  readonly commit: string;
}

/** What `bundle.json` says; no time of day, so that the same source gives the same bytes. */
export interface BundleFacts {
  readonly board: string;
  readonly version: string;
  readonly bytes: number;
  /** zlib's CRC-32 of the bundle, 8 hexadecimal digits. */
  readonly crc32: string;
  readonly commit: string;
  readonly functions: number;
  readonly variables_estimated: number;
  /** Where the board keeps files and bundles; the uploader goes by it. */
  readonly storage: {
    readonly start: number;
    readonly bytes: number;
    readonly page_bytes: number;
    readonly slot_bytes: number;
  };
}

/** A built bundle; `faults` is empty when it may go on a device. */
export interface Bundle {
  readonly script: string;
  readonly facts: BundleFacts;
  readonly budget: BoardBudget;
  readonly faults: readonly string[];
}

/**
 * Compiles one board.
 * @returns the bundle, with every broken rule and every budget it exceeds listed in `faults`
 * @throws Error when it cannot be compiled at all
 */
export async function buildBoard(context: BuildContext, board: string): Promise<Bundle> {
  const budget = await readBudget(context.firmware, board);
  const name = `parola ${context.version} ${board}`;
  const path = join(context.firmware, `${board}.bundle-entry.ts`);
  const script = await compile({ entry: boardEntry(board, context.version), path, name });
  const bytes = Buffer.from(script, "latin1");
  const facts = {
    board,
    version: context.version,
    bytes: bytes.length,
    crc32: crc32(bytes).toString(16).padStart(8, "0"),
    commit: context.commit,
    ...countVariables(script),
    storage: {
      start: budget.storage_start,
      bytes: budget.storage_bytes,
      page_bytes: budget.page_bytes,
      slot_bytes: budget.slot_bytes,
    },
  };
  const broken = checkBundle(script).map((finding) => `${board}: ${finding}`);
  return { script, facts, budget, faults: [...broken, ...overBudget(facts, budget)] };
}

/** One message for each figure above its budget: the board, the figure, the budget and by how much. */
export function overBudget(facts: BundleFacts, budget: BoardBudget): string[] {
  const figures = [
    { what: "bundle bytes", is: facts.bytes, may: budget.bundle_bytes, name: "bundle_bytes" },
    { what: "bundle bytes", is: facts.bytes, may: budget.slot_bytes, name: "slot_bytes" },
    { what: "estimated variables", is: facts.variables_estimated, may: budget.variables_idle, name: "variables_idle" },
  ];
  return figures
    .filter(({ is, may }) => is > may)
    .map(({ what, is, may, name }) => `${facts.board}: ${what} ${is}, budget ${name} ${may}: ${is - may} over`);
}

/** Writes `bundle.js` and `bundle.json` to `<dist>/<board>/`. */
export function writeBundle(dist: string, bundle: Bundle): void {
  const folder = join(dist, bundle.facts.board);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "bundle.js"), bundle.script, "latin1");
  writeFileSync(join(folder, "bundle.json"), `${JSON.stringify(bundle.facts, null, 2)}\n`);
}
