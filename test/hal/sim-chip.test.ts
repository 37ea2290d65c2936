// The simulated chip: what programming, erasing, power cuts, bad words, bad pages and noise do to it.
import assert from "node:assert/strict";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { TEAR_SHAPES, tornBytes } from "../../hal/sim/tear.ts";
import { untilPowerCut } from "../support/test-host.ts";

function newChip(geometry = {}): SimChip {
  return new SimChip(new Uint8Array(8192).fill(0xff), geometry);
}

const words = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("the simulated chip", () => {
  it("clears bits, never sets one, and erases by the page", () => {
    const chip = newChip();
    chip.program(1024, words(0xf0, 0x0f, 0xff, 0x00));
    chip.program(1024, words(0x3f, 0xff, 0x55, 0xff));
    assert.deepEqual([...chip.readBytes(1024, 4)], [0x30, 0x0f, 0x55, 0x00]);
    chip.program(2048, words(0, 0, 0, 0));
    chip.erasePage(1024);
    assert.deepEqual([...chip.readBytes(1024, 4)], [0xff, 0xff, 0xff, 0xff]);
    assert.equal(chip.readBytes(2048, 1)[0], 0, "the next page stays");
    assert.deepEqual([...chip.wear.subarray(0, 3)], [0, 1, 0]);
  });

  it("takes whole words only, of 4 or of 8 bytes", () => {
    const chip = newChip();
    assert.throws(() => chip.program(2, words(0, 0, 0, 0)), RangeError);
    assert.throws(() => chip.program(0, words(0, 0)), RangeError);
    assert.throws(() => chip.program(8190, words(0, 0, 0, 0)), RangeError);
    assert.throws(() => chip.erasePage(100), RangeError);
    const wide = newChip({ alignment: 8 });
    assert.throws(() => wide.program(4, new Uint8Array(8)), RangeError);
    assert.throws(() => wide.program(8, new Uint8Array(4)), RangeError);
    wide.program(8, new Uint8Array(8));
    assert.ok(
      chip.image.every((byte) => byte === 0xff),
      "a refusal changes nothing",
    );
  });

  it("counts a third program of a word, and begins anew after an erase", () => {
    const chip = newChip();
    for (const byte of [0x7f, 0x3f]) chip.program(8, words(byte, byte, byte, byte));
    chip.program(8, words(0xff, 0xff, 0xff, 0xff)); // ones program nothing
    assert.deepEqual(chip.overprogrammed, []);
    chip.program(8, words(0x1f, 0xff, 0xff, 0xff));
    assert.deepEqual(chip.overprogrammed, [8]);
    chip.erasePage(0);
    chip.program(8, words(0, 0, 0, 0));
    assert.deepEqual(chip.overprogrammed, [8]);
  });

  it("leaves of a torn program what its shape says, and nothing works until the power is back", () => {
    for (const tear of [...TEAR_SHAPES, 3]) {
      const chip = newChip();
      chip.program(0, words(0xff, 0xff, 0xff, 0x0f));
      const before = chip.readBytes(0, 8);
      chip.cutAtWrite({ write: 1, tear });
      const data = words(0x00, 0x12, 0x34, 0xff, 0x78, 0x9a, 0xbc, 0xde);
      assert.ok(
        untilPowerCut(() => chip.program(0, data)),
        String(tear),
      );
      const after = before.map((byte, i) => byte & data[i]!);
      assert.deepEqual(chip.image.slice(0, 8), tornBytes(before, after, tear), String(tear));
      assert.ok(untilPowerCut(() => chip.readBytes(0, 8)));
      assert.ok(untilPowerCut(() => chip.program(16, data)));
      assert.ok(untilPowerCut(() => chip.erasePage(0)));
      chip.powerUp();
      chip.program(16, data);
      assert.deepEqual(chip.readBytes(16, 8), data);
    }
  });

  it("tears erases, too", () => {
    const chip = newChip();
    chip.program(0, new Uint8Array(1024));
    chip.cutAtWrite({ write: 1, tear: "prefix" });
    assert.ok(untilPowerCut(() => chip.erasePage(0)));
    assert.deepEqual([chip.image[0], chip.image[511], chip.image[512], chip.image[1023]], [0xff, 0xff, 0, 0]);
  });

  it("has words that do not program, pages that do not erase, and reads that lie once", () => {
    const chip = newChip();
    chip.deadWords.add(4);
    chip.program(0, new Uint8Array(12));
    assert.deepEqual([...chip.readBytes(0, 12)], [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0]);
    chip.deadPages.add(0);
    chip.erasePage(0);
    assert.equal(chip.readBytes(0, 1)[0], 0);
    let lies = 1;
    chip.noise = (_address, bytes) => {
      if (lies-- > 0) bytes[0] = (bytes[0] ?? 0) ^ 0x10;
    };
    assert.equal(chip.readBytes(0, 1)[0], 0x10);
    assert.equal(chip.readBytes(0, 1)[0], 0);
    assert.equal(chip.image[0], 0, "the cells never changed");
  });
});

describe("what a cut leaves", () => {
  it("lies between before and after, bit by bit, and every shape leaves something else", () => {
    const before = words(0xff, 0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0xff);
    const after = words(0x00, 0x21, 0x43, 0x65, 0x80, 0x09, 0xba, 0xdc);
    const seen = new Set<string>();
    for (const shape of TEAR_SHAPES) {
      const torn = tornBytes(before, after, shape);
      torn.forEach((byte, i) => assert.equal(byte & ~before[i]!, 0, "no bit was set"));
      torn.forEach((byte, i) => assert.equal(after[i]! & ~byte, 0, "no bit was cleared that stays"));
      seen.add(torn.join());
    }
    assert.equal(seen.size, TEAR_SHAPES.length);
    assert.deepEqual(tornBytes(before, after, "nothing"), before);
    assert.deepEqual(tornBytes(before, after, "all"), after);
  });
});
