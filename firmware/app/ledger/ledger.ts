// The ledger: what is spent, by code. Tries are counted here before anything is compared, and only here; the ledger
// never reads the journal, so a damaged journal gives nothing back. SPEC.md §6.3–6.4, DESIGN.md §3.2.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { LedgerKind } from "../../../src/shared/wire/cell.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { CellFile, type CellShape, TORN_IN_OVERFLOW, TORN_IN_ROW } from "../cells/cell-file.ts";

/** Four cells a code: three tries and a success fit without overflow. */
export const LEDGER_SHAPE: CellShape = { magic: "PLED", cellsPerRow: 4, overflowCells: 256 };

/** Rows of a ledger: each code of the manifest, each replacement that updates may bring, the device. */
export function ledgerRows(codes: number, updateSlots: number): number {
  return codes + updateSlots + 1;
}

/** What the ledger says of one row. */
export interface Spent {
  /** Tries made on this handheld under this manifest. */
  tries: number;
  /** Tries carried over from the manifest before, those the depot knew included. */
  carried: number;
  accepted: boolean;
  releases: number;
  /** Wrong release answers since the last release. */
  wrongAnswers: number;
}

/** All tries on a code: those the depot knew or an older ledger held, and those made since. */
export function triesInAll(spent: Spent, known: number): number {
  return spent.tries + (spent.carried > known ? spent.carried : known);
}

/** Reads and counts tries, successes and releases. */
export class Ledger {
  readonly deviceRow: number;
  private cells_: CellFile;
  /** Tries of codes not accepted, and of all codes; undefined until first asked for. */
  private failures_: number | undefined;
  private triesInAll_: number;
  private deviceReleases_: number;
  /** The row read last, −1 for none: a verdict asks for the same one several times. */
  private cachedRow_: number;
  private cached_: Spent;

  constructor(flash: Flash, hash: Hash, name: string, codes: number, updateSlots: number, journalEpoch: number) {
    const rows = ledgerRows(codes, updateSlots);
    this.cells_ = new CellFile(flash, hash, name, LEDGER_SHAPE, rows, journalEpoch);
    this.deviceRow = rows - 1;
    this.failures_ = undefined;
    this.triesInAll_ = 0;
    this.deviceReleases_ = 0;
    this.cachedRow_ = -1;
    this.cached_ = { tries: 0, carried: 0, accepted: false, releases: 0, wrongAnswers: 0 };
  }

  open(): FaultNumber {
    return this.cells_.open(FaultNumber.LedgerHeader);
  }

  /** What is spent in a row. A torn cell counts against whoever tries: as a try and as a wrong answer. */
  spent(row: number): Spent {
    if (row === this.cachedRow_) return this.cached_;
    const spent: Spent = { tries: 0, carried: 0, accepted: false, releases: 0, wrongAnswers: 0 };
    let tornElsewhere = 0;
    let released = -1;
    const cells = this.cells_.cellsOf(row);
    for (const cell of cells) {
      if (cell.kind === LedgerKind.Try || cell.kind === TORN_IN_ROW) spent.tries++;
      if (cell.kind === LedgerKind.WrongAnswer || cell.kind === TORN_IN_ROW) spent.wrongAnswers++;
      if (cell.kind === LedgerKind.Carried && cell.count > spent.carried) spent.carried = cell.count;
      if (cell.kind === LedgerKind.Success) spent.accepted = true;
      if (cell.kind === LedgerKind.Release) {
        // One whose cell read as torn was written again: each index opens once.
        if (cell.count > released) spent.releases++;
        released = cell.count;
        spent.wrongAnswers = 0;
      }
      if (cell.kind === TORN_IN_OVERFLOW) tornElsewhere++;
    }
    if (cells.length - tornElsewhere >= LEDGER_SHAPE.cellsPerRow) {
      spent.tries += tornElsewhere;
      spent.wrongAnswers += tornElsewhere;
    }
    this.cachedRow_ = row;
    this.cached_ = spent;
    return spent;
  }

  /** Counts one try, before the code is looked at. */
  countTry(row: number, number: number): FaultNumber {
    this.measure_();
    const fault = this.add_(row, LedgerKind.Try, number);
    if (fault === FaultNumber.None && this.failures_ !== undefined) {
      this.failures_++;
      this.triesInAll_++;
    }
    return fault;
  }

  /** Marks a code as accepted, for good; its tries no longer count against the device. */
  accept(row: number): FaultNumber {
    this.measure_();
    const forgiven = this.spent(row).tries;
    const fault = this.add_(row, LedgerKind.Success, 0);
    if (fault === FaultNumber.None && this.failures_ !== undefined) this.failures_ -= forgiven;
    return fault;
  }

  countWrongAnswer(row: number): FaultNumber {
    return this.add_(row, LedgerKind.WrongAnswer, 0);
  }

  /** Opens a row's lock for one more set of tries. */
  release(row: number, index: number): FaultNumber {
    const fault = this.add_(row, LedgerKind.Release, index);
    this.failures_ = undefined; // torn cells of the overflow may count on this row from now on
    return fault;
  }

  /** Writes down tries that the ledger of the manifest before held, twice: one cell damaged later gives none back. */
  carry(row: number, tries: number): FaultNumber {
    const count = tries > 255 ? 255 : tries;
    this.failures_ = undefined;
    return this.add_(row, LedgerKind.Carried, count) || this.add_(row, LedgerKind.Carried, count);
  }

  /** Tries of the manifest day on codes that were not accepted later, whatever manifest they were made under. */
  deviceFailures(): number {
    this.measure_();
    return this.failures_ || 0;
  }

  /** Releases that the device's own lock has had. */
  deviceReleases(): number {
    this.measure_();
    return this.deviceReleases_;
  }

  /** Try cells of all codes; the journal repeats this number, so that a try without a record is found. */
  triesInAll(): number {
    this.measure_();
    return this.triesInAll_;
  }

  /** Whether a try and all that may follow it has room, in a row or behind them all. */
  hasRoom(): boolean {
    return this.cells_.overflowFree() > 16;
  }

  /** Rows in which anything was written. */
  rowsInUse(): number[] {
    return this.cells_.rowsInUse();
  }

  /** Appends a cell; after a fault what the flash holds is measured again. */
  private add_(row: number, kind: LedgerKind, count: number): FaultNumber {
    const fault = this.cells_.add(row, kind, count, FaultNumber.LedgerFull);
    // What was read back is known: a try or a success need not be read again, anything else is.
    if (fault !== FaultNumber.None || kind > LedgerKind.Success) this.cachedRow_ = -1;
    else if (row === this.cachedRow_) {
      if (kind === LedgerKind.Try) this.cached_.tries++;
      else this.cached_.accepted = true;
    }
    if (fault !== FaultNumber.None) this.failures_ = undefined;
    // A row that is full now may own torn cells of the overflow: they count on it from here on.
    if (this.cells_.overflowUsed > 0 && this.cells_.isFull(row)) {
      this.cachedRow_ = -1;
      this.failures_ = undefined;
    }
    return fault;
  }

  /** Reads every used row once; later calls go by what was counted since. */
  private measure_(): void {
    if (this.failures_ !== undefined) return;
    let failures = 0;
    let all = 0;
    this.deviceReleases_ = 0;
    for (const row of this.cells_.rowsInUse()) {
      const spent = this.spent(row);
      if (row === this.deviceRow) {
        failures += spent.carried + spent.tries; // its tries are torn cells
        this.deviceReleases_ = spent.releases;
      } else {
        all += spent.tries;
        if (!spent.accepted) failures += spent.tries;
      }
    }
    this.failures_ = failures;
    this.triesInAll_ = all;
  }
}
