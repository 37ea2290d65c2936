// Draws one delivery code, SPEC.md §2: uniform digits, and a salt drawn again until no near miss shares the tag.
// The digits go to the caller only; they are never logged and never part of an error.
import { CODE_DIGITS, codeDigest, SALT_BYTES, tagOf } from "../../shared/crypto/code-digest.ts";
import type { Hash } from "../../shared/crypto/hash.ts";
import { hasNearMissCollision } from "../../shared/crypto/near-miss.ts";
import type { Entropy } from "../surroundings.ts";

const CODES = 10 ** CODE_DIGITS;

/** A new code, before it belongs to a parcel. */
export interface DrawnCode {
  /** Six characters 0…9, leading zeros included. */
  digits: string;
  salt: Uint8Array;
  tag: number;
  tagBits: number;
}

/**
 * Draws digits and salt.
 * @param tagBits fixed for this code's whole life, DESIGN.md §3.1
 */
export function drawCode(hash: Hash, entropy: Entropy, tagBits: number): DrawnCode {
  const digits = String(entropy.below(CODES)).padStart(CODE_DIGITS, "0");
  let salt = entropy.bytes(SALT_BYTES);
  while (hasNearMissCollision(hash, salt, digits, tagBits)) salt = entropy.bytes(SALT_BYTES);
  return { digits: digits, salt: salt, tag: tagOf(codeDigest(hash, salt, digits), tagBits), tagBits: tagBits };
}
