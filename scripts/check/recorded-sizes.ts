// Compares scripts/build/sizes.json with the bundles that were built last.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundleFacts } from "../build/build-board.ts";
import { listBoards } from "../build/boards.ts";
import { ROOT, SIZES } from "../build/project.ts";
import { describeChange, isRecorded, readSizes } from "../build/sizes.ts";
import type { Outcome } from "./steps.ts";

/** Fails when a board's bundle weighs something else than was recorded, or a recorded board is gone. */
export function checkRecordedSizes(): Outcome {
  const recorded = readSizes(SIZES);
  const boards = listBoards(join(ROOT, "firmware"));
  const gone = Object.keys(recorded).filter((board) => !boards.includes(board));
  const messages = gone.map((board) => `${board}: recorded, but there is no such board`);
  for (const board of boards) {
    const path = join(ROOT, "dist", board, "bundle.json");
    if (!existsSync(path)) {
      messages.push(`${board}: not built`);
      continue;
    }
    const facts = JSON.parse(readFileSync(path, "utf8")) as BundleFacts;
    if (!isRecorded(facts, recorded[board])) messages.push(`${board}: ${describeChange(facts, recorded[board])}`);
  }
  if (messages.length > 0) messages.push("`npm run build -- --record` records them");
  return { passed: messages.length === 0, output: messages.join("\n") };
}
