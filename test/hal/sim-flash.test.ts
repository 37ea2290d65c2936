// The simulated flash: the contract, and what power cuts do to it (as measured on the interpreter's Storage, DESIGN §3.5).
import assert from "node:assert/strict";
import { SimFlash } from "../../hal/sim/sim-flash.ts";
import { flashCases } from "../cases/flash.cases.ts";
import { TestHost, untilPowerCut } from "../support/test-host.ts";

const BYTES = 64 * 1024;

function newHost(): TestHost {
  return new TestHost(new Uint8Array(BYTES).fill(0xff));
}

flashCases("simulated", () => new SimFlash(newHost()));

describe("the simulated flash and power cuts", () => {
  it("programs the bytes that the power lasted for, and no more", () => {
    for (let bytes = 0; bytes <= 16; bytes++) {
      const host = newHost();
      const flash = new SimFlash(host);
      flash.create("f", 64, new Uint8Array(8));
      host.cut = { write: host.writes.length + 1, bytes };
      const died = untilPowerCut(() => flash.append("f", 16, new Uint8Array(16).fill(0x21)));
      assert.equal(died, bytes < 16);
      const stored = new SimFlash(new TestHost(host.image)).read("f", 16, 16);
      assert.deepEqual([...stored], [...new Uint8Array(16).fill(0x21, 0, bytes).fill(0xff, bytes)]);
    }
  });

  it("hurts no other file by a cut in a new one, and always starts again", () => {
    for (let bytes = 0; bytes < 40; bytes++) {
      const host = newHost();
      const flash = new SimFlash(host);
      flash.create("old", 64, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      const inHead = bytes >= 32;
      host.cut = { write: host.writes.length + (inHead ? 2 : 1), bytes: inHead ? bytes - 32 : bytes };
      assert.ok(untilPowerCut(() => flash.create("new", 128, new Uint8Array(8))));
      const after = new SimFlash(new TestHost(host.image));
      assert.equal(after.read("old", 0, 1)[0], 1);
      assert.ok(after.free() >= 0);
      after.create("next", 64, new Uint8Array(8));
      after.compact();
      assert.equal(after.read("old", 0, 1)[0], 1);
    }
  });

  it("loses every file by a cut in a compaction", () => {
    const host = newHost();
    const flash = new SimFlash(host);
    flash.create("f", 64, new Uint8Array(8));
    host.cut = { write: host.writes.length + 1, bytes: 100 };
    assert.ok(untilPowerCut(() => flash.compact()));
    assert.ok(host.image.every((byte) => byte === 0xff));
  });
});
