// A share of the statistics of tags, and the fast digest they stand on against the product's own.
import assert from "node:assert/strict";
import { nobleHash } from "../../../src/depot/noble-hash.ts";
import { codeDigest, tagOf } from "../../../src/shared/crypto/code-digest.ts";
import { nearMisses } from "../../../src/shared/crypto/near-miss.ts";
import { Random } from "../random.ts";
import { runSweep, shareOf, testSeed } from "../run-share.ts";
import type { Sweep } from "../sweep.ts";
import { seededEntropy } from "./books.ts";
import { CODES, digitsOf, FastDigest, nearMissFlags } from "./fast-digest.ts";
import { missesOf } from "./near-misses.ts";
import { meanSigmasOff, reportRate, sigmasOff } from "./rates.ts";
import { tagStatistics } from "./tag-statistics.ts";

describe("statistics of tags", () => {
  shareOf(tagStatistics, 0.02);

  it("stand on a digest that is the product's, for any salt, code and width", () => {
    const random = new Random(testSeed());
    const { bytes } = seededEntropy(random);
    const digest = new FastDigest();
    for (let n = 0; n < 400; n++) {
      const salt = bytes(16);
      const code = n < 4 ? [0, 9, 999_999, 100_000][n]! : random.below(CODES);
      digest.setSalt(salt);
      for (let bits = 1; bits <= 24; bits++) {
        assert.equal(digest.tag(code, bits), tagOf(codeDigest(nobleHash, salt, digitsOf(code)), bits), `${code}`);
      }
    }
  });

  it("stand on near misses that are the product's, one by one and over all codes", () => {
    const random = new Random(testSeed());
    const tags = Uint16Array.from({ length: CODES }, () => random.below(2048));
    const flags = nearMissFlags(tags);
    for (let n = 0; n < 3_000; n++) {
      const code = random.below(CODES);
      const misses = nearMisses(digitsOf(code)).map(Number);
      assert.deepEqual(
        missesOf(code).sort((a, b) => a - b),
        misses.sort((a, b) => a - b),
        digitsOf(code),
      );
      assert.equal(flags[code], misses.some((miss) => tags[miss] === tags[code]) ? 1 : 0, digitsOf(code));
    }
  });

  it("call a rate off when it is, and only then", async () => {
    assert.ok(Math.abs(sigmasOff({ hits: 500, tries: 1_000, chance: 0.5 })) < 1e-9);
    assert.ok(sigmasOff({ hits: 560, tries: 1_000, chance: 0.5 }) > 3.7);
    assert.ok(meanSigmasOff({ sum: 1_100, sumOfSquares: 1_300, values: 1_000, expected: 1 }) > 3);
    const rates: Sweep = {
      name: "rates",
      title: "",
      run(torture) {
        reportRate(torture, "rates", "right", { hits: 489, tries: 1_000_000, chance: 2 ** -11 });
        reportRate(torture, "rates", "twice as often", { hits: 978, tries: 1_000_000, chance: 2 ** -11 });
        return Promise.resolve();
      },
    };
    const { violations, figures } = await runSweep(rates, { seed: 1, share: 1, only: undefined });
    assert.deepEqual(
      violations.map(({ id }) => id),
      ["rates/twice-as-often"],
    );
    assert.equal(figures.get("right"), 489e-6);
  });
});
