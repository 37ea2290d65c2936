// A share of every fuzz sweep, and what the sweeps themselves must be able to do: name an input so that it comes again,
// find a mistake that was planted, shrink it.
import assert from "node:assert/strict";
import { Recorder } from "../../firmware/app/records.ts";
import { findLostTries } from "../../firmware/app/recovery.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { manyParcels, sealRound } from "../support/test-round.ts";
import { type Dice, ListedDice, SeededDice } from "./fuzz/dice.ts";
import { fuzzBoard } from "./fuzz/fuzz-board.ts";
import { type Fuzz, fuzzSweep } from "./fuzz/fuzz-sweep.ts";
import { openDay, putDay } from "./fuzz/loaded-day.ts";
import { MemoryFlash } from "./fuzz/memory-flash.ts";
import { FUZZ_SWEEPS } from "./fuzz/sweeps.ts";
import { runSweep, shareOf } from "./run-share.ts";

const SHARE = 0.02;

describe("parsers under fuzz", () => {
  for (const sweep of FUZZ_SWEEPS) shareOf(sweep, SHARE);

  it("have sweeps of different names", () => {
    assert.equal(new Set(FUZZ_SWEEPS.map(({ name }) => name)).size, FUZZ_SWEEPS.length);
  });
});

describe("a try without a record", () => {
  const PARCELS = 120;

  it("is found on a full day in one reading of the journal, not one for each code", () => {
    const { bytes, head } = sealRound({ parcels: manyParcels(PARCELS) });
    const fuzz = fuzzBoard(new MemoryFlash(1 << 20));
    putDay(fuzz.flash, head, bytes.slice(head.length));
    const { day, recorder } = openDay(fuzz);
    for (let row = 0; row < PARCELS; row++) {
      assert.equal(day.ledger.countTry(row, 1), 0);
      recorder.write({ type: RecordType.Wrong, tries: 1, code: day.manifest.code(row).id }, -1);
      recorder.seal();
    }
    day.ledger.countTry(PARCELS - 1, 2);
    const again = openDay(fuzz);
    const found: number[] = [];
    fuzz.flash.budget = fuzz.flash.reads + 30 * PARCELS;
    findLostTries(again.day, (tries, code) => {
      found.push(tries);
      return new Recorder(fuzz.board, again.time, again.day).write({ type: RecordType.TryFound, tries, code }, -1);
    });
    assert.deepEqual(found, [2]);
  });
});

describe("a fuzz sweep", () => {
  /** Fails for inputs whose first number is above 500. */
  const planted: Fuzz<number[]> = {
    name: "planted",
    title: "numbers up to 500",
    inputs: 40,
    properties: 40,
    reaches: ["small"],
    enough: 40,
    open: () => ({
      draw: (dice: Dice) => [dice.below(1000), dice.below(10)],
      give: ([first = 0]) => {
        if (first > 500) throw new Error("too large");
        return first === 0 ? "nothing" : "small";
      },
      show: (input) => input.join(),
    }),
  };

  it("finds what was planted, with ids that give the same input again", async () => {
    const { violations, points } = await runSweep(fuzzSweep(planted), { seed: 5, share: 1, only: undefined });
    assert.ok(points >= 20 && violations.length >= 5, `${violations.length} of ${points}`);
    for (const { id, error } of violations) {
      const again = await runSweep(fuzzSweep(planted), { seed: 99, share: 1, only: id });
      assert.deepEqual([again.points, again.violations], [1, [{ id, error }]]);
    }
  });

  it("shrinks what fast-check finds to the plainest input", async () => {
    const { violations } = await runSweep(fuzzSweep({ ...planted, inputs: 0 }), { seed: 5, share: 1, only: undefined });
    assert.deepEqual(
      violations.map(({ error }) => error),
      ["too large; input 501,0"],
    );
  });

  it("says so when its inputs do not come to what they must come to", async () => {
    const shallow = fuzzSweep({ ...planted, reaches: ["large"], properties: 0 });
    const { violations } = await runSweep(shallow, { seed: 5, share: 1, only: undefined });
    assert.ok(violations.some(({ id }) => id === "planted/reach:large"));
  });

  it("draws the same from the same seed, and plainly from no choices", () => {
    const dice = new SeededDice();
    const draws = [1, 1, 2].map((input) => {
      dice.reset(7, 8, input);
      return [...dice.bytes(20)].join();
    });
    assert.equal(draws[0], draws[1]);
    assert.notEqual(draws[0], draws[2]);
    assert.deepEqual([...new ListedDice([]).bytes(3)], [0, 0, 0]);
  });
});
