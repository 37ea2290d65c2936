// A share of the codes whose near misses are all tried, and what the sweep says when the rule is left out.
import assert from "node:assert/strict";
import { drawCode } from "../../../src/depot/codes/draw-code.ts";
import { nobleHash } from "../../../src/depot/noble-hash.ts";
import { codeDigest, tagOf } from "../../../src/shared/crypto/code-digest.ts";
import { Random } from "../random.ts";
import { shareOf, testSeed } from "../run-share.ts";
import { seededEntropy } from "./books.ts";
import { digitsOf, FastDigest } from "./fast-digest.ts";
import { nearMisses, passing } from "./near-misses.ts";

describe("near misses of codes that the depot issues", () => {
  shareOf(nearMisses, 0.02);

  it("would be found where the rule is left out: 2.8 % of random salts have one", () => {
    const entropy = seededEntropy(new Random(testSeed()));
    const digest = new FastDigest();
    let found = 0;
    for (let n = 0; n < 1_000; n++) {
      const digits = digitsOf(entropy.below(1_000_000));
      const salt = entropy.bytes(16);
      const tag = tagOf(codeDigest(nobleHash, salt, digits), 11);
      if (passing(digest, { digits, salt, tag, tagBits: 11 }).length > 0) found++;
    }
    assert.ok(found > 8 && found < 60, `${found} of 1000`);
  });

  it("are looked for under the tag that was issued: another tag is no pass, it is a mistake", () => {
    const drawn = drawCode(nobleHash, seededEntropy(new Random(testSeed())), 11);
    assert.deepEqual(passing(new FastDigest(), drawn), []);
    assert.deepEqual(passing(new FastDigest(), { ...drawn, tag: drawn.tag ^ 1 }), [Number(drawn.digits)]);
  });
});
