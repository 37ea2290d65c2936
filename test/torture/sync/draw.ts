// Every random choice of a simulated run, from one seed: the same seed draws the same run, for ever.
import { TEAR_SHAPES } from "../../../hal/sim/tear.ts";
import type { Cut } from "../../support/test-host.ts";
import { Random } from "../random.ts";

/** A write of the firmware's is at most so long, that of a manifest's piece left out. */
const WRITE_MAX = 64;

/** A stream of choices. */
export class Draw {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** A whole number 0 ≤ n < `limit`. */
  below(limit: number): number {
    return this.random.below(limit);
  }

  /** A whole number `least` ≤ n ≤ `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(10_000) < percent * 100;
  }

  /** @throws RangeError when the list is empty */
  pick<T>(list: readonly T[]): T {
    return this.random.pick(list);
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let left = this.below(names.reduce((sum, name) => sum + weights[name], 0));
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    throw new RangeError("weights: all of them are 0");
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  /** A power cut in one of the next `writes` flash writes, at any byte or in any shape. */
  cut(writes: number): Cut {
    const cut = { write: this.between(1, writes), bytes: this.between(0, WRITE_MAX) };
    return this.chance(50) ? cut : { ...cut, shape: this.pick(TEAR_SHAPES) };
  }

  /** A stream of its own, so that what one part draws does not change what another draws. */
  fork(): Draw {
    return new Draw(this.random.next());
  }
}
