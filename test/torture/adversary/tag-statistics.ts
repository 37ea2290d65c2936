// Digits picked at random pass a tag of k bits as often as 2^-k says, for the widths that a depot may be set to and the
// documents quote. One digest gives the tags of all three widths.
import { setImmediate as breathe } from "node:timers/promises";
import { Random } from "../random.ts";
import type { Sweep } from "../sweep.ts";
import { seededEntropy } from "./books.ts";
import { CODES, FastDigest } from "./fast-digest.ts";
import { reportRate } from "./rates.ts";

const NAME = "tag-statistics";
/** Guesses of the long run: 20 million at least for each width. */
const GUESSES = 24_000_000;
const GUESSES_A_CODE = 12;
const WIDTHS = [10, 11, 12] as const;
const BREATH = 2_000;

/** What the width of a tag promises, measured. */
export const tagStatistics: Sweep = {
  name: NAME,
  title: "random salt, code and guess: a tag of k bits lets one guess in 2^k pass, k = 10, 11, 12",
  async run(torture) {
    const codes = Math.ceil((GUESSES * torture.share) / GUESSES_A_CODE);
    torture.planned(codes * GUESSES_A_CODE);
    const random = new Random(torture.seed);
    const { bytes } = seededEntropy(random);
    const digest = new FastDigest();
    const hits = WIDTHS.map(() => 0);
    for (let n = 0; n < codes; n++) {
      digest.setSalt(bytes(16));
      const code = random.below(CODES);
      const own = digest.first24(code);
      for (let guess = 0; guess < GUESSES_A_CODE; guess++) {
        // Any other code: the right digits are no false acceptance.
        const other = (code + 1 + random.below(CODES - 1)) % CODES;
        const difference = own ^ digest.first24(other);
        WIDTHS.forEach((bits, at) => (hits[at]! += difference >>> (24 - bits) === 0 ? 1 : 0));
      }
      torture.tried(GUESSES_A_CODE);
      if (n % BREATH === 0) await breathe();
    }
    WIDTHS.forEach((bits, at) => {
      const rate = { hits: hits[at]!, tries: codes * GUESSES_A_CODE, chance: 2 ** -bits };
      reportRate(torture, NAME, `false acceptances, k = ${bits}`, rate);
    });
  },
};
