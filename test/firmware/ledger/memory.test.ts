// What the ledger remembers of what it read: the same as a fresh reading gives, after every fault and torn cell; and
// nothing is read twice that was known.
import assert from "node:assert/strict";
import { createCellFile } from "../../../firmware/app/cells/cell-file.ts";
import { Ledger, LEDGER_SHAPE, ledgerRows, type Spent, triesInAll } from "../../../firmware/app/ledger/ledger.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { latin1Text } from "../../../src/shared/wire/bytes.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const CODES = 4;
const UPDATES = 2;
const EPOCH = 77;
const ROWS = ledgerRows(CODES, UPDATES);

describe("the ledger's memory", () => {
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

  beforeEach(() => {
    image = new Uint8Array(8192).fill(0xff);
    createCellFile(new UnitBoard(image).board.flash, nodeHash, "led", LEDGER_SHAPE, ROWS, EPOCH);
    reopen();
  });

  /** Everything the ledger says. */
  function everything(): unknown {
    const rows = Array.from({ length: ROWS }, (_, row) => ({ ...ledger.spent(row) }));
    return [rows, ledger.deviceFailures(), ledger.deviceReleases(), ledger.triesInAll(), ledger.hasRoom()];
  }

  /** What is said now is what a restart would say; each row is asked first for itself, then all of them. */
  function sameAfterRestart(row: number): void {
    const live = [{ ...ledger.spent(row) }, everything()];
    reopen();
    assert.deepEqual(live, [{ ...ledger.spent(row) }, everything()]);
  }

  /** Reads during `run`. */
  function readsOf(run: () => void): number {
    const before = flash.steps.filter(({ what }) => what === "read").length;
    run();
    return flash.steps.filter(({ what }) => what === "read").length - before;
  }

  /** Makes the next write come out torn, with power on: what it programmed is there, and it does not read back. */
  function tearNext(run: () => FaultNumber): void {
    const { chip } = unit.host;
    const before = chip.onWrite;
    chip.onWrite = (operation) => {
      chip.image[operation.address + 2] = 0;
      chip.onWrite = before;
      return before?.(operation);
    };
    assert.equal(run(), FaultNumber.FlashWriteTorn);
  }

  it("opens a file of the name and rows that SPEC.md §6 says", () => {
    assert.equal(latin1Text(flash.read("led", 0, 4), 0, 4), "PLED");
    assert.deepEqual([ROWS, ledger.deviceRow], [7, 6]);
  });

  it("adds the larger of the tries known and carried to those made here", () => {
    const spent: Spent = { tries: 2, carried: 3, accepted: false, releases: 0, wrongAnswers: 0 };
    assert.deepEqual([triesInAll(spent, 1), triesInAll(spent, 3), triesInAll(spent, 7)], [5, 5, 9]);
  });

  it("knows the rows in use", () => {
    for (const row of [5, 0, 3]) ledger.countTry(row, 1);
    assert.deepEqual(ledger.rowsInUse(), [0, 3, 5]);
  });

  it("of a row is good for that row alone", () => {
    ledger.countTry(0, 1);
    assert.equal(ledger.spent(0).tries, 1);
    ledger.countWrongAnswer(0);
    assert.deepEqual({ ...ledger.spent(1) }, { tries: 0, carried: 0, accepted: false, releases: 0, wrongAnswers: 0 });
    ledger.deviceFailures();
    const spent = { tries: 1, carried: 0, accepted: false, releases: 0, wrongAnswers: 1 };
    assert.deepEqual({ ...ledger.spent(0) }, spent);
    ledger.countTry(2, 1);
    assert.deepEqual({ ...ledger.spent(0) }, spent, "what another row was given since is not its own");
    sameAfterRestart(0);
  });

  for (const fault of [FaultNumber.FlashWriteLost, FaultNumber.FlashFileMissing]) {
    it(`counts nothing that was not written (${fault})`, () => {
      for (const run of [
        () => ledger.countTry(1, 2),
        () => ledger.accept(1),
        () => ledger.countWrongAnswer(1),
        () => ledger.release(1, 0),
        () => ledger.carry(1, 4),
      ]) {
        ledger.countTry(1, 1);
        assert.ok(ledger.spent(1).tries > 0 && ledger.deviceFailures() > 0);
        flash.faults.set("led", [fault]);
        assert.equal(run(), fault);
        sameAfterRestart(1);
      }
    });
  }

  it("counts a cell that came out torn with the power on, at once", () => {
    assert.equal(ledger.deviceFailures(), 0);
    assert.equal(ledger.spent(1).tries, 0);
    tearNext(() => ledger.countTry(1, 1));
    assert.deepEqual([ledger.spent(1).tries, ledger.deviceFailures()], [1, 1]);
    ledger.spent(1);
    tearNext(() => ledger.accept(1));
    assert.deepEqual([ledger.spent(1).tries, ledger.spent(1).accepted, ledger.deviceFailures()], [2, false, 2]);
    sameAfterRestart(1);
  });

  it("counts the device's torn cells, and what was carried for it", () => {
    ledger.carry(ledger.deviceRow, 4);
    assert.equal(ledger.deviceFailures(), 4);
    tearNext(() => ledger.release(ledger.deviceRow, 0));
    assert.deepEqual([ledger.deviceFailures(), ledger.deviceReleases(), ledger.triesInAll()], [5, 0, 0]);
    assert.equal(ledger.release(ledger.deviceRow, 0), 0);
    assert.equal(ledger.deviceReleases(), 1);
  });

  it("counts a release of one index once, however often its cell was written", () => {
    for (const [index, releases] of [
      [0, 1],
      [0, 1],
      [1, 2],
      [1, 2],
    ] as const) {
      assert.equal(ledger.release(1, index), 0);
      assert.equal(ledger.spent(1).releases, releases);
    }
  });

  it("keeps what was carried when one of its two cells is damaged later", () => {
    assert.equal(ledger.carry(2, 5), 0);
    const cells = flash.steps.filter(({ what }) => what === "append");
    assert.equal(cells.length, 2);
    for (const { bytes } of cells) {
      const at = Buffer.from(image).indexOf(bytes);
      const before = image[at + 1]!;
      image[at + 1] = 0;
      reopen();
      assert.equal(ledger.spent(2).carried, 5);
      image[at + 1] = before;
    }
  });

  describe("of a row that is full", () => {
    beforeEach(() => {
      for (let n = 1; n <= 4; n++) ledger.countTry(1, n);
      unit.host.cut = { write: unit.host.writes.length + 1, bytes: 5 };
      assert.ok(untilPowerCut(() => ledger.countTry(1, 5)));
      reopen();
    });

    it("takes torn cells of the overflow as its own from then on, with the cell that fills it", () => {
      for (let n = 1; n <= 3; n++) ledger.countTry(0, n);
      assert.deepEqual([ledger.spent(0).tries, ledger.deviceFailures()], [3, 8]);
      assert.equal(ledger.countTry(0, 4), 0);
      assert.deepEqual([ledger.spent(0).tries, ledger.spent(0).wrongAnswers], [5, 1]);
      assert.equal(ledger.deviceFailures(), 10);
      sameAfterRestart(0);
    });

    it("forgives them, too, when that cell is the acceptance", () => {
      for (let n = 1; n <= 3; n++) ledger.countTry(0, n);
      assert.equal(ledger.deviceFailures(), 8);
      assert.equal(ledger.accept(0), 0);
      assert.deepEqual([ledger.spent(0).accepted, ledger.deviceFailures()], [true, 5]);
      sameAfterRestart(0);
    });
  });

  it("spares reading: what was read, and what was written behind it, is known", () => {
    ledger.countTry(0, 1);
    ledger.deviceFailures();
    assert.ok(readsOf(() => ledger.spent(0)) > 0, "read once");
    assert.equal(
      readsOf(() => ledger.spent(0)),
      0,
    );
    const room = readsOf(() => ledger.countTry(0, 2));
    assert.equal(room, 1, "where the row's next cell is");
    assert.equal(
      readsOf(() => assert.deepEqual([ledger.spent(0).tries, ledger.deviceFailures(), ledger.triesInAll()], [2, 2, 2])),
      0,
    );
    ledger.countTry(0, 3);
    assert.equal(
      readsOf(() => ledger.accept(0)),
      1,
    );
    assert.equal(
      readsOf(() => assert.deepEqual([ledger.spent(0).accepted, ledger.deviceFailures()], [true, 0])),
      0,
      "a full row without an overflow is known as well",
    );
  });

  it("has room while more than 16 cells of the overflow are free", () => {
    for (let n = 0; n < 4 + LEDGER_SHAPE.overflowCells - 17; n++) assert.equal(ledger.countTry(0, 1), 0);
    assert.equal(ledger.hasRoom(), true);
    assert.equal(ledger.countTry(0, 1), 0);
    assert.equal(ledger.hasRoom(), false);
    for (let n = 0; n < 16; n++) assert.equal(ledger.countTry(0, 1), 0);
    assert.equal(ledger.countTry(0, 1), FaultNumber.LedgerFull);
  });
});
