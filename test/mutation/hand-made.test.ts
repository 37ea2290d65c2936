// Tests of the tests: each hand-made mutant, on a scratch copy of the project, must fail the unit test that it names.
// `npm run mutation` has the thousand others.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { HAND_MADE, type HandMade } from "./hand-made.ts";

/** What a unit test's run needs; nothing is written into it but the mutated file. */
const COPIED = ["firmware", "hal", "src", "test", "scripts", "package.json", "tsconfig.json"];
const LEFT_OUT = /[\\/](torture|interpreter|fixtures|vectors|mutation)$/;

/** What mocha's JSON report says of a test that failed. */
interface Failure {
  title: string;
  err: { code?: string; message?: string };
}

function mutated(source: string, { name, from, to }: HandMade): string {
  assert.equal(source.split(from).length, 2, `"${name}": its text occurs once`);
  return source.replace(from, () => to);
}

/** Runs one test of a file in a process of its own; gives what failed. */
function failuresOf(directory: string, { test, fails }: HandMade): Promise<Failure[]> {
  const report = join(directory, "report.json");
  rmSync(report, { force: true });
  const mocha = join("node_modules", "mocha", "bin", "mocha.js");
  const reporter = ["--reporter", "json", "--reporter-option", `output=${report}`];
  const args = ["--import", "tsx", mocha, "--no-config", "--timeout", "60000", ...reporter, "--fgrep", fails, test];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: directory }, (_error, _stdout, stderr) => {
      if (existsSync(report)) resolve((JSON.parse(readFileSync(report, "utf8")) as { failures: Failure[] }).failures);
      else reject(new Error(`${test} did not run: ${stderr}`));
    });
  });
}

describe("a hand-made mutant", () => {
  const outcomes = new Map<HandMade, Promise<Failure[]>>();
  const directories: string[] = [];

  /** A copy of what a test needs, node_modules linked. */
  function scratch(): string {
    const directory = mkdtempSync(join(tmpdir(), "parola-mutant-"));
    directories.push(directory);
    for (const name of COPIED) {
      cpSync(join(ROOT, name), join(directory, name), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
    }
    symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "dir");
    return directory;
  }

  async function runMutant(directory: string, mutant: HandMade): Promise<Failure[]> {
    const path = join(directory, mutant.file);
    const source = readFileSync(path, "utf8");
    writeFileSync(path, mutated(source, mutant));
    try {
      return await failuresOf(directory, mutant);
    } finally {
      writeFileSync(path, source);
    }
  }

  before(() => {
    // Two copies, each with one mutant at a time.
    const queues = [Promise.resolve(scratch()), Promise.resolve(scratch())];
    HAND_MADE.forEach((mutant, i) => {
      const before = queues[i % 2]!;
      const outcome = before.then((directory) => runMutant(directory, mutant));
      outcomes.set(mutant, outcome);
      queues[i % 2] = outcome.then(
        () => before,
        () => before,
      );
    });
  });

  after(async () => {
    await Promise.allSettled(outcomes.values());
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  for (const mutant of HAND_MADE) {
    it(`is noticed: ${mutant.name}`, async () => {
      const failed = await outcomes.get(mutant)!;
      assert.deepEqual(
        failed.map(({ title, err }) => [title, err.code]),
        [[mutant.fails, "ERR_ASSERTION"]],
        JSON.stringify(failed.map(({ err }) => err.message)),
      );
    }).timeout(120_000);
  }
});
