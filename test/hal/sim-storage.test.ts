// The simulated Storage under the real driver: the flash contract, and what power cuts leave of headers and compactions.
import assert from "node:assert/strict";
import { simFlash } from "../../hal/sim/sim-board.ts";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../hal/sim/sim-storage.ts";
import { TEAR_SHAPES } from "../../hal/sim/tear.ts";
import { flashCases } from "../cases/flash.cases.ts";
import { untilPowerCut } from "../support/test-host.ts";

const BYTES = 64 * 1024;
const WORD = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

function newChip(): SimChip {
  return new SimChip(new Uint8Array(BYTES).fill(0xff));
}

/** A chip on which a file stands, started again after a cut in what `operation` does at write `write`. */
function afterCut(
  prepare: (flash: ReturnType<typeof simFlash>) => void,
  operation: (flash: ReturnType<typeof simFlash>) => void,
  write: number,
  tear: (typeof TEAR_SHAPES)[number],
): SimChip {
  const chip = newChip();
  const flash = simFlash(chip);
  prepare(flash);
  chip.cutAtWrite({ write, tear });
  assert.ok(untilPowerCut(() => operation(flash)));
  chip.powerUp();
  return chip;
}

flashCases("the driver over the simulated Storage", () => simFlash(newChip()));

describe("the driver after a power cut in a new file", () => {
  for (const tear of TEAR_SHAPES) {
    it(`clears away a header torn as "${tear}": the next files are right, nothing is lost at the next start`, () => {
      for (const write of [1, 2]) {
        const chip = afterCut(
          (flash) => flash.create("old", 64, WORD),
          (flash) => flash.create("man.b", 800, new Uint8Array(736).fill(0x5a)),
          write,
          tear,
        );
        const flash = simFlash(chip);
        assert.equal(flash.tidy(",old,"), 0);
        for (const name of ["man.b", "led.b", "jrn.b"]) {
          assert.equal(flash.create(name, 1500, new Uint8Array(736).fill(0x3c)), 0, `${name} behind cut ${write}`);
          assert.equal(flash.size(name), 1500);
        }
        const storage = new SimStorage(chip);
        assert.equal(storage.wasErased, false);
        assert.deepEqual(simFlash(chip).read("old", 0, 8), WORD);
        assert.equal(simFlash(chip).read("jrn.b", 735, 2)[0], 0x3c);
      }
    });

    it(`forgets a file whose name was torn as "${tear}", so that compaction reclaims it`, () => {
      const chip = afterCut(
        (flash) => flash.create("gone", 64, WORD),
        (flash) => flash.create("man.b", 4096, WORD),
        1,
        tear,
      );
      const flash = simFlash(chip);
      assert.equal(flash.tidy(",man.b,"), 0);
      flash.erase("man.b");
      flash.erase("gone");
      flash.compact();
      assert.ok(flash.free() > BYTES - 200, `${BYTES - flash.free()} bytes are lost`);
    });

    it(`forgets a file whose erase was torn as "${tear}", so that compaction reclaims it`, () => {
      const chip = afterCut(
        (flash) => {
          flash.create("keep", 64, WORD);
          flash.create("man.a", 4096, WORD);
        },
        (flash) => flash.erase("man.a"),
        1,
        tear,
      );
      const flash = simFlash(chip);
      const free = flash.free();
      assert.equal(flash.tidy(",keep,"), 0);
      flash.compact();
      assert.ok(flash.free() > free + 4000, "its bytes came back");
      assert.deepEqual(flash.read("keep", 0, 8), WORD);
    });
  }

  for (const tear of TEAR_SHAPES) {
    it(`never lets a header lie across two pages, where a tear as "${tear}" could make the interpreter erase everything`, () => {
      for (let before = 900; before < 1100; before += 4) {
        const chip = newChip();
        const flash = simFlash(chip);
        flash.create("first", before, WORD);
        for (let write = 1; write <= 4; write++) {
          chip.cutAtWrite({ write, tear });
          if (!untilPowerCut(() => flash.create("second", 64, WORD))) break;
          chip.powerUp();
          assert.equal(new SimStorage(chip).wasErased, false, `${before} bytes before, write ${write}`);
          const again = simFlash(chip);
          assert.equal(again.tidy(",first,second,"), 0);
          assert.equal(again.create("second", 64, WORD), 0);
          assert.deepEqual(again.read("first", 0, 8), WORD);
        }
      }
    });
  }

  it("never lets a header stand in the last page, where a torn one makes the interpreter erase everything", () => {
    const chip = newChip();
    const flash = simFlash(chip);
    let created = 0;
    while (flash.create(`f${created}`, 400, WORD) === 0) created++;
    const storage = new SimStorage(chip);
    assert.ok(created > 100 && storage.getFree() < 2 * chip.pageBytes, "filled up to there");
    assert.ok(storage.getFree() > chip.pageBytes - 560);
    while (storage.getFree() > chip.pageBytes) storage.write(`past the driver ${storage.getFree()}`, WORD, 0, 200);
    chip.cutAtWrite({ write: 1, tear: "single" });
    assert.ok(
      untilPowerCut(() => storage.write("x", WORD, 0, 8)),
      "what the driver does not do",
    );
    chip.powerUp();
    assert.equal(new SimStorage(chip).wasErased, true);
  });
});

describe("the simulated Storage", () => {
  it("goes wrong as measured: a torn header spoils the file that is created over it", () => {
    const chip = newChip();
    new SimStorage(chip).write("old", WORD, 0, 64);
    chip.cutAtWrite({ write: 1, tear: "aa" });
    const storage = new SimStorage(chip);
    assert.ok(untilPowerCut(() => storage.write("led.b", WORD, 0, 64)));
    chip.powerUp();
    const after = new SimStorage(chip);
    assert.equal(after.write("man.b", WORD, 0, 64), true, "it says that all is well");
    assert.equal(after.read("man.b"), undefined, "and nothing is there");
  });

  it("loses, mixes or keeps files when a compaction is cut, and is seldom whole", () => {
    const kept: string[] = [];
    for (let write = 1; write <= 12; write++) {
      const chip = newChip();
      const flash = simFlash(chip);
      flash.create("gone", 1500, WORD);
      for (const name of ["a", "b", "c"]) flash.create(name, 1200, WORD);
      flash.erase("gone");
      chip.cutAtWrite({ write, tear: "prefix" });
      if (!untilPowerCut(() => flash.compact())) break;
      chip.powerUp();
      const after = simFlash(chip);
      kept.push(["a", "b", "c"].filter((name) => after.read(name, 0, 8).join() === WORD.join()).join(""));
    }
    assert.ok(kept.includes(""), "everything lost");
    assert.ok(new Set(kept).size > 1, `other states, too: ${kept.join(" ")}`);
  });
});
