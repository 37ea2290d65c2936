// What a dump of the flash leaves: with salt and tag all 10^6 codes are tried, the near-miss rule drops some, and the rest
// cannot be told apart. How many are left, and how often a forger who picks one has the code, measured over whole salts.
import { setImmediate as breathe } from "node:timers/promises";
import { Random } from "../random.ts";
import type { Sweep, Torture } from "../sweep.ts";
import { seededEntropy } from "./books.ts";
import { CODES, FastDigest, nearMissFlags, tagsOfAll } from "./fast-digest.ts";
import { type Mean, reportMean, reportRate } from "./rates.ts";

const NAME = "dump-candidates";
/** Salts of the long run. */
const SALTS = 200;
const FORGERIES_A_SALT = 20_000;
const CODES_A_SALT = 500;
const BITS = 11;
const TAGS = 2 ** BITS;
/** Near misses of a code on average: 54 substitutions, 5 swaps of which 0.9 are of unequal digits. */
const NEAR_MISSES = 54 + 5 * 0.9;

/** Codes of one tag, those with a near miss among themselves apart. */
interface Classes {
  /** Of every tag: how many codes have it. */
  all: Uint32Array;
  /** Of every tag: the codes that a depot could have issued with it. */
  possible: number[][];
  /** All codes that could be issued under this salt. */
  issuable: number[];
}

/** Sorts all codes by their tag, and finds those that the near-miss rule refuses. */
export function classesOf(tags: Uint16Array): Classes {
  const all = new Uint32Array(TAGS);
  const possible = Array.from({ length: TAGS }, (): number[] => []);
  const issuable: number[] = [];
  const flags = nearMissFlags(tags);
  for (let code = 0; code < CODES; code++) {
    const tag = tags[code]!;
    all[tag]!++;
    if (flags[code] === 1) continue;
    possible[tag]!.push(code);
    issuable.push(code);
  }
  return { all, possible, issuable };
}

class Sums {
  sum = 0;
  sumOfSquares = 0;
  values = 0;

  add(value: number): void {
    this.sum += value;
    this.sumOfSquares += value * value;
    this.values++;
  }

  against(expected: number): Mean {
    return { sum: this.sum, sumOfSquares: this.sumOfSquares, values: this.values, expected };
  }
}

/** Candidates for a code, counting the code itself, before and after the near-miss rule is used against it. */
const EXPECTED_ALL = 1 + (CODES - 1 - NEAR_MISSES) / TAGS;
const NO_NEAR_MISS = (1 - 1 / TAGS) ** NEAR_MISSES;
const EXPECTED_POSSIBLE = 1 + (EXPECTED_ALL - 1) * NO_NEAR_MISS;

function report(torture: Torture, candidates: Sums, possible: Sums, draws: Sums, forged: [number, number]): void {
  reportMean(torture, NAME, "candidates after a dump", candidates.against(EXPECTED_ALL));
  reportMean(torture, NAME, "candidates after a dump, near-miss rule used", possible.against(EXPECTED_POSSIBLE));
  torture.figure("salts drawn a code, over whole salts", draws.sum / draws.values);
  const [unseen, tries] = forged;
  reportRate(torture, NAME, "forged acceptances unseen", {
    hits: unseen,
    tries,
    chance: TAGS / (CODES * NO_NEAR_MISS),
  });
}

/** A dump and what it is worth. */
export const dumpCandidates: Sweep = {
  name: NAME,
  title:
    "salts x 10^6 codes: 489 candidates behind a tag, 475 by the near-miss rule, and a forger is right once in 475",
  async run(torture) {
    const salts = Math.max(2, Math.round(SALTS * torture.share));
    torture.planned(salts * CODES);
    const random = new Random(torture.seed ^ 0x44554d50);
    const { bytes } = seededEntropy(random);
    const digest = new FastDigest();
    const candidates = new Sums();
    const possible = new Sums();
    const draws = new Sums();
    let unseen = 0;
    for (let n = 0; n < salts; n++) {
      const tags = tagsOfAll(digest, bytes(16), BITS);
      const classes = classesOf(tags);
      draws.add(CODES / classes.issuable.length);
      for (let turn = 0; turn < CODES_A_SALT; turn++) {
        const tag = tags[random.pick(classes.issuable)]!;
        candidates.add(classes.all[tag]!);
        possible.add(classes.possible[tag]!.length);
      }
      for (let turn = 0; turn < FORGERIES_A_SALT; turn++) {
        const code = random.pick(classes.issuable);
        if (random.pick(classes.possible[tags[code]!]!) === code) unseen++;
      }
      torture.tried(CODES);
      await breathe();
    }
    report(torture, candidates, possible, draws, [unseen, salts * FORGERIES_A_SALT]);
  },
};
