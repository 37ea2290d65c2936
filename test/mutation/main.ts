// `npm run mutation [-- area… [--concurrency n]]`: Stryker over each area, a table of what came out, and the comparison
// with the list of survivors. Fails below 90 % in any area, and when the list is not exactly what survived.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import type { MutantResult } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { ROOT } from "../../scripts/build/project.ts";
import { type Area, AREAS } from "./areas.ts";
import { type Mutant, mutantOf, outdated, readSurvivors, unexplained } from "./survivors.ts";

/** What every area must reach: killed and timed out, of all mutants. */
const SCORE_MIN = 90;
/** Folders that no area's tests read. */
const LEFT_OUT = ["dist", "docs", "test/torture", "test/interpreter", "test/fixtures", "test/vectors", "*.md"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: "string", default: "2" } },
});

function runStryker({ name, mutate, tests }: Area): Promise<MutantResult[]> {
  return new Stryker({
    plugins: [join(import.meta.dirname, "mocha-test-runner.ts")],
    testRunner: "mocha-12",
    testRunnerNodeArgs: ["--import", "tsx"],
    checkerNodeArgs: ["--import", "tsx"],
    mutate: [...mutate],
    mochaOptions: { spec: [...tests] },
    coverageAnalysis: "perTest",
    concurrency: Number(values.concurrency),
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: `node_modules/.cache/mutation/${name}.json` },
    ignorePatterns: LEFT_OUT,
    disableTypeChecks: false,
    allowConsoleColors: false,
    tempDirName: join(tmpdir(), `parola-mutation-${process.pid}`),
    cleanTempDir: "always",
    logLevel: "warn" as never,
  }).runMutationTest();
}

/** Counts of one area, as the table shows them. */
interface Outcome {
  area: string;
  mutants: number;
  killed: number;
  timedOut: number;
  survived: number;
  uncovered: number;
  score: number;
  took_s: number;
}

function outcomeOf(area: string, results: readonly MutantResult[], took_s: number): Outcome {
  const count = (status: MutantResult["status"]): number => results.filter((one) => one.status === status).length;
  const [killed, timedOut] = [count("Killed"), count("Timeout")];
  const score = Math.round((1000 * (killed + timedOut)) / results.length) / 10;
  return {
    area,
    mutants: results.length,
    killed,
    timedOut,
    survived: count("Survived"),
    uncovered: results.length - killed - timedOut - count("Survived"),
    score,
    took_s,
  };
}

/** Whatever was not killed: survivors, and what no test runs or could be run on. */
function survivorsOf(results: readonly MutantResult[]): Mutant[] {
  return results
    .filter(({ status }) => status !== "Killed" && status !== "Timeout")
    .map(({ fileName, location, replacement }) => {
      const source = readFileSync(join(ROOT, relative(ROOT, fileName)), "utf8");
      return mutantOf(relative(ROOT, fileName).replaceAll("\\", "/"), source, location, replacement);
    });
}

function print(title: string, mutants: readonly Mutant[]): void {
  if (mutants.length === 0) return;
  process.stdout.write(`\n${title}\n`);
  for (const { file, line, from, to } of mutants) {
    process.stdout.write(`${file}\n${JSON.stringify({ line, from, to, reason: "" }, undefined, 2)}\n`);
  }
}

const chosen = AREAS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const outcomes: Outcome[] = [];
let failed = false;
for (const area of chosen) {
  process.stdout.write(`\n${area.name}\n`);
  const started = performance.now();
  const results = await runStryker(area);
  outcomes.push(outcomeOf(area.name, results, Math.round((performance.now() - started) / 1000)));
  const survived = survivorsOf(results);
  const files = [...new Set(results.map(({ fileName }) => relative(ROOT, fileName).replaceAll("\\", "/")))];
  const list = readSurvivors();
  const [missing, old] = [unexplained(survived, list), outdated(survived, files, list)];
  print("not in survivors.json:", missing);
  print("in survivors.json, but killed or gone:", old);
  failed ||= missing.length + old.length > 0;
}

process.stdout.write("\n");
for (const one of outcomes) {
  process.stdout.write(
    `${one.area.padEnd(11)} ${String(one.score).padStart(5)} %  ${one.killed} killed, ${one.timedOut} timed out, ` +
      `${one.survived} survived, ${one.uncovered} not covered, of ${one.mutants} (${one.took_s} s)\n`,
  );
  failed ||= one.score < SCORE_MIN;
}
const all = outcomes.reduce((sum, one) => sum + one.mutants, 0);
const caught = outcomes.reduce((sum, one) => sum + one.killed + one.timedOut, 0);
process.stdout.write(`mutation: ${caught} of ${all} caught, ${((100 * caught) / all).toFixed(1)} %\n`);
process.exitCode = failed ? 1 : 0;
