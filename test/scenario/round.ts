// The round that the scenario drives: a real one from the shared data where that is present, else one of the project's
// own in the same shape.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { sampleCsv } from "../../src/cli/sample-csv.ts";
import { makeSampleRound } from "../../src/cli/sample-round.ts";
import type { DepotProcess } from "./depot-process.ts";

const REAL_ROUNDS = join(ROOT, "../shared/data/rounds");
/** 287 packages, 192 stops; DCH4, 2018-08-11. */
const REAL_ROUTE = "RouteID_15baae2d-bf07-4967-956a-173d4036613f";

/** Imports a round for a day; returns what it is, in words. */
export async function importRound(depot: DepotProcess, day: string): Promise<string> {
  if (existsSync(REAL_ROUNDS)) {
    await depot.parola("import", REAL_ROUNDS, "--route", REAL_ROUTE, "--day", day, "--round", "R1");
    return "a real round";
  }
  const file = join(depot.folder, "round.csv");
  writeFileSync(file, sampleCsv(makeSampleRound(10_000)));
  await depot.parola("import", file, "--day", day, "--round", "R1");
  return "the sample round";
}
