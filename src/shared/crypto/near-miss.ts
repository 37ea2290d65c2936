// The near-miss rule, SPEC.md §2: no honest slip of the finger shares the code's tag. Used at the depot only, when
// a code is issued; the handheld never needs it.
import { codeDigest, tagOf } from "./code-digest.ts";
import type { Hash } from "./hash.ts";

/** Every code one wrong digit (54) or one swap of unequal neighbours (at most 5) away. */
export function nearMisses(digits: string): string[] {
  const misses: string[] = [];
  for (let i = 0; i < digits.length; i++) {
    for (let digit = 0; digit < 10; digit++) {
      const other = String(digit);
      if (other !== digits[i]) misses.push(digits.slice(0, i) + other + digits.slice(i + 1));
    }
    const next = digits[i + 1];
    if (next !== undefined && next !== digits[i]) {
      misses.push(digits.slice(0, i) + next + digits[i] + digits.slice(i + 2));
    }
  }
  return misses;
}

/** Whether some near miss of `digits` has the same tag under this salt: then the salt must be drawn again. */
export function hasNearMissCollision(hash: Hash, salt: Uint8Array, digits: string, bits: number): boolean {
  const tag = tagOf(codeDigest(hash, salt, digits), bits);
  return nearMisses(digits).some((miss) => tagOf(codeDigest(hash, salt, miss), bits) === tag);
}
