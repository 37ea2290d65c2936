// The driver over a chip whose reads lie: a bit that reads wrongly once is never believed.
import assert from "node:assert/strict";
import { simFlash } from "../../hal/sim/sim-board.ts";
import { SimChip } from "../../hal/sim/sim-chip.ts";

const HEAD = Uint8Array.from({ length: 64 }, (_, i) => i);

describe("the driver over Storage", () => {
  it("gives what the flash holds, whichever one of its reads has a wrong bit", () => {
    const chip = new SimChip(new Uint8Array(65_536).fill(0xff));
    const flash = simFlash(chip);
    assert.equal(flash.create("f", 128, HEAD), 0);
    let reads = 0;
    chip.noise = () => void reads++;
    flash.read("f", 8, 32);
    const inAll = reads;
    assert.ok(inAll > 1);
    for (let lie = 0; lie < inAll; lie++) {
      reads = 0;
      chip.noise = (_address, bytes) => {
        if (reads++ === lie && bytes.length === 32) bytes[5]! ^= 4;
      };
      assert.deepEqual([...flash.read("f", 8, 32)], [...HEAD.subarray(8, 40)], `read ${lie}`);
    }
  });

  it("comes to an end where a bit reads otherwise each time", () => {
    const chip = new SimChip(new Uint8Array(65_536).fill(0xff));
    const flash = simFlash(chip);
    assert.equal(flash.create("f", 128, HEAD), 0);
    let turn = 0;
    chip.noise = (address, bytes) => {
      if (address === 40 && bytes.length === 32) bytes[0] = turn++;
    };
    assert.equal(flash.read("f", 8, 32).length, 32);
    assert.ok(turn > 2);
  });
});
