// The list of surviving mutants is kept up: each entry is about text that is there, has a reason, and stands once; and no
// source asks the tool to look away. `npm run mutation` compares the list with what survives.
import assert from "node:assert/strict";
import { projectFiles, readProjectFile } from "../support/project-files.ts";
import { AREAS } from "./areas.ts";
import { mutantOf, outdated, readSurvivors, type SurvivorList, unexplained } from "./survivors.ts";

const SOURCES = projectFiles(".ts").filter((path) => /^(firmware|hal|src)\//.test(path));
const TESTS = projectFiles(".test.ts");

/** A glob of an area: a folder's files, or one file. */
function matches(glob: string, path: string): boolean {
  const folder = glob.endsWith("/*.ts") ? glob.slice(0, -"*.ts".length) : undefined;
  return folder === undefined ? glob === path : path.startsWith(folder) && !path.slice(folder.length).includes("/");
}

describe("the list of surviving mutants", () => {
  const list = readSurvivors();
  const entries = Object.entries(list).flatMap(([file, survivors]) => survivors.map((one) => ({ file, ...one })));

  it("is about sources that are mutated", () => {
    const globs = AREAS.flatMap(({ mutate }) => mutate);
    assert.deepEqual(
      Object.keys(list).filter((file) => !SOURCES.includes(file) || !globs.some((glob) => matches(glob, file))),
      [],
    );
  });

  it("is about text that is there", () => {
    const gone = entries.filter(({ file, line, from }) => {
      const source = readProjectFile(file);
      const lines = source.split("\n").map((one) => one.trim());
      return !lines.includes(line) || !source.replace(/\s+/g, " ").includes(from);
    });
    assert.deepEqual(gone, []);
  });

  it("gives a reason for each, once", () => {
    for (const { file, line, reason } of entries) assert.ok(reason.length >= 20, `${file}: ${line}`);
    const keys = entries.map(({ file, line, from, to }) => JSON.stringify([file, line, from, to]));
    assert.deepEqual(
      keys.filter((key, i) => keys.indexOf(key) !== i),
      [],
    );
  });

  it("is compared with a run both ways", () => {
    const source = "const a = 1;\nif (a > 1)\n  b();\n";
    const span = { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } };
    const survived = mutantOf("x.ts", source, span, "a >=\n  1");
    assert.deepEqual(survived, { file: "x.ts", line: "if (a > 1)", from: "a > 1", to: "a >= 1" });
    const known: SurvivorList = { "x.ts": [{ line: "if (a > 1)", from: "a > 1", to: "a >= 1", reason: "equal" }] };
    assert.deepEqual([unexplained([survived], known), outdated([survived], ["x.ts"], known)], [[], []]);
    const other = { ...survived, to: "true" };
    assert.deepEqual(unexplained([survived, other], known), [other]);
    assert.deepEqual(outdated([other], ["x.ts"], known), [survived]);
    assert.deepEqual(outdated([other], ["y.ts"], known), [], "a file that was not mutated");
    const whole = { start: { line: 2, column: 1 }, end: { line: 3, column: 7 } };
    assert.equal(mutantOf("x.ts", source, whole, "").from, "if (a > 1) b();");
  });
});

describe("mutation testing", () => {
  it("is told nowhere to look away", () => {
    assert.deepEqual(
      SOURCES.filter((path) => /stryker/i.test(readProjectFile(path))),
      [],
    );
  });

  it("has its sources and its tests", () => {
    for (const { name, mutate, tests } of AREAS) {
      for (const glob of mutate)
        assert.ok(
          SOURCES.some((path) => matches(glob, path)),
          `${name}: ${glob}`,
        );
      assert.deepEqual(
        tests.filter((path) => !TESTS.includes(path)),
        [],
        name,
      );
    }
  });
});
