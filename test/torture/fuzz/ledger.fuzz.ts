// Fuzzes ledger and parcel index: arbitrary bytes in their files give a fault or counts, in a bounded number of reads; the
// counts are those of an independent reader, and damage never gives a try back.
import { createCellFile } from "../../../firmware/app/cells/cell-file.ts";
import { Ledger, LEDGER_SHAPE, ledgerRows, triesInAll } from "../../../firmware/app/ledger/ledger.ts";
import { ParcelIndex } from "../../../firmware/app/parcels/parcel-index.ts";
import { CELL, CELL_HEADER, CELL_HEADER_BYTES, encodeCellHeader } from "../../../src/shared/wire/cell.ts";
import { type Dice, SeededDice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { cellAt, cellCheck, countRow, fillsInOrder, isErasedCell, OVERFLOW_CELLS, ROW_CELLS } from "./ledger-oracle.ts";
import { MemoryFlash } from "./memory-flash.ts";
import { hexOf, spoil, writeNumber } from "./spoil.ts";

const CODES = 2;
const UPDATES = 1;
const ROWS = ledgerRows(CODES, UPDATES);
const EPOCH = 33;
const FAULTS: readonly number[] = [0, 102, 103, 104, 301, 302];
/** A row is read once, and the overflow area cell by cell. */
const READS_ROW = 2 + OVERFLOW_CELLS;
/** More tries than this a row never has in these files. */
const TRIES_PER_CODE = 3;

/** How a ledger was spoiled: bits of one cell cleared, anything, or anything with the cells' checks right again. */
type Harm = "damage" | "anything" | "checks";

interface LedgerInput {
  honest: Uint8Array;
  file: Uint8Array;
  harm: Harm;
  row: number;
}

function openLedger(flash: MemoryFlash): { ledger: Ledger; fault: number } {
  const ledger = new Ledger(flash, fastHash, "led", CODES, UPDATES, EPOCH);
  return { ledger, fault: ledger.open() };
}

/** What a day writes into a ledger, the power failing in a cell now and then. */
function honestLedger(dice: Dice): Uint8Array {
  const flash = new MemoryFlash();
  createCellFile(flash, fastHash, "led", LEDGER_SHAPE, ROWS, EPOCH);
  const { ledger } = openLedger(flash);
  for (let row = 0; row < CODES; row++) if (dice.oneIn(3)) ledger.carry(row, 1 + dice.below(4));
  const releases = new Array<number>(ROWS).fill(0);
  for (let steps = dice.below(9); steps > 0; steps--) {
    const row = dice.below(ROWS);
    const turn = dice.below(8);
    if (turn < 4) ledger.countTry(row, 1);
    else if (turn === 4) ledger.accept(row);
    else if (turn < 7) ledger.countWrongAnswer(row);
    else ledger.release(row, releases[row]!++);
  }
  return flash.contents().get("led")!;
}

const HONEST: readonly Uint8Array[] = Array.from({ length: 60 }, (_, i) => {
  const dice = new SeededDice();
  dice.reset(3, 4, i);
  return honestLedger(dice);
});

/** A cell that is in use in some row or in the overflow's beginning; any cell now and then. */
function someCell(dice: Dice): number {
  return dice.oneIn(4)
    ? ROWS * ROW_CELLS + dice.below(dice.oneIn(3) ? OVERFLOW_CELLS : 6)
    : dice.below(ROWS * ROW_CELLS);
}

function clearBits(dice: Dice, file: Uint8Array): void {
  const at = CELL_HEADER_BYTES + 8 * someCell(dice);
  for (let n = 1 + dice.below(3); n > 0; n--) file[at + dice.below(8)]! &= dice.below(256);
}

function lieInCell(dice: Dice, file: Uint8Array): void {
  const at = CELL_HEADER_BYTES + 8 * someCell(dice);
  const [, offset, length] = dice.pick(CELL);
  writeNumber(file, at + offset, length, dice.oneIn(2) ? dice.below(6) : dice.odd(2 ** (8 * length) - 1));
}

function sealCells(file: Uint8Array): void {
  for (let position = 0; position < ROWS * ROW_CELLS + OVERFLOW_CELLS; position++) {
    const cell = cellAt(file, position);
    if (cell.length === 8 && !isErasedCell(file, position)) writeNumber(cell, 4, 4, cellCheck(cell, EPOCH, position));
  }
}

function draw(dice: Dice): LedgerInput {
  const honest = dice.pick(HONEST);
  const harm = dice.pick(["damage", "anything", "checks"] as const);
  let file: Uint8Array = honest.slice();
  if (harm === "damage") clearBits(dice, file);
  for (let steps = harm === "damage" ? 0 : dice.below(5); steps > 0; steps--) {
    if (dice.oneIn(2)) lieInCell(dice, file);
    else if (dice.oneIn(8)) file = spoil(dice, file, 1, { fields: CELL_HEADER, stretch: true });
    else file = spoil(dice, file, 1, { others: [dice.pick(HONEST)], stretch: false });
  }
  if (harm === "checks") sealCells(file);
  return { honest, file, harm, row: dice.below(ROWS) };
}

/** Tries left in a row, with none known to the depot. */
function left(ledger: Ledger, row: number): number {
  const spent = ledger.spent(row);
  return TRIES_PER_CODE * (1 + spent.releases) - triesInAll(spent, 0);
}

const honestLeft = new Map<Uint8Array, number[]>();

/** Tries left in each row of an honest ledger. */
function leftBefore(honest: Uint8Array): number[] {
  let known = honestLeft.get(honest);
  if (known === undefined) {
    const flash = new MemoryFlash();
    flash.put(new Map([["led", honest]]));
    const { ledger } = openLedger(flash);
    honestLeft.set(honest, (known = Array.from({ length: ROWS }, (_, row) => left(ledger, row))));
  }
  return known;
}

function checkCounts(ledger: Ledger, flash: MemoryFlash, input: LedgerInput, isOrdered: boolean): void {
  for (let row = 0; row < ROWS; row++) {
    flash.budget = flash.reads + READS_ROW;
    const spent = ledger.spent(row);
    if (isOrdered && input.harm !== "checks") {
      const counted = countRow(input.file, ROWS, EPOCH, row);
      must(
        JSON.stringify(spent) === JSON.stringify(counted),
        `row ${row}: ${JSON.stringify(spent)}, not ${JSON.stringify(counted)}`,
      );
    }
    if (input.harm === "damage" && row !== ledger.deviceRow) {
      must(left(ledger, row) <= leftBefore(input.honest)[row]!, `row ${row}: damage gave a try back`);
    }
  }
}

function countOne(ledger: Ledger, flash: MemoryFlash, row: number): number {
  flash.budget = flash.reads + ROWS * READS_ROW + 20;
  const before = ledger.spent(row).tries;
  const inAll = ledger.triesInAll();
  const fault = ledger.countTry(row, 1);
  must(FAULTS.includes(fault), `fault ${fault} of a try`);
  flash.budget = Infinity;
  const again = openLedger(flash).ledger;
  if (fault === 0) {
    must(again.spent(row).tries > before, "a counted try is not in the flash");
    must(row === ledger.deviceRow || again.triesInAll() > inAll, "a counted try is not among all");
  }
  must(again.spent(row).tries >= before, "a try was given back");
  return fault;
}

function give(flash: MemoryFlash, input: LedgerInput): string {
  flash.put(new Map([["led", input.file]]), 20);
  const { ledger, fault } = openLedger(flash);
  must(FAULTS.includes(fault), `fault ${fault}`);
  const isHeader = Buffer.compare(input.file.subarray(0, 16), input.honest.subarray(0, 16)) === 0;
  must((fault === 0) === isHeader, `a header that ${isHeader ? "holds" : "does not hold"}: fault ${fault}`);
  must(!flash.isChanged(), "opening wrote");
  if (fault !== 0) return `${input.harm} ${fault}`;
  const isOrdered = input.file.length === input.honest.length && fillsInOrder(input.file, ROWS);
  checkCounts(ledger, flash, input, isOrdered);
  const counted = countOne(ledger, flash, input.row);
  return `${input.harm} ${counted}${isOrdered ? "" : " with holes"}`;
}

/** The same bytes as a parcel index: two cells a row. */
function asIndex(flash: MemoryFlash, { file, harm }: LedgerInput): void {
  const rows = ROWS * 2;
  const index = new Uint8Array(16 + (rows * 2 + 128) * 8).fill(0xff);
  index.set(file.subarray(0, index.length), 0);
  index.set(encodeCellHeader(fastHash, "PIDX", rows, EPOCH), 0);
  flash.put(new Map([["idx", index]]), 20);
  const parcels = new ParcelIndex(flash, fastHash, "idx", rows, EPOCH);
  must(parcels.open() === 0, "the index does not open");
  flash.budget = Infinity;
  for (let row = 0; row < rows; row += 3) {
    const { handedOver, reason } = parcels.state(row);
    must(typeof handedOver === "boolean" && reason >= 0 && reason <= 255, "a parcel's state");
  }
  const fault = parcels.note(1, 1, 0);
  must(FAULTS.includes(fault), `fault ${fault} of a note`);
  must(fault !== 0 || harm !== "damage" || parcels.state(1).handedOver, "a handover that was noted is not there");
}

function show({ file, harm, row }: LedgerInput): string {
  return JSON.stringify({ harm, row, file: hexOf(file, 16 + 8 * (ROWS * ROW_CELLS + 12)) });
}

/** Ledgers and parcel indexes on the handheld. */
export const fuzzLedger = fuzzSweep({
  name: "fuzz-ledger",
  title: "any bytes in ledger or index: a fault or the right counts, bounded reads, and damage gives no try back",
  inputs: 300_000,
  properties: 10_000,
  enough: 6_000,
  reaches: ["damage 0", "damage 0 with holes", "anything 0", "anything 301", "checks 0", "checks 301"],
  open: (): FuzzTarget<LedgerInput> => {
    const flash = new MemoryFlash();
    return {
      draw,
      give: (input) => {
        if (input.row === 0) asIndex(flash, input);
        return give(flash, input);
      },
      show,
    };
  },
});
