// Release without a network, SPEC.md §8: the handheld shows a challenge, the depot answers it over the phone.
// Both are derived with the release key; neither contains anything of a delivery code.
import { latin1Bytes, readU32, writeU32, zeros } from "../wire/bytes.ts";
import type { Hash } from "./hash.ts";
import { hmac } from "./hmac.ts";

/** What is locked: a code, or (code 0) the whole device, in one journal epoch, for the n-th time. */
export interface Lock {
  /** Journal epoch of the active manifest. */
  journalEpoch: number;
  /** Code id; 0 means the device itself. */
  code: number;
  /** Releases this lock has already had, 0 or 1. */
  index: number;
}

/** Digits of challenges and answers. */
export const RELEASE_DIGITS = 8;

function releaseDigits(hash: Hash, releaseKey: Uint8Array, purpose: string, lock: Lock): string {
  const fields = zeros(12);
  writeU32(fields, 0, lock.journalEpoch);
  writeU32(fields, 4, lock.code);
  writeU32(fields, 8, lock.index);
  const digest = hmac(hash, releaseKey, [latin1Bytes(purpose), fields]);
  const number = readU32(digest, 0) % 100000000;
  return ("0000000" + number).slice(-RELEASE_DIGITS);
}

/** The eight digits the handheld shows for a lock. */
export function releaseChallenge(hash: Hash, releaseKey: Uint8Array, lock: Lock): string {
  return releaseDigits(hash, releaseKey, "challenge", lock);
}

/** The eight digits that open it, once. */
export function releaseAnswer(hash: Hash, releaseKey: Uint8Array, lock: Lock): string {
  return releaseDigits(hash, releaseKey, "answer", lock);
}
