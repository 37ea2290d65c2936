// The forecast's ledger, by SPEC.md §6: what is spent on each code, from cells that are whole or torn.
import { Fused } from "./fused.ts";

/** Cells of a row; behind them nobody knows whose a torn one is. */
const CELLS_A_ROW = 4;

/** A cell: a number is tries carried over from the manifest before, which are written twice. */
type Cell = "try" | "success" | "wrong answer" | "release" | "torn" | number;

/** What the ledger says of one row. */
export interface Spent {
  tries: number;
  carried: number;
  accepted: boolean;
  releases: number;
  wrongAnswers: number;
}

export class LedgerModel extends Fused {
  /** Rows by code id, 0 the device. */
  cells: Record<number, Cell[]> = {};
  tornBehind = 0;

  protected cell(row: number, kind: Cell): void {
    const cells = (this.cells[row] ??= []);
    const tear = (): void => void (cells.length < CELLS_A_ROW ? cells.push("torn") : this.tornBehind++);
    this.write(() => void cells.push(kind), tear);
  }

  /** A torn cell counts as a try and as a wrong answer; one behind the rows does so for every row that is full. */
  spent(row: number): Spent {
    const cells = this.cells[row] ?? [];
    const count = (kind: Cell, from = 0): number =>
      cells.slice(from).filter((cell) => cell === kind || cell === "torn").length;
    const elsewhere = cells.length >= CELLS_A_ROW ? this.tornBehind : 0;
    return {
      tries: count("try") + elsewhere,
      carried: Math.max(0, ...cells.filter((cell) => typeof cell === "number")),
      accepted: cells.includes("success"),
      releases: cells.filter((cell) => cell === "release").length,
      wrongAnswers: count("wrong answer", cells.lastIndexOf("release") + 1) + elsewhere,
    };
  }

  /** Rows of codes that anything was written of. */
  protected rows(): number[] {
    return Object.keys(this.cells)
      .map(Number)
      .filter((row) => row > 0 && this.cells[row]!.length > 0);
  }

  triesInAll(): number {
    return this.rows().reduce((sum, row) => sum + this.spent(row).tries, 0);
  }

  /** Tries on codes that were not accepted, and those carried over from the same day. */
  failures(): number {
    const device = this.spent(0);
    const open = this.rows().filter((row) => !this.spent(row).accepted);
    return open.reduce((sum, row) => sum + this.spent(row).tries, device.carried + device.tries);
  }
}
