// The vectors are what their generator makes today.
import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("scripts/make-vectors.ts", () => {
  it("--check finds no stale file", () => {
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "scripts/make-vectors.ts", "--check"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });
});
