// Randomness from hardware or the operating system; never a seeded generator.

export interface Entropy {
  /** `length` bytes, 1…64. */
  random(length: number): Uint8Array;
}
