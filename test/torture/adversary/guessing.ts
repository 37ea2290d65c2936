// Guessing couriers against what the documents promise: the device limit lets one day in 140 pass, without it one in three
// would; two guesses on every parcel before asking for its code passes on 6.8 % of days. By the bare rule over hundreds of
// thousands of days with real digests, and by the real firmware over as many as it can do.
import { setImmediate as breathe } from "node:timers/promises";
import { Random } from "../random.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { seededEntropy } from "./books.ts";
import { CODES, FastDigest } from "./fast-digest.ts";
import {
  type GuessedDay,
  guessOverRound,
  guessThenAsk,
  type LoadedRound,
  loadedRound,
  TRIES_A_DEVICE,
} from "./guessed-days.ts";
import { anyOf, onlyTry, reportRate } from "./rates.ts";

const BITS = 11;
/** Codes that a tag lets pass, of a code that keeps the near-miss rule: DESIGN.md §3.1. */
const PASSING = 1 + (CODES - 1 - 58.5) / 2 ** BITS;
/** Chance that one guess passes. */
const CHANCE = PASSING / CODES;
const BREATH = 50;

/** What is guessed by the bare rule: on how many codes, how often each, and how many times in the long run. */
const BARE: readonly { name: string; times: number; codes: number; guesses: number }[] = [
  { name: "impostors who pass in 3 tries", times: 600_000, codes: 1, guesses: 3 },
  { name: "impostors who pass in 9 tries, two releases", times: 200_000, codes: 1, guesses: 9 },
  { name: "days that pass within the device limit", times: 300_000, codes: 5, guesses: 3 },
  { name: "days that pass with both releases of the device", times: 60_000, codes: 15, guesses: 3 },
  { name: "days that would pass without the device limit", times: 12_000, codes: 300, guesses: 3 },
];
/** Device-days of the long run on the real firmware. */
const FIRMWARE_DAYS = 4_000;
const PARCELS = 300;
const ASKING_DAYS = 60_000;
const ASKING_FIRMWARE_DAYS = 400;
const ASKED_PARCELS = 72;

/** Guesses on codes with salts of their own, by digests alone. */
class BareGuesser {
  private readonly digest = new FastDigest();
  private readonly random: Random;
  private readonly bytes: (count: number) => Uint8Array;

  constructor(random: Random) {
    this.random = random;
    this.bytes = seededEntropy(random).bytes;
  }

  /** How many of `guesses` different guesses on each of `codes` codes pass the tag, and how many are the code. */
  day(codes: number, guesses: number): GuessedDay {
    const day = { guesses: codes * guesses, passed: 0, exact: 0 };
    for (let n = 0; n < codes; n++) {
      this.digest.setSalt(this.bytes(16));
      const code = this.random.below(CODES);
      const tag = this.digest.tag(code, BITS);
      const first = this.random.below(CODES);
      for (let guess = 0; guess < guesses; guess++) {
        const digits = (first + guess * 333_337) % CODES;
        if (digits === code) day.exact++;
        if (this.digest.tag(digits, BITS) === tag) day.passed++;
      }
    }
    return day;
  }
}

/** Plays days and gives back on how many something passed, and on how many something exact did. */
async function play(
  torture: Torture,
  sweep: string,
  name: string,
  days: number,
  day: (random: Random, n: number) => GuessedDay,
): Promise<{ passed: number; exact: number }> {
  const count = { passed: 0, exact: 0 };
  for (let n = 0; n < days; n++) {
    const id = pointId(sweep, `${name}#${n}`);
    const only = onlyTry(torture);
    if (only !== undefined && only !== id) continue;
    try {
      const { passed, exact } = day(new Random(torture.seed * 31 + n), n);
      if (passed > 0) count.passed++;
      if (exact > 0) count.exact++;
    } catch (error) {
      torture.violated(id, error);
    }
    torture.tried();
    if (n % BREATH === 0) await breathe();
  }
  return count;
}

function timesOf(torture: Torture, times: number): number {
  return Math.ceil(times * torture.share);
}

function report(
  torture: Torture,
  sweep: string,
  name: string,
  hits: number,
  tries: number,
  guesses: number,
  chance = CHANCE,
): void {
  if (onlyTry(torture) === undefined) reportRate(torture, sweep, name, { hits, tries, chance: anyOf(chance, guesses) });
}

/** Guesses at doors and over a round of 300 protected parcels. */
export const deviceLimit: Sweep = {
  name: "device-limit",
  title: "guessing over 300 parcels: 15 tries a device and day, 0.73 % of days pass; 36 % would without the limit",
  async run(torture) {
    const real = timesOf(torture, FIRMWARE_DAYS);
    torture.planned(real + BARE.reduce((sum, { times }) => sum + timesOf(torture, times), 0));
    const bare = new BareGuesser(new Random(torture.seed));
    for (const { name, times, codes, guesses } of BARE) {
      const tries = timesOf(torture, times);
      const { passed } = await play(torture, this.name, name, tries, () => bare.day(codes, guesses));
      report(torture, this.name, name, passed, tries, codes * guesses);
    }
    const round = await loadedRound(new Random(torture.seed), PARCELS);
    const done = await play(torture, this.name, "firmware", real, (random) => guessOverRound(round, random));
    const name = "days that pass within the device limit, real firmware";
    report(torture, this.name, name, done.passed, real, TRIES_A_DEVICE);
  },
};

/** Days of a courier who guesses twice on every parcel and then asks. */
export const twoGuesses: Sweep = {
  name: "two-guesses",
  title: "two guesses on each of 72 codes, then the code is asked for: 6.8 % of days pass, no lock ever falls",
  async run(torture) {
    const days = timesOf(torture, ASKING_DAYS);
    const real = timesOf(torture, ASKING_FIRMWARE_DAYS);
    torture.planned(days + real);
    const bare = new BareGuesser(new Random(torture.seed ^ 0x32));
    const counted = await play(torture, this.name, "bare", days, () => bare.day(ASKED_PARCELS, 2));
    const round: LoadedRound = await loadedRound(new Random(torture.seed), ASKED_PARCELS);
    const done = await play(torture, this.name, "firmware", real, (random) => guessThenAsk(round, random));
    const name = "days with a pass, two guesses on each of 72 parcels";
    report(torture, this.name, name, counted.passed, days, ASKED_PARCELS * 2);
    report(torture, this.name, `${name}, real firmware`, done.passed, real, ASKED_PARCELS * 2);
    report(torture, this.name, `${name}, exact`, counted.exact, days, ASKED_PARCELS * 2, 1 / CODES);
  },
};
