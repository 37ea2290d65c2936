// A preallocated file of 8-byte cells, SPEC.md §6: a few cells for each row, an overflow area behind them. Ledger and
// parcel index are both made of it. One flash write a cell, read back; nothing is ever rewritten.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { isErased, readU16, sameBytes } from "../../../src/shared/wire/bytes.ts";
import {
  CELL_BYTES,
  CELL_HEADER_BYTES,
  type Cell,
  cellIsWhole,
  encodeCell,
  encodeCellHeader,
} from "../../../src/shared/wire/cell.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { usedEntries } from "../used-entries.ts";

/** Kind given to a cell of a row that is neither erased nor whole. */
export const TORN_IN_ROW = 0;
/** Kind given to such a cell of the overflow area, whose row nobody knows. */
export const TORN_IN_OVERFLOW = 254;

/** How a cell file is laid out. */
export interface CellShape {
  /** Four letters, "PLED" or "PIDX". */
  magic: string;
  cellsPerRow: number;
  overflowCells: number;
}

/** Bytes of a cell file. */
export function cellFileBytes(shape: CellShape, rows: number): number {
  return CELL_HEADER_BYTES + (rows * shape.cellsPerRow + shape.overflowCells) * CELL_BYTES;
}

/** Creates a cell file; dock only. */
export function createCellFile(
  flash: Flash,
  hash: Hash,
  name: string,
  shape: CellShape,
  rows: number,
  journalEpoch: number,
): FaultNumber {
  return flash.create(name, cellFileBytes(shape, rows), encodeCellHeader(hash, shape.magic, rows, journalEpoch));
}

/** An open cell file. */
export class CellFile {
  readonly rows: number;
  /** Cells of the overflow area in use. */
  overflowUsed: number;
  private flash_: Flash;
  private hash_: Hash;
  private name_: string;
  private shape_: CellShape;
  private epoch_: number;

  constructor(flash: Flash, hash: Hash, name: string, shape: CellShape, rows: number, journalEpoch: number) {
    this.flash_ = flash;
    this.hash_ = hash;
    this.name_ = name;
    this.shape_ = shape;
    this.rows = rows;
    this.epoch_ = journalEpoch;
    this.overflowUsed = 0;
  }

  /** Checks the header and finds the end of the overflow area. */
  open(fault: FaultNumber): FaultNumber {
    const header = encodeCellHeader(this.hash_, this.shape_.magic, this.rows, this.epoch_);
    const stored = this.flash_.read(this.name_, 0, CELL_HEADER_BYTES);
    if (!sameBytes(stored, header)) return fault;
    this.overflowUsed = usedEntries(this.shape_.overflowCells, (i) => this.readCells_(this.overflowPosition_(i), 1));
    return FaultNumber.None;
  }

  /** Cells of the overflow area that are still free. */
  overflowFree(): number {
    return this.shape_.overflowCells - this.overflowUsed;
  }

  /** All cells that concern a row, oldest first; torn ones with their special kinds. */
  cellsOf(row: number): Cell[] {
    const cells: Cell[] = [];
    const first = row * this.shape_.cellsPerRow;
    const bytes = this.readCells_(first, this.shape_.cellsPerRow);
    for (let i = 0; i < this.shape_.cellsPerRow; i++) {
      const cell = this.decode_(bytes, i * CELL_BYTES, first + i, TORN_IN_ROW);
      // Rows fill in order, but for a bit that once read wrongly: a cell behind a gap counts as well.
      if (cell) cells.push(cell);
    }
    const more = this.overflowUsed > 0 ? this.readCells_(this.overflowPosition_(0), this.overflowUsed) : bytes;
    for (let i = 0; i < this.overflowUsed; i++) {
      const cell = this.decode_(more, i * CELL_BYTES, this.overflowPosition_(i), TORN_IN_OVERFLOW);
      if (cell && (cell.kind === TORN_IN_OVERFLOW || cell.row === row)) cells.push(cell);
    }
    return cells;
  }

  /** Rows that are not all erased, read a kilobyte at a time. */
  rowsInUse(): number[] {
    const used: number[] = [];
    const rowBytes = this.shape_.cellsPerRow * CELL_BYTES;
    const rowsAtOnce = Math.floor(1024 / rowBytes);
    for (let first = 0; first < this.rows; first += rowsAtOnce) {
      const bytes = this.readCells_(first * this.shape_.cellsPerRow, rowsAtOnce * this.shape_.cellsPerRow);
      for (let i = 0; i < rowsAtOnce && first + i < this.rows; i++) {
        if (!isErased(bytes.subarray(i * rowBytes, (i + 1) * rowBytes))) used.push(first + i);
      }
    }
    return used;
  }

  /**
   * Appends a cell for a row and reads it back.
   * @returns FlashWriteLost or FlashWriteTorn from the flash, `full` when neither row nor overflow has room
   */
  add(row: number, kind: number, count: number, full: FaultNumber): FaultNumber {
    let position = this.freeInRow_(row);
    const overflows = position < 0;
    if (overflows) {
      if (this.overflowFree() === 0) return full;
      position = this.overflowPosition_(this.overflowUsed);
    }
    const cell = encodeCell(this.hash_, { kind: kind, count: count, row: row }, this.epoch_, position);
    const fault = this.flash_.append(this.name_, this.offset_(position), cell);
    if (overflows && fault !== FaultNumber.FlashWriteLost) this.overflowUsed++;
    return fault;
  }

  /** Whether a row has no free cell left: what comes next goes to the overflow area. */
  isFull(row: number): boolean {
    return this.freeInRow_(row) < 0;
  }

  /** Position of the first free cell of a row; −1 when the row is full. Rows fill in order: behind it all is free. */
  private freeInRow_(row: number): number {
    const first = row * this.shape_.cellsPerRow;
    const bytes = this.readCells_(first, this.shape_.cellsPerRow);
    for (let i = 0; i < this.shape_.cellsPerRow; i++) {
      if (isErased(bytes.subarray(i * CELL_BYTES, (i + 1) * CELL_BYTES))) return first + i;
    }
    return -1;
  }

  private decode_(bytes: Uint8Array, offset: number, position: number, torn: number): Cell | undefined {
    if (bytes[offset] === 0xff && isErased(bytes.subarray(offset, offset + CELL_BYTES))) return undefined;
    if (!cellIsWhole(this.hash_, bytes, offset, this.epoch_, position)) return { kind: torn, count: 0, row: 0xffff };
    return { kind: bytes[offset], count: bytes[offset + 1], row: readU16(bytes, offset + 2) };
  }

  private overflowPosition_(index: number): number {
    return this.rows * this.shape_.cellsPerRow + index;
  }

  private offset_(position: number): number {
    return CELL_HEADER_BYTES + position * CELL_BYTES;
  }

  private readCells_(position: number, cells: number): Uint8Array {
    return this.flash_.read(this.name_, this.offset_(position), cells * CELL_BYTES);
  }
}
