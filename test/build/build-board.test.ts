// Building a board: the bundle, what is said about it, and the budgets that fail the build.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { crc32 } from "node:zlib";
import { buildBoard, overBudget, writeBundle } from "../../scripts/build/build-board.ts";
import { listBoards, readBudget } from "../../scripts/build/boards.ts";
import { ROOT } from "../../scripts/build/project.ts";

const FIRMWARE = join(ROOT, "test/fixtures/firmware");
const CONTEXT = { firmware: FIRMWARE, version: "1.2.3", commit: "abc1234" };

describe("building a board", () => {
  it("finds the boards of a firmware", () => {
    assert.deepEqual(listBoards(FIRMWARE), ["roomy", "tight"]);
  });

  it("reads a budget without running the board's drivers", async () => {
    assert.equal((await readBudget(FIRMWARE, "roomy")).bundle_bytes, 4000);
  });

  it("joins board, entry and version into a script that runs", async () => {
    const { script, faults } = await buildBoard(CONTEXT, "roomy");
    assert.deepEqual(faults, []);
    assert.match(script, /^\/\/ parola 1\.2\.3 roomy\n/);
    let said = "";
    runInNewContext(script, { require: () => ({ getFree: () => 7 }), out: (text: string) => (said = text) });
    assert.equal(said, "roomy 7 1.2.3");
  });

  it("writes the bundle, and facts that are true of it", async () => {
    const dist = mkdtempSync(join(tmpdir(), "parola-dist-"));
    writeBundle(dist, await buildBoard(CONTEXT, "roomy"));
    const bytes = readFileSync(join(dist, "roomy/bundle.js"));
    const facts = JSON.parse(readFileSync(join(dist, "roomy/bundle.json"), "utf8")) as Record<string, unknown>;
    rmSync(dist, { recursive: true });
    assert.deepEqual(Object.keys(facts), [
      "board",
      "version",
      "bytes",
      "crc32",
      "commit",
      "functions",
      "variables_estimated",
      "storage",
    ]);
    assert.equal(facts["bytes"], bytes.length);
    assert.equal(facts["crc32"], crc32(bytes).toString(16).padStart(8, "0"));
    assert.equal(facts["commit"], "abc1234");
  });

  it("gives the same bytes and facts twice", async () => {
    assert.deepEqual(await buildBoard(CONTEXT, "roomy"), await buildBoard(CONTEXT, "roomy"));
  });

  it("fails over budget, naming the board, the figure, the budget and the excess", async () => {
    const { facts, faults } = await buildBoard(CONTEXT, "tight");
    assert.deepEqual(faults, [
      `tight: bundle bytes ${facts.bytes}, budget bundle_bytes 60: ${facts.bytes - 60} over`,
      `tight: estimated variables ${facts.variables_estimated}, budget variables_idle 4: ${facts.variables_estimated - 4} over`,
    ]);
  });

  it("does not fail at the budget exactly", async () => {
    const { facts, budget } = await buildBoard(CONTEXT, "tight");
    const exact = { ...budget, bundle_bytes: facts.bytes, variables_idle: facts.variables_estimated };
    assert.deepEqual(overBudget(facts, exact), []);
  });

  it("refuses a board without a budget", async () => {
    await assert.rejects(readBudget(FIRMWARE, "absent"), /absent\.board\.ts/);
  });
});
