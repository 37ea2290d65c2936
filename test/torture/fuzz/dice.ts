// Where a fuzz input's choices come from: seed and number of the input, or a list of choices that fast-check makes and
// shrinks. The same choices give the same input, on any machine.

/** Choices. 0 is always the plainest one, so that a shrunk list of choices makes a plain input. */
export abstract class Dice {
  /** A whole number 0 ≤ n < `limit`. */
  abstract below(limit: number): number;

  oneIn(n: number): boolean {
    return this.below(n) === n - 1;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A number 0…max, at the edges more often than between them. */
  odd(max: number): number {
    switch (this.below(8)) {
      case 0:
        return 0;
      case 1:
        return max;
      case 2:
        return 1;
      case 3:
        return max - this.below(4);
      case 4:
        return Math.floor(max / 2) + this.below(3);
      case 5:
        return Math.min(max, this.below(16));
      case 6:
        return Math.min(max, 2 ** this.below(32));
      default:
        return this.below(max + 1);
    }
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}

/** Text as a number, to keep the choices of two sweeps apart. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Choices from three numbers: sfc32, a small fast generator by Chris Doty-Humphrey (public domain, PractRand). */
export class SeededDice extends Dice {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** Starts again, for one input. */
  reset(seed: number, sweep: number, input: number): void {
    this.a = seed | 0;
    this.b = sweep | 0;
    this.c = input | 0;
    this.counter = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  private next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }
}

/** Choices from a list; 0 when it is used up. */
export class ListedDice extends Dice {
  private readonly choices: readonly number[];
  private at = 0;

  constructor(choices: readonly number[]) {
    super();
    this.choices = choices;
  }

  below(limit: number): number {
    return (this.choices[this.at++] ?? 0) % limit;
  }
}
