// Watches each look at digits and answers in a model run: it was counted in flash before, and none is one too many.
import { strict as assert } from "node:assert";
import type { Spent } from "./ledger-model.ts";

export class LookWatch {
  /** How often digits were compared with each code, by its id. */
  private readonly looked = new Map<number, number>();
  /** Tries counted on each code at the last look, and (0) wrong answers on all locks together. */
  private readonly counted = new Map<number, number>();
  private readonly allowed: (code: number) => number;

  /** @param allowed tries of a code, those of its releases included */
  constructor(allowed: (code: number) => number) {
    this.allowed = allowed;
  }

  /** What is counted between two steps: the next look must find more. */
  note(spent: ReadonlyMap<number, Spent> | undefined): void {
    this.counted.clear();
    for (const [code, { tries }] of spent ?? []) if (code !== 0) this.counted.set(code, tries);
    this.counted.set(0, wrongAnswers(spent));
  }

  /**
   * Digits are about to be compared with a code, or an answer (undefined) is worked out.
   * @param spent what the flash says at this moment
   */
  looks(code: number | undefined, spent: ReadonlyMap<number, Spent>): void {
    const now = code === undefined ? wrongAnswers(spent) : (spent.get(code)?.tries ?? 0);
    const what = code === undefined ? "an answer" : `code ${code}`;
    assert.ok(now > (this.counted.get(code ?? 0) ?? 0), `${what} is looked at before it is counted`);
    this.counted.set(code ?? 0, now);
    if (code === undefined) return;
    const looks = 1 + (this.looked.get(code) ?? 0);
    this.looked.set(code, looks);
    assert.ok(looks <= this.allowed(code), `${what} is compared once more than the ${this.allowed(code)} tries it has`);
  }
}

function wrongAnswers(spent: ReadonlyMap<number, Spent> | undefined): number {
  return [...(spent?.values() ?? [])].reduce((sum, row) => sum + row.wrongAnswers, 0);
}
