// Cell files of many rows, lost and odd cells: rows in use are found a kilobyte at a time, a lost overflow cell takes no
// place, and a cell is erased only when all of it is.
import assert from "node:assert/strict";
import { CellFile, createCellFile, TORN_IN_ROW } from "../../../firmware/app/cells/cell-file.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { CELL_HEADER_BYTES, encodeCell } from "../../../src/shared/wire/cell.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const EPOCH = 9;
const FULL = FaultNumber.LedgerFull;
const SHAPE = { magic: "PTST", cellsPerRow: 4, overflowCells: 3 };

describe("a cell file of many rows", () => {
  let flash: RecordingFlash;

  function made(rows: number): CellFile {
    const unit = new UnitBoard(new Uint8Array(16 * 1024).fill(0xff));
    flash = new RecordingFlash(unit.board.flash);
    assert.equal(createCellFile(flash, nodeHash, "cells", SHAPE, rows, EPOCH), 0);
    const cells = new CellFile(flash, nodeHash, "cells", SHAPE, rows, EPOCH);
    assert.equal(cells.open(FaultNumber.LedgerHeader), 0);
    return cells;
  }

  for (const rows of [1, 31, 32, 33, 64, 100]) {
    it(`finds those in use among ${rows}, a kilobyte at a time`, () => {
      const cells = made(rows);
      assert.deepEqual(cells.rowsInUse(), []);
      const used = [0, 2, 30, 31, 32, 34, 63, 64, 99].filter((row) => row < rows);
      for (const row of used) for (let turn = 0; turn < 5; turn++) cells.add(row, 1, 1, FULL);
      flash.steps.length = 0;
      assert.deepEqual(cells.rowsInUse(), used);
      const reads = flash.steps.map(({ bytes }) => bytes.length);
      assert.ok(Math.max(...reads) <= 1024, `reads of ${reads.join()} bytes`);
      assert.equal(reads.length, Math.ceil(rows / 32));
    });
  }

  it("says of each row whether it is full", () => {
    const cells = made(3);
    for (let filled = 0; filled <= 4; filled++) {
      assert.deepEqual([cells.isFull(0), cells.isFull(1), cells.isFull(2)], [false, filled === 4, false]);
      cells.add(1, 1, filled, FULL);
    }
  });

  it("keeps an overflow cell's place when the flash loses the write, and gives it up when it tears", () => {
    const cells = made(2);
    for (let n = 0; n < 4; n++) cells.add(0, 1, n, FULL);
    flash.faults.set("cells", [FaultNumber.FlashWriteLost]);
    assert.equal(cells.add(0, 1, 4, FULL), FaultNumber.FlashWriteLost);
    assert.equal(cells.overflowFree(), 3);
    flash.faults.set("cells", [FaultNumber.FlashWriteTorn]);
    assert.equal(cells.add(0, 1, 4, FULL), FaultNumber.FlashWriteTorn);
    assert.equal(cells.overflowFree(), 2);
  });

  it("counts a cell that stands behind a gap in its row", () => {
    const cells = made(2);
    cells.add(1, 5, 0, FULL);
    const cell = encodeCell(nodeHash, { kind: 6, count: 2, row: 1 }, EPOCH, 6);
    flash.append("cells", CELL_HEADER_BYTES + 48, cell);
    assert.deepEqual(
      cells.cellsOf(1).map(({ kind, count }) => [kind, count]),
      [
        [5, 0],
        [6, 2],
      ],
    );
  });

  it("takes a cell for torn when any byte of it is programmed, the first or another", () => {
    for (let byte = 0; byte < 8; byte++) {
      const cells = made(2);
      const odd = new Uint8Array(8).fill(0xff);
      odd[byte] = 0x7f;
      cells.add(1, 5, 0, FULL);
      flash.append("cells", CELL_HEADER_BYTES + 40, odd);
      assert.deepEqual(
        cells.cellsOf(1).map(({ kind }) => kind),
        [5, TORN_IN_ROW],
        `byte ${byte}`,
      );
    }
  });
});
