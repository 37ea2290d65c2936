// Codes, tags, proofs: SPEC.md §2.1.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { codeDigest, MAX_TAG_BITS, proofMatches, proofOf, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { cryptoCases } from "../cases/crypto-suite.ts";
import { OWN_CASES } from "../cases/crypto.cases.ts";
import { bytesOf, holds } from "../support/properties.ts";

cryptoCases("keys, codes, releases: this project's vectors", OWN_CASES);

const digits = fc.integer({ min: 0, max: 999_999 }).map((n) => String(n).padStart(6, "0"));

describe("tag and proof", () => {
  it("tags are the first bits of the digest, whatever their number", () => {
    holds(
      fc.property(bytesOf(32), fc.integer({ min: 1, max: MAX_TAG_BITS }), (digest, bits) => {
        const first = BigInt(`0x${Buffer.from(digest).toString("hex")}`) >> BigInt(256 - bits);
        assert.equal(tagOf(digest, bits), Number(first));
      }),
    );
  });

  it("a tag of no bits, or of too many, equals no tag", () => {
    for (const bits of [0, -1, 25, 32, 255, NaN]) assert.equal(tagOf(new Uint8Array(32), bits), -1, `${bits} bits`);
  });

  it("a proof shares no byte with any tag", () => {
    const digest = new Uint8Array(32).fill(0xff, 0, 3);
    assert.deepEqual(proofOf(digest), new Uint8Array(16));
  });

  it("the depot takes the proof of these digits under this salt, and of no others", () => {
    holds(
      fc.property(bytesOf(16), digits, digits, bytesOf(16), (salt, right, other, otherSalt) => {
        const proof = proofOf(codeDigest(nobleHash, salt, right));
        assert.ok(proofMatches(nobleHash, salt, right, proof));
        assert.equal(proofMatches(nobleHash, salt, other, proof), other === right);
        assert.equal(proofMatches(nobleHash, otherSalt, right, proof), Buffer.from(salt).equals(otherSalt));
      }),
    );
  });

  it("every bit of a proof counts, and so does its length", () => {
    const salt = new Uint8Array(16);
    const proof = proofOf(codeDigest(nobleHash, salt, "123456"));
    for (let bit = 0; bit < 128; bit++) {
      const other = Uint8Array.from(proof);
      other[bit >> 3]! ^= 1 << (bit & 7);
      assert.ok(!proofMatches(nobleHash, salt, "123456", other), `bit ${bit}`);
    }
    assert.ok(!proofMatches(nobleHash, salt, "123456", proof.subarray(0, 15)));
    assert.ok(!proofMatches(nobleHash, salt, "123456", new Uint8Array(0)));
  });
});
