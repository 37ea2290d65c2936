// The ledger under random operations, restarts and power cuts, against a small model. A try is never given back.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCellFile } from "../../../firmware/app/cells/cell-file.ts";
import { Ledger, LEDGER_SHAPE, ledgerRows } from "../../../firmware/app/ledger/ledger.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { holds } from "../../support/properties.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const CODES = 3;
const EPOCH = 5;
type Kind = "try" | "success" | "wrong answer" | "release" | "restart";

interface Operation {
  kind: Kind;
  row: number;
  /** Bytes programmed before the power fails; undefined: it lasts. */
  cut: number | undefined;
}

/** One row as it should be. `torn` cells lie in the row, `lost` in the overflow. */
interface Row {
  cells: (Kind | "torn")[];
}

class Model {
  readonly rows: Row[] = Array.from({ length: CODES }, () => ({ cells: [] }));
  tornInOverflow = 0;
  private used = 0;

  add(row: number, kind: Kind, cut: number | undefined): void {
    if (cut === 0) return;
    const { cells } = this.rows[row]!;
    const overflows = this.inRow(row) >= LEDGER_SHAPE.cellsPerRow;
    if (overflows) this.used++;
    else this.places[row]!++;
    if (cut === undefined || cut === 8) cells.push(kind);
    else if (overflows) this.tornInOverflow++;
    else cells.push("torn");
  }

  spent(row: number): { tries: number; wrongAnswers: number; releases: number; accepted: boolean } {
    const { cells } = this.rows[row]!;
    const releases = cells.filter((cell) => cell === "release").length;
    const elsewhere = this.inRow(row) >= LEDGER_SHAPE.cellsPerRow ? this.tornInOverflow : 0;
    const since = cells.slice(cells.lastIndexOf("release") + 1);
    return {
      tries: cells.filter((cell) => cell === "try" || cell === "torn").length + elsewhere,
      wrongAnswers: since.filter((cell) => cell === "wrong answer" || cell === "torn").length + elsewhere,
      releases,
      accepted: cells.includes("success"),
    };
  }

  get failures(): number {
    const rows = this.rows.map((_, row) => this.spent(row));
    return rows.reduce((sum, { accepted, tries }) => sum + (accepted ? 0 : tries), 0);
  }

  get tries(): number {
    return this.rows.reduce((sum, _, row) => sum + this.spent(row).tries, 0);
  }

  private readonly places = new Array<number>(CODES).fill(0);

  private inRow(row: number): number {
    return this.places[row]!;
  }
}

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom<Kind>("try", "try", "success", "wrong answer", "release", "restart"),
  row: fc.nat({ max: CODES - 1 }),
  cut: fc.option(fc.nat({ max: 8 }), { nil: undefined, freq: 4 }),
});

describe("ledger against a model", () => {
  it("counts what the model counts, live and after every restart", () => {
    holds(fc.property(fc.array(operation, { maxLength: 40 }), check), 150);
  });
});

function check(operations: Operation[]): void {
  const image = new Uint8Array(4096).fill(0xff);
  createCellFile(new UnitBoard(image).board.flash, nodeHash, "led", LEDGER_SHAPE, ledgerRows(CODES, 0), EPOCH);
  const model = new Model();
  let unit = new UnitBoard(image);
  let ledger = open(unit);
  for (const { kind, row, cut } of operations) {
    // Nothing is tried on a code that was accepted.
    if (kind === "restart" || model.spent(row).accepted) {
      ledger = open((unit = new UnitBoard(image)));
    } else {
      if (cut !== undefined) unit.host.cut = { write: unit.host.writes.length + 1, bytes: cut };
      const died = untilPowerCut(() => apply(ledger, kind, row));
      model.add(row, kind, cut);
      if (died || cut !== undefined) ledger = open((unit = new UnitBoard(image)));
    }
    compare(ledger, model);
  }
}

function open(unit: UnitBoard): Ledger {
  const ledger = new Ledger(unit.board.flash, nodeHash, "led", CODES, 0, EPOCH);
  assert.equal(ledger.open(), 0);
  return ledger;
}

function apply(ledger: Ledger, kind: Kind, row: number): void {
  if (kind === "try") ledger.countTry(row, 1);
  if (kind === "success") ledger.accept(row);
  if (kind === "wrong answer") ledger.countWrongAnswer(row);
  if (kind === "release") ledger.release(row, ledger.spent(row).releases);
}

function compare(ledger: Ledger, model: Model): void {
  for (let row = 0; row < CODES; row++) {
    const { tries, wrongAnswers, releases, accepted } = ledger.spent(row);
    assert.deepEqual({ tries, wrongAnswers, releases, accepted }, model.spent(row), `row ${row}`);
  }
  assert.equal(ledger.deviceFailures(), model.failures, "device failures");
  assert.equal(ledger.triesInAll(), model.tries, "tries in all");
}
