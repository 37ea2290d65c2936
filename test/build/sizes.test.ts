// The recorded sizes: what a build prints about the change, and when the record is out of date.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeChange, isRecorded, readSizes, writeSizes } from "../../scripts/build/sizes.ts";

const FACTS = {
  board: "esp32",
  version: "0.1.0",
  bytes: 41350,
  crc32: "00000000",
  commit: "unknown",
  functions: 400,
  variables_estimated: 2800,
  storage: { start: 0, bytes: 262144, page_bytes: 1024, slot_bytes: 51200 },
};

describe("recorded sizes", () => {
  it("show growth, loss and what stayed", () => {
    const recorded = { bytes: 41200, functions: 410, variables_estimated: 2800 };
    assert.equal(
      describeChange(FACTS, recorded),
      "bytes 41,200 → 41,350 (+150), functions 410 → 400 (−10), variables estimated 2,800",
    );
  });

  it("show the figures alone for a board not recorded yet", () => {
    assert.equal(describeChange(FACTS, undefined), "bytes 41,350, functions 400, variables estimated 2,800");
  });

  it("are current only when every figure agrees", () => {
    const folder = mkdtempSync(join(tmpdir(), "parola-sizes-"));
    const path = join(folder, "sizes.json");
    assert.deepEqual(readSizes(path), {});
    writeSizes(path, [FACTS]);
    const recorded = readSizes(path)["esp32"];
    rmSync(folder, { recursive: true });
    assert.ok(isRecorded(FACTS, recorded));
    for (const figure of ["bytes", "functions", "variables_estimated"] as const) {
      assert.ok(!isRecorded({ ...FACTS, [figure]: FACTS[figure] + 1 }, recorded), figure);
    }
    assert.ok(!isRecorded(FACTS, undefined));
  });
});
