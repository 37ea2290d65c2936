// The file of cells under ledger and index: append, overflow, torn cells, reopening. SPEC.md §6.
import assert from "node:assert/strict";
import { CellFile, createCellFile, TORN_IN_OVERFLOW, TORN_IN_ROW } from "../../../firmware/app/cells/cell-file.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { CELL_HEADER_BYTES } from "../../../src/shared/wire/cell.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const SHAPE = { magic: "PTST", cellsPerRow: 2, overflowCells: 3 };
const ROWS = 4;
const EPOCH = 9;
const FULL = FaultNumber.LedgerFull;

describe("cell file", () => {
  let image: Uint8Array;
  let unit: UnitBoard;
  let cells: CellFile;

  /** A start: everything is read from flash again. */
  function reopen(epoch = EPOCH): FaultNumber {
    unit = new UnitBoard(image);
    cells = new CellFile(unit.board.flash, nodeHash, "cells", SHAPE, ROWS, epoch);
    return cells.open(FaultNumber.LedgerHeader);
  }

  beforeEach(() => {
    image = new Uint8Array(4096).fill(0xff);
    unit = new UnitBoard(image);
    assert.equal(createCellFile(unit.board.flash, nodeHash, "cells", SHAPE, ROWS, EPOCH), 0);
    assert.equal(reopen(), 0);
  });

  const kinds = (row: number): number[] => cells.cellsOf(row).map((cell) => cell.kind);

  it("keeps each row's cells in order, beyond its own room too, over a restart", () => {
    for (const [row, kind] of [
      [1, 11],
      [2, 21],
      [1, 12],
      [1, 13],
      [3, 31],
      [1, 14],
    ] as const) {
      assert.equal(cells.add(row, kind, 7, FULL), 0);
    }
    for (let turn = 0; turn < 2; turn++) {
      assert.deepEqual(kinds(1), [11, 12, 13, 14]);
      assert.deepEqual(kinds(2), [21]);
      assert.deepEqual(kinds(0), []);
      assert.deepEqual(cells.rowsInUse(), [1, 2, 3]);
      assert.equal(cells.overflowFree(), 1);
      assert.equal(reopen(), 0);
    }
  });

  it("is full when row and overflow are, and then writes nothing", () => {
    for (let i = 0; i < 5; i++) assert.equal(cells.add(0, 1, i, FULL), 0);
    const before = unit.host.writes.length;
    assert.equal(cells.add(0, 1, 5, FULL), FULL);
    assert.equal(cells.add(1, 1, 0, FULL), 0, "another row still has its own room");
    assert.equal(unit.host.writes.length, before + 1);
  });

  it("shows a cell torn at any byte as torn, in its row or in the overflow, and goes on behind it", () => {
    const clean = image.slice();
    for (const filled of [0, 1, 2]) {
      for (let bytes = 1; bytes < 8; bytes++) {
        image.set(clean);
        reopen();
        for (let i = 0; i < filled; i++) cells.add(2, 5, i, FULL);
        unit.host.cut = { write: unit.host.writes.length + 1, bytes };
        assert.ok(untilPowerCut(() => cells.add(2, 6, 0, FULL)));
        reopen();
        assert.equal(kinds(2).at(-1), filled < 2 ? TORN_IN_ROW : TORN_IN_OVERFLOW, `${filled} before, ${bytes} bytes`);
        assert.equal(kinds(1).length, filled < 2 ? 0 : 1, "an overflow cell's row is not known");
        assert.equal(cells.add(2, 7, 0, FULL), 0);
        assert.equal(kinds(2).filter((kind) => kind === 7).length, 1);
      }
    }
  });

  it("writes nothing twice: a cell cut before its first byte leaves the place free", () => {
    unit.host.cut = { write: 1, bytes: 0 };
    assert.ok(untilPowerCut(() => cells.add(0, 1, 1, FULL)));
    reopen();
    assert.deepEqual(kinds(0), []);
    assert.equal(cells.add(0, 2, 1, FULL), 0);
    assert.deepEqual(kinds(0), [2]);
  });

  it("takes no cell of another place or another journal for whole", () => {
    cells.add(0, 1, 1, FULL);
    const header = cells.cellsOf(0).length;
    assert.equal(header, 1);
    const stored = unit.board.flash.read("cells", CELL_HEADER_BYTES, 8);
    unit.board.flash.append("cells", CELL_HEADER_BYTES + 8 * 4, stored);
    assert.deepEqual(kinds(2), [TORN_IN_ROW]);
  });

  it("does not open with another header, nor without a file", () => {
    assert.equal(reopen(EPOCH + 1), FaultNumber.LedgerHeader);
    unit.board.flash.erase("cells");
    assert.equal(reopen(), FaultNumber.LedgerHeader);
  });

  it("leaves the place free when the flash loses a cell", () => {
    const flash = new RecordingFlash(unit.board.flash);
    const lossy = new CellFile(flash, nodeHash, "cells", SHAPE, ROWS, EPOCH);
    assert.equal(lossy.open(FaultNumber.LedgerHeader), 0);
    flash.faults.set("cells", new Array<number>(4).fill(FaultNumber.FlashWriteLost));
    for (let i = 0; i < 4; i++) assert.equal(lossy.add(0, 1, 1, FULL), FaultNumber.FlashWriteLost);
    assert.equal(lossy.overflowFree(), 3);
    assert.deepEqual(kinds(0), []);
  });
});
