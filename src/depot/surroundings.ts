// What the depot is handed from outside: clock and entropy. Nothing else in src/depot asks the machine for either, so
// tests and the demo can set the day and replay a draw.
import { randomBytes, randomInt } from "node:crypto";

/** Where "now" comes from. */
export interface Clock {
  /** UTC seconds, whole. */
  now_s(): number;
}

/** Where chance comes from; must be a cryptographic source outside tests. */
export interface Entropy {
  /** `count` uniform bytes. */
  bytes(count: number): Uint8Array;
  /** A uniform whole number 0 ≤ n < `limit`, limit ≤ 2⁴⁸−1. */
  below(limit: number): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now_s: () => Math.floor(Date.now() / 1000) };

/** The machine's cryptographic generator; `randomInt` rejects instead of taking a remainder, so it is unbiased. */
export const systemEntropy: Entropy = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  below: (limit) => randomInt(limit),
};
