// Release by telephone, SPEC.md §8; its vectors run in code-digest.test.ts.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { type Lock, RELEASE_DIGITS, releaseAnswer, releaseChallenge } from "../../src/shared/crypto/release.ts";
import { holds, u32 } from "../support/properties.ts";

const KEY = new Uint8Array(32).fill(9);
const LOCK: Lock = { journalEpoch: 5, code: 501, index: 0 };

describe("release", () => {
  it("challenge and answer are eight digits, leading zeros kept", () => {
    holds(
      fc.property(u32, u32, fc.constantFrom(0, 1), (journalEpoch, code, index) => {
        const lock = { journalEpoch, code, index };
        assert.match(releaseChallenge(nobleHash, KEY, lock), new RegExp(`^[0-9]{${RELEASE_DIGITS}}$`));
        assert.match(releaseAnswer(nobleHash, KEY, lock), new RegExp(`^[0-9]{${RELEASE_DIGITS}}$`));
      }),
    );
  });

  it("each part of the lock, the key and the purpose change the digits", () => {
    const others: [Uint8Array, Lock][] = [
      [KEY, { ...LOCK, journalEpoch: 6 }],
      [KEY, { ...LOCK, code: 502 }],
      [KEY, { ...LOCK, code: 0 }],
      [KEY, { ...LOCK, index: 1 }],
      [new Uint8Array(32), LOCK],
    ];
    const answers = [[KEY, LOCK] as const, ...others].map(([key, lock]) => releaseAnswer(nobleHash, key, lock));
    const challenges = [[KEY, LOCK] as const, ...others].map(([key, lock]) => releaseChallenge(nobleHash, key, lock));
    assert.equal(new Set([...answers, ...challenges]).size, 12);
  });
});
