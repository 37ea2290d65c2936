// Days of a courier who guesses, on the real firmware: one loaded round, a fresh handheld each day, its own door check and
// ledger, restarts in between. What the firmware must hold to is checked at every try.
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import type { Parcel } from "../../../firmware/app/manifest/manifest.ts";
import type { DayServices } from "../../../firmware/app/screens/screen.ts";
import { DAY } from "../../support/test-round.ts";
import type { Random } from "../random.ts";
import { Books } from "./books.ts";
import { CODES, digitsOf } from "./fast-digest.ts";
import type { Files } from "./file-flash.ts";
import { Handset } from "./handset.ts";

const DEVICE = 7;
const TRIES_A_CODE = 3;
/** Tries of the default policy on codes that are never accepted. */
export const TRIES_A_DEVICE = 15;

/** A round, loaded. */
export interface LoadedRound {
  files: Files;
  trackings: string[];
  /** The right digits, by tracking number. */
  codes: Map<string, string>;
}

/** Loads a round of protected parcels onto a handheld. */
export async function loadedRound(random: Random, parcels: number): Promise<LoadedRound> {
  const books = await Books.open(random);
  const trackings = Array.from({ length: parcels }, (_, n) => `TBA${100_000_000_000 + n * 7919}`);
  await books.importRound(trackings);
  const handset = new Handset();
  const keyFile = await books.addDevice(DEVICE);
  handset.flash.create("key", keyFile.length, keyFile);
  const keyed = handset.again();
  const fault = keyed.load((await books.depot.manifestFor(DEVICE, DAY)).bytes);
  if (fault !== 0) throw new Error(`the round does not load: F${fault}`);
  const codes = new Map<string, string>();
  for (const tracking of trackings) codes.set(tracking, await books.codeOf(tracking));
  await books.close();
  return { files: keyed.flash.snapshot(), trackings, codes };
}

/** What came of a day. */
export interface GuessedDay {
  /** Guesses that were looked at. */
  guesses: number;
  /** Guesses that passed the door. */
  passed: number;
  /** Of these, right digits. */
  exact: number;
}

/** A handheld in the guesser's hands: restarted at will, which must change nothing. */
class Guesser {
  readonly day: GuessedDay = { guesses: 0, passed: 0, exact: 0 };
  private handset: Handset;
  private readonly round: LoadedRound;
  private readonly random: Random;

  constructor(round: LoadedRound, random: Random) {
    this.round = round;
    this.random = random;
    this.handset = new Handset(round.files, { chance: random.next() });
  }

  services(): DayServices {
    return this.handset.open();
  }

  parcel(tracking: string): Parcel {
    const parcel = this.handset.parcel(tracking);
    if (parcel === undefined) throw new Error(`${tracking} is not on the round`);
    return parcel;
  }

  restart(): void {
    this.handset = this.handset.again();
  }

  /** Tries digits and keeps the count; the verdict. */
  guess(tracking: string, digits: string): VerdictKind {
    const { day, door } = this.services();
    const before = day.ledger.triesInAll();
    const { kind } = door.tryCode(this.parcel(tracking), digits);
    const taken = day.ledger.triesInAll() - before;
    const passed = kind === VerdictKind.Accepted;
    if (taken > 1 || (passed && taken !== 1)) throw new Error(`${taken} tries were counted for one guess`);
    this.day.guesses += taken;
    if (passed) this.day.passed++;
    if (passed && digits === this.round.codes.get(tracking)) this.day.exact++;
    return kind;
  }

  /** Some of all codes, none twice. */
  digits(count: number): string[] {
    const drawn = new Set<number>();
    while (drawn.size < count) drawn.add(this.random.below(CODES));
    return [...drawn].map(digitsOf);
  }
}

function shuffled<T>(random: Random, values: readonly T[]): T[] {
  const order = [...values];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/**
 * Three guesses on each parcel in turn, over the whole round, until one passes.
 * @throws Error when more guesses were looked at than the device's limit allows
 */
export function guessOverRound(round: LoadedRound, random: Random): GuessedDay {
  const guesser = new Guesser(round, random);
  for (const tracking of shuffled(random, round.trackings)) {
    for (const digits of guesser.digits(TRIES_A_CODE)) {
      if (guesser.guess(tracking, digits) === VerdictKind.Accepted) return guesser.day;
    }
    if (random.chance(1, 40)) guesser.restart();
  }
  const { guesses } = guesser.day;
  if (guesses !== TRIES_A_DEVICE) throw new Error(`${guesses} guesses were looked at, ${TRIES_A_DEVICE} are allowed`);
  return guesser.day;
}

/**
 * Two guesses on each parcel, then the buyer is asked for the code: the limit forgives, and no lock ever falls.
 * @throws Error when an honest third try is refused
 */
export function guessThenAsk(round: LoadedRound, random: Random): GuessedDay {
  const guesser = new Guesser(round, random);
  for (const tracking of shuffled(random, round.trackings)) {
    const [first, second] = guesser.digits(2);
    if (guesser.guess(tracking, first!) === VerdictKind.Accepted) continue;
    if (guesser.guess(tracking, second!) === VerdictKind.Accepted) continue;
    const { guesses, passed, exact } = guesser.day;
    const verdict = guesser.guess(tracking, round.codes.get(tracking)!);
    if (verdict !== VerdictKind.Accepted) throw new Error(`the buyer's code got verdict ${verdict}`);
    Object.assign(guesser.day, { guesses, passed, exact });
    if (random.chance(1, 40)) guesser.restart();
  }
  return guesser.day;
}
