// HKDF-SHA-256, the SHA-256 test cases of RFC 5869, over @noble/hashes.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hkdfExpand } from "../../src/shared/crypto/hmac.ts";
import { cryptoCases } from "../cases/crypto-suite.ts";
import { RFC_5869 } from "../cases/crypto.cases.ts";

cryptoCases("HKDF-SHA-256, the SHA-256 test cases of RFC 5869", RFC_5869);

describe("HKDF's length", () => {
  const key = new Uint8Array(32);
  const expand = (length: number): Uint8Array => hkdfExpand(nobleHash, key, key, length);

  it("is 1 to 255 blocks; anything else is the caller's mistake", () => {
    for (const length of [0, -1, 8161, NaN]) assert.throws(() => expand(length), RangeError, String(length));
    assert.equal(expand(8160).length, 8160);
  });

  it("cuts, and changes nothing else", () => {
    const longest = expand(100);
    for (const length of [1, 31, 32, 33, 64, 65]) assert.deepEqual(expand(length), longest.slice(0, length));
  });
});
