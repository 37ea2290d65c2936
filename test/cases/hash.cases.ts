// One suite for every provider of SHA-256 and CRC-32 (hal/contract/hash.ts). Expected values by Node's own crypto.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hash } from "../../src/shared/crypto/hash.ts";
import { hex, hexOf, unhex } from "../support/hex.ts";
import { nodeHash } from "../support/node-hash.ts";
import { holds } from "../support/properties.ts";
import { FIPS_180_4 } from "./crypto.cases.ts";

/** Around the edges of a block of 64 bytes, where padding changes. */
const LENGTHS = [0, 1, 2, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 1000, 2048, 4096];

/** `length` bytes that are not all the same. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 0xff);
}

/**
 * Adds the suite for one provider.
 * @param name of the provider, for the report
 * @param hash the provider
 */
export function hashCases(name: string, hash: Hash): void {
  describe(`hash: ${name}`, () => {
    for (const { name: example, inputs, expected } of FIPS_180_4) {
      it(example, () => assert.equal(hex(hash.sha256(unhex(inputs[0]!))), expected));
    }

    it("SHA-256 is right on both sides of every padding edge", () => {
      for (const length of LENGTHS) {
        assert.equal(hex(hash.sha256(pattern(length))), hex(nodeHash.sha256(pattern(length))), `${length} bytes`);
      }
    });

    it("CRC-32 gives the check value of ISO 3309, and 0 for nothing", () => {
      assert.equal(hash.crc32(unhex(hexOf("123456789"))), 0xcbf43926);
      assert.equal(hash.crc32(new Uint8Array(0)), 0);
    });

    it("CRC-32 is an unsigned number", () => {
      const found = LENGTHS.map((length) => hash.crc32(pattern(length)));
      assert.deepEqual(
        found,
        LENGTHS.map((length) => nodeHash.crc32(pattern(length))),
      );
      assert.ok(found.some((crc) => crc > 0x7fffffff) && found.every((crc) => crc >= 0));
    });

    it("reads a view from where it begins to where it ends", () => {
      const whole = pattern(300);
      const view = whole.subarray(13, 113);
      assert.equal(hex(hash.sha256(view)), hex(nodeHash.sha256(whole.slice(13, 113))));
      assert.equal(hash.crc32(view), nodeHash.crc32(whole.slice(13, 113)));
    });

    it("leaves its input alone, and hands out a new array each time", () => {
      const input = pattern(100);
      const first = hash.sha256(input);
      const kept = hex(first);
      const second = hash.sha256(pattern(101));
      assert.equal(hex(input), hex(pattern(100)));
      assert.equal(hex(first), kept);
      assert.notEqual(first, second);
      assert.ok(first instanceof Uint8Array && first.length === 32);
    });

    it("equals Node's on random bytes", () => {
      holds(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          assert.equal(hex(hash.sha256(bytes)), hex(nodeHash.sha256(bytes)));
          assert.equal(hash.crc32(bytes), nodeHash.crc32(bytes));
        }),
      );
    });
  });
}
