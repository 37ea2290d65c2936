// The near-miss rule, SPEC.md §2.2, and what DESIGN.md §3.1 says it costs.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { codeDigest, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { hasNearMissCollision, nearMisses } from "../../src/shared/crypto/near-miss.ts";
import { nodeHash } from "../support/node-hash.ts";
import { unhex } from "../support/hex.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  nearMisses: { digits: string; misses: string[] };
  refusedSalt: { digits: string; salt: string; bits: number; tag: number; miss: string };
}>("codes");

function saltNumber(n: number): Uint8Array {
  return nodeHash.sha256(Buffer.from(`near-miss salt ${n}`)).slice(0, 16);
}

describe("near misses", () => {
  it("are those that a search through all codes finds", () => {
    const { digits, misses } = stored.nearMisses;
    assert.deepEqual([...new Set(nearMisses(digits))].sort(), [...misses].sort());
    assert.equal(nearMisses(digits).length, misses.length, "none twice");
  });

  it("are 54 wrong digits and up to 5 swaps of unequal neighbours", () => {
    assert.equal(nearMisses("123456").length, 59);
    assert.equal(nearMisses("111111").length, 54);
    assert.equal(nearMisses("112233").length, 56);
    for (const digits of ["123456", "000000", "989898"]) {
      assert.ok(!nearMisses(digits).includes(digits));
      assert.ok(nearMisses(digits).every((miss) => /^[0-9]{6}$/.test(miss)));
    }
  });
});

describe("the near-miss rule", () => {
  it("refuses the salt of the vector", () => {
    const { digits, salt, bits, tag, miss } = stored.refusedSalt;
    assert.ok(hasNearMissCollision(nobleHash, unhex(salt), digits, bits));
    assert.equal(tagOf(codeDigest(nobleHash, unhex(salt), miss), bits), tag);
  });

  it("refuses exactly the salts under which a near miss has the tag", () => {
    for (let n = 0; n < 200; n++) {
      const salt = saltNumber(n);
      const tag = tagOf(codeDigest(nodeHash, salt, "271828"), 8);
      const expected = nearMisses("271828").some((miss) => tagOf(codeDigest(nodeHash, salt, miss), 8) === tag);
      assert.equal(hasNearMissCollision(nodeHash, salt, "271828", 8), expected, `salt ${n}`);
    }
  });

  it("costs 1.03 draws at 11 bits: 59 of 2048 salts are refused", () => {
    let refused = 0;
    for (let n = 0; n < 4000; n++) if (hasNearMissCollision(nodeHash, saltNumber(n), "314159", 11)) refused++;
    // 1 − (1 − 2⁻¹¹)⁵⁹ = 2.84 %: 114 of 4,000 expected, standard deviation 10.5; the salts are fixed.
    assert.ok(refused > 70 && refused < 160, `${refused} of 4000 salts refused`);
  });

  it("leaves 1 in 2048 of all other codes behind a tag, and no near miss", () => {
    const digits = "602214";
    let n = 0;
    while (hasNearMissCollision(nodeHash, saltNumber(n), digits, 11)) n++;
    const salt = saltNumber(n);
    const tag = tagOf(codeDigest(nodeHash, salt, digits), 11);
    const misses = new Set(nearMisses(digits));
    let candidates = 0;
    for (let code = 0; code < 200_000; code++) {
      const other = String(code).padStart(6, "0");
      if (tagOf(codeDigest(nodeHash, salt, other), 11) !== tag) continue;
      candidates++;
      assert.ok(!misses.has(other), other);
    }
    assert.ok(candidates > 60 && candidates < 140, `${candidates} of 200,000; 97.7 expected`);
  });
});
