// House rules that hold for whole files: length, names, and the line that says what a file is.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { projectFiles, readProjectFile } from "../support/project-files.ts";

const LIMIT = 350;

/** Files that may be longer, each with its reason. */
const LONGER: Readonly<Record<string, string>> = {};

const SOURCES = projectFiles(".ts").filter((path) => /^(firmware|hal|src|scripts)\//.test(path));
const TESTS = projectFiles(".ts").filter((path) => path.startsWith("test/") && !path.includes("/fixtures/banned/"));

describe("files", () => {
  it(`have at most ${LIMIT} lines`, () => {
    const long = SOURCES.filter((path) => !(path in LONGER) && readProjectFile(path).split("\n").length > LIMIT + 1);
    assert.deepEqual(long, []);
  });

  it("that may be longer exist and are", () => {
    const short = Object.keys(LONGER).filter((path) => readProjectFile(path).split("\n").length <= LIMIT + 1);
    assert.deepEqual(short, []);
  });

  it("open with a comment that says what they are", () => {
    const silent = [...SOURCES, ...TESTS].filter(
      (path) => !/^(?:#!.*\n)?(?:\/\/ |\/\*\* )\S/.test(readProjectFile(path)),
    );
    assert.deepEqual(silent, []);
  });

  it("are no barrels and no mixed bags", () => {
    const vague = [...SOURCES, ...TESTS].filter((path) =>
      /^(index|utils?|helpers?|misc|common)\.ts$/.test(basename(path)),
    );
    assert.deepEqual(vague, []);
  });
});
