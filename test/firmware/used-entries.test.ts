// The end of a row of entries: found at every length with few reads, and not beyond it when a bit reads wrongly once.
import assert from "node:assert/strict";
import { usedEntries } from "../../firmware/app/used-entries.ts";

const ERASED = new Uint8Array(8).fill(0xff);
const USED = new Uint8Array(8).fill(0xff);
USED[7] = 0xfe;

describe("the end of a row of entries", () => {
  for (const entries of [0, 1, 2, 7, 64]) {
    it(`is found at every length of ${entries}`, () => {
      for (let used = 0; used <= entries; used++) {
        let reads = 0;
        const end = usedEntries(entries, (entry) => {
          assert.ok(entry >= 0 && entry < entries, `entry ${entry} is there`);
          reads++;
          return entry < used ? USED : ERASED;
        });
        assert.equal(end, used);
        assert.ok(reads <= Math.ceil(Math.log2(entries + 1)) + 1, `${reads} reads`);
      }
    });
  }

  it("is not taken for later when an erased entry read as used once", () => {
    for (let odd = 0; odd < 16; odd++) {
      let isOdd = true;
      const end = usedEntries(16, (entry) => {
        if (entry !== odd || !isOdd) return ERASED;
        isOdd = false;
        return USED;
      });
      assert.equal(end, 0, `entry ${odd}`);
    }
  });

  it("is found, somewhere, when an entry reads otherwise each time", () => {
    let turn = 0;
    const end = usedEntries(16, (entry) => (entry === 8 && turn++ % 2 === 0 ? USED : ERASED));
    assert.ok(end === 0 || end === 9);
    assert.ok(turn > 2 && turn < 64, `${turn} reads of it`);
  });
});
