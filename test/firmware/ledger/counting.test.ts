// What the ledger counts, row by row: tries, torn cells, successes, releases, carried tries. SPEC.md §6.4.
import assert from "node:assert/strict";
import { createCellFile } from "../../../firmware/app/cells/cell-file.ts";
import { Ledger, LEDGER_SHAPE, ledgerRows } from "../../../firmware/app/ledger/ledger.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const CODES = 4;
const UPDATES = 2;
const EPOCH = 77;

describe("ledger", () => {
  let image: Uint8Array;
  let unit: UnitBoard;
  let flash: RecordingFlash;
  let ledger: Ledger;

  function reopen(): void {
    unit = new UnitBoard(image);
    flash = new RecordingFlash(unit.board.flash);
    ledger = new Ledger(flash, nodeHash, "led", CODES, UPDATES, EPOCH);
    assert.equal(ledger.open(), 0);
  }

  /** Cuts the power `bytes` into the next write of `run`, and starts again. */
  function tear(bytes: number, run: () => void): void {
    unit.host.cut = { write: unit.host.writes.length + 1, bytes };
    assert.ok(untilPowerCut(run));
    reopen();
  }

  beforeEach(() => {
    image = new Uint8Array(8192).fill(0xff);
    createCellFile(new UnitBoard(image).board.flash, nodeHash, "led", LEDGER_SHAPE, ledgerRows(CODES, UPDATES), EPOCH);
    reopen();
  });

  it("counts tries for each code alone, over a restart", () => {
    for (const row of [0, 0, 3, 0, 0, 0]) assert.equal(ledger.countTry(row, 1), 0);
    reopen();
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => ledger.spent(row).tries),
      [5, 0, 0, 1],
    );
    assert.equal(ledger.triesInAll(), 6);
  });

  it("counts a torn cell as a try and as a wrong answer, whatever it was to be", () => {
    const writes = [
      () => ledger.countTry(1, 1),
      () => ledger.countWrongAnswer(1),
      () => ledger.accept(1),
      () => ledger.release(1, 0),
    ];
    writes.forEach((write, done) => {
      tear(3, write);
      const { tries, wrongAnswers, accepted, releases } = ledger.spent(1);
      assert.deepEqual([tries, wrongAnswers, accepted, releases], [done + 1, done + 1, false, 0]);
    });
  });

  it("takes a success for one only when it is whole", () => {
    ledger.countTry(2, 1);
    tear(7, () => ledger.accept(2));
    assert.equal(ledger.spent(2).accepted, false);
    assert.equal(ledger.accept(2), 0);
    assert.equal(ledger.spent(2).accepted, true);
    assert.equal(ledger.deviceFailures(), 0, "what came before an acceptance is forgiven, torn cells too");
  });

  it("clears wrong answers by a release, not tries", () => {
    for (let i = 0; i < 3; i++) ledger.countTry(0, i + 1);
    for (let i = 0; i < 4; i++) ledger.countWrongAnswer(0);
    ledger.release(0, 0);
    ledger.countWrongAnswer(0);
    const { tries, releases, wrongAnswers } = ledger.spent(0);
    assert.deepEqual([tries, releases, wrongAnswers], [3, 1, 1]);
  });

  it("counts a torn cell of the overflow on every row that has had a release, and on no other", () => {
    for (const row of [0, 1]) for (let i = 0; i < 3; i++) ledger.countTry(row, i + 1);
    ledger.release(0, 0);
    const before = [0, 1].map((row) => ledger.spent(row).tries);
    tear(5, () => ledger.countTry(0, 4));
    assert.deepEqual(
      [0, 1].map((row) => ledger.spent(row).tries),
      [before[0]! + 1, before[1]],
    );
    ledger.release(1, 0);
    assert.equal(ledger.spent(1).tries, before[1]! + 1, "its row is not known: now it may be this one's");
  });

  it("takes the largest of several carried counts", () => {
    for (const tries of [2, 5, 300, 4]) ledger.carry(2, tries);
    assert.deepEqual([ledger.spent(2).carried, ledger.spent(2).tries], [255, 0]);
  });

  it("forgives the tries of a code that is accepted, and counts the others against the device", () => {
    for (const row of [0, 0, 1]) ledger.countTry(row, 1);
    ledger.carry(ledger.deviceRow, 4);
    assert.equal(ledger.deviceFailures(), 7);
    ledger.accept(0);
    assert.equal(ledger.deviceFailures(), 5);
    reopen();
    assert.equal(ledger.deviceFailures(), 5);
  });

  it("leaves out of the device's failures what was carried for a code", () => {
    ledger.carry(0, 3);
    assert.equal(ledger.deviceFailures(), 0);
  });

  it("counts the same live as after a restart when the flash loses or tears a cell", () => {
    for (const fault of [FaultNumber.FlashWriteLost, FaultNumber.LedgerFull]) {
      ledger.deviceFailures();
      flash.faults.set("led", [fault]);
      assert.equal(ledger.countTry(1, 1), fault);
      const live = [ledger.deviceFailures(), ledger.triesInAll()];
      reopen();
      assert.deepEqual(live, [ledger.deviceFailures(), ledger.triesInAll()]);
    }
  });

  it("is full when the overflow is, and says so before anything is written", () => {
    const overflow = LEDGER_SHAPE.overflowCells;
    for (let i = 0; i < 4 + overflow; i++) assert.equal(ledger.countTry(0, 1), 0);
    const writes = unit.host.writes.length;
    assert.equal(ledger.countTry(0, 1), FaultNumber.LedgerFull);
    assert.equal(unit.host.writes.length, writes);
    assert.equal(ledger.spent(0).tries, 4 + overflow);
  });
});
