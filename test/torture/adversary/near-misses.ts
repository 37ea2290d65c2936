// No slip of the finger passes: of every code that the depot issues, each code one wrong digit or one swap of neighbours
// away has another tag. Tried exhaustively for many codes, from the depot's own issuing code, and of whole sealed rounds.
import { setImmediate as breathe } from "node:timers/promises";
import { drawCode, type DrawnCode } from "../../../src/depot/codes/draw-code.ts";
import { nobleHash } from "../../../src/depot/noble-hash.ts";
import type { Entropy } from "../../../src/depot/surroundings.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { Books, seededEntropy } from "./books.ts";
import { dumpedCodes } from "./dumped-codes.ts";
import { FastDigest } from "./fast-digest.ts";
import { onlyTry, reportMean } from "./rates.ts";

const NAME = "near-misses";
/** Codes of the long run for each width, and the widths: the least, the default and the greatest a depot may be set to. */
const CODES_A_WIDTH = 12_000;
const WIDTHS = [8, 11, 16] as const;
const DEFAULT_BITS = 11;
const PARCELS = 512;
const DEVICE = 7;
/** 54 substitutions; 5 swaps, of which a tenth is of equal digits and no near miss. */
const NEAR_MISSES = 58.5;

/** Near misses of a code by its digits' places, written from SPEC.md §2.2 and not from the product. */
export function missesOf(code: number): number[] {
  const digits = Array.from({ length: 6 }, (_, place) => Math.floor(code / 10 ** place) % 10);
  const misses: number[] = [];
  digits.forEach((digit, place) => {
    for (let other = 0; other < 10; other++) if (other !== digit) misses.push(code + (other - digit) * 10 ** place);
    const next = digits[place + 1];
    if (next !== undefined && next !== digit) misses.push(code + (next - digit) * (10 ** place - 10 ** (place + 1)));
  });
  return misses;
}

/** The near misses that would pass a code's tag. */
export function passing(digest: FastDigest, drawn: DrawnCode): number[] {
  const { digits, salt, tag, tagBits } = drawn;
  digest.setSalt(salt);
  if (digest.tag(Number(digits), tagBits) !== tag) return [Number(digits)];
  return missesOf(Number(digits)).filter((miss) => digest.tag(miss, tagBits) === tag);
}

class CountingEntropy implements Entropy {
  salts = 0;
  private readonly inner: Entropy;

  constructor(inner: Entropy) {
    this.inner = inner;
  }

  bytes(count: number): Uint8Array {
    this.salts++;
    return this.inner.bytes(count);
  }

  below(limit: number): number {
    return this.inner.below(limit);
  }
}

/** Draws codes of one width as the depot does. */
function drawMany(torture: Torture, bits: number, count: number): void {
  const digest = new FastDigest();
  let [salts, sumOfSquares] = [0, 0];
  for (let n = 0; n < count; n++) {
    const id = pointId(NAME, `${bits}#${n}`);
    if (onlyTry(torture) !== undefined && torture.only !== id) continue;
    const entropy = new CountingEntropy(seededEntropy(new Random(torture.seed + bits * 1_000_003 + n)));
    const misses = passing(digest, drawCode(nobleHash, entropy, bits));
    salts += entropy.salts;
    sumOfSquares += entropy.salts ** 2;
    if (misses.length > 0) torture.violated(id, new Error(`${misses.length} near misses pass`));
    torture.tried();
  }
  const expected = (1 - 2 ** -bits) ** -NEAR_MISSES;
  const mean = { sum: salts, sumOfSquares, values: count, expected };
  if (bits === DEFAULT_BITS && onlyTry(torture) === undefined) reportMean(torture, NAME, "salts drawn a code", mean);
}

/** A whole round through import, seal and the buyer's view. */
async function sealedRound(torture: Torture): Promise<void> {
  const books = await Books.open(new Random(torture.seed));
  const trackings = Array.from({ length: PARCELS }, (_, n) => `TBA${100_000_000_000 + n * 7919}`);
  await books.importRound(trackings);
  await books.addDevice(DEVICE);
  const { bytes } = await books.depot.manifestFor(DEVICE, DAY);
  const digest = new FastDigest();
  for (const { tracking, salt, tag, tagBits } of dumpedCodes(bytes)) {
    const digits = await books.codeOf(tracking);
    const misses = passing(digest, { digits, salt, tag, tagBits });
    if (misses.length > 0) torture.violated(pointId(NAME, tracking), new Error(`${misses.length} near misses pass`));
    torture.tried();
  }
  await books.close();
}

/** Every near miss of every code. */
export const nearMisses: Sweep = {
  name: NAME,
  title: "every near miss of every code that the depot issues is refused by the code's tag",
  async run(torture) {
    const count = Math.ceil(CODES_A_WIDTH * torture.share);
    torture.planned(count * WIDTHS.length + PARCELS);
    for (const bits of WIDTHS) {
      drawMany(torture, bits, count);
      await breathe();
    }
    await sealedRound(torture);
  },
};
