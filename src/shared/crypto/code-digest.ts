// The one digest of a delivery code, SPEC.md §2: its first bits are the tag in the manifest, 128 further bits are
// the proof in the journal. One SHA-256 block. The digits are never kept: callers drop the digest at once.
import { copyBytes, latin1Bytes, sameBytes, zeros } from "../wire/bytes.ts";
import type { Hash } from "./hash.ts";

/** Digits of a delivery code. */
export const CODE_DIGITS = 6;
/** Bytes of a code's salt. */
export const SALT_BYTES = 16;
/** Bytes of an acceptance proof (128 bits). */
export const PROOF_BYTES = 16;
/** Tag bits of a new code: what an impostor and a thief of the flash each gain, DESIGN.md §3.1. */
export const DEFAULT_TAG_BITS = 11;
/** The tag's field has 24 bits. */
export const MAX_TAG_BITS = 24;

const PROOF_OFFSET = 16;

/**
 * D = SHA-256("parola.1" ‖ salt ‖ digits): 32 bytes.
 * @param salt 16 bytes, drawn once for the code's whole life
 * @param digits six characters 0…9
 */
export function codeDigest(hash: Hash, salt: Uint8Array, digits: string): Uint8Array {
  const block = zeros(8 + SALT_BYTES + CODE_DIGITS);
  block.set(latin1Bytes("parola.1"), 0);
  block.set(salt, 8);
  block.set(latin1Bytes(digits), 8 + SALT_BYTES);
  return hash.sha256(block);
}

/** The first `bits` (1…24) of a digest as a number; −1, which equals no tag, for any other number of bits. */
export function tagOf(digest: Uint8Array, bits: number): number {
  if (!(bits >= 1 && bits <= MAX_TAG_BITS)) return -1; // a tag of no bits would let every code pass
  return ((digest[0] << 16) | (digest[1] << 8) | digest[2]) >>> (24 - bits);
}

/** Bits 128…255 of a digest: disjoint from every tag. */
export function proofOf(digest: Uint8Array): Uint8Array {
  return copyBytes(digest, PROOF_OFFSET, PROOF_BYTES);
}

/** Whether `proof` belongs to these digits: the depot's exact check at settlement. */
export function proofMatches(hash: Hash, salt: Uint8Array, digits: string, proof: Uint8Array): boolean {
  return sameBytes(proofOf(codeDigest(hash, salt, digits)), proof);
}
