// A day that has seen everything, on one handheld and in the real depot's books: tries carried over a reload, an acceptance,
// locks, releases by phone and over the air, wrong release answers, a replaced and a voided code, a torn slot, some results
// synced and some not. Attacks on what lies in flash start from here.
import { dayFiles } from "../../../firmware/app/files.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { BODY_BYTES, JOURNAL_HEADER_BYTES, Reason, RECORD_BYTES } from "../../../src/shared/wire/journal.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { Books } from "./books.ts";
import { CODES, digitsOf, FastDigest } from "./fast-digest.ts";
import type { Files } from "./file-flash.ts";
import { Handset, type SyncTo } from "./handset.ts";

export const DEVICE = 7;

/** Parcels by what became of them. */
export const CARRIED = "TBA100000000001";
export const ACCEPTED = "TBA100000000002";
export const RELEASED = "TBA100000000003";
export const EXHAUSTED = "TBA100000000004";
export const REPLACED = "TBA100000000005";
export const VOIDED = "TBA100000000006";
export const FRESH = "TBA100000000007";
export const UNSENT = "TBA100000000008";
export const ONLINE = "TBA100000000009";
export const PLAIN = "TBA100000000010";
export const PLAINER = "TBA100000000011";
export const PROTECTED = [CARRIED, ACCEPTED, RELEASED, EXHAUSTED, REPLACED, VOIDED, FRESH, UNSENT, ONLINE];

/** Digits for the codes that count at the end of the day. */
export interface Digits {
  right: string;
  /** Refused by the tag. */
  wrong: string[];
}

/** The day at its end. */
export interface LivedDay {
  books: Books;
  files: Files;
  /** Of every protected parcel. */
  digits: ReadonlyMap<string, Digits>;
  /** Of the code of {@link REPLACED} that was replaced, and of {@link VOIDED}. */
  former: ReadonlyMap<string, Digits>;
  /** Digits before the time of day. */
  manifest: Uint8Array;
}

/** Right and wrong digits for the code that a handheld has for a parcel. */
function digitsFor(handset: Handset, tracking: string, right: string, random: Random): Digits {
  const { salt, tag, tagBits } = handset.code(tracking);
  const digest = new FastDigest();
  digest.setSalt(salt);
  const wrong: string[] = [];
  while (wrong.length < 6) {
    const guess = random.below(CODES);
    if (digest.tag(guess, tagBits) !== tag) wrong.push(digitsOf(guess));
  }
  return { right, wrong };
}

class Day {
  handset: Handset;
  readonly books: Books;
  readonly digits = new Map<string, Digits>();
  readonly former = new Map<string, Digits>();
  private readonly random: Random;
  private readonly to: SyncTo = (request) => this.books.depot.handleSync(request);

  constructor(books: Books, handset: Handset, random: Random) {
    this.books = books;
    this.handset = handset;
    this.random = random;
  }

  async learn(tracking: string): Promise<void> {
    this.digits.set(tracking, digitsFor(this.handset, tracking, await this.books.codeOf(tracking), this.random));
  }

  wrong(tracking: string, count: number): void {
    const { wrong } = this.digits.get(tracking)!;
    for (let n = 0; n < count; n++) this.handset.tryCode(tracking, wrong[n]!);
  }

  right(tracking: string): void {
    const title = this.handset.tryCode(tracking, this.digits.get(tracking)!.right);
    if (title !== "ACCEPTED") throw new Error(`${tracking}: ${title}`);
  }

  async sync(): Promise<void> {
    const fault = await this.handset.sync(this.to);
    if (fault !== 0) throw new Error(`the sync fails: F${fault}`);
  }

  /** Answers a lock's challenge, first wrongly so many times. */
  async release(tracking: string, wrongAnswers: number, rightly: boolean): Promise<void> {
    this.handset.scan(tracking);
    this.handset.press(Key.Enter);
    const challenge = this.handset.challenge();
    for (let n = 0; n < wrongAnswers; n++) {
      this.handset.type("99999999");
      this.handset.press(Key.Enter);
    }
    if (!rightly) return;
    const wish = { device: DEVICE, tracking, day: DAY, challenge, online: false };
    this.handset.type((await this.books.depot.release(wish)).answer!);
    this.handset.press(Key.Enter);
  }

  /** A record's body of which a power cut left only some. */
  tearSlot(): void {
    const { slot, journal } = this.handset.open().day;
    const torn = new Uint8Array(BODY_BYTES).fill(0xff).fill(0x5a, 0, 11);
    this.handset.flash.append(dayFiles(slot).journal, JOURNAL_HEADER_BYTES + journal.end * RECORD_BYTES, torn);
    this.handset = this.handset.again();
  }
}

/** Lives the day. */
export async function livedDay(seed: number): Promise<LivedDay> {
  const random = new Random(seed);
  const books = await Books.open(random);
  await books.importRound([...PROTECTED, PLAIN, PLAINER], (tracking) => tracking === PLAIN || tracking === PLAINER);
  const handset = new Handset(new Map([["key", await books.addDevice(DEVICE)]]));
  const day = new Day(books, handset, random);
  load(day, (await books.depot.manifestFor(DEVICE, DAY)).bytes);
  // Sealed before the tries that it will not know of.
  const { bytes: manifest } = await books.depot.sealManifest(DEVICE, DAY, "R1");
  for (const tracking of PROTECTED) await day.learn(tracking);
  day.wrong(CARRIED, 2);
  day.wrong(ACCEPTED, 1);
  day.right(ACCEPTED);
  day.handset.press(Key.Enter);
  await day.sync();
  load(day, manifest);
  await locksAndReleases(day);
  await updates(day);
  day.tearSlot();
  day.handset.scan(PLAIN);
  day.handset.press(Key.Reason, Reason.NotHome);
  await day.sync();
  day.handset.scan(PLAINER);
  day.handset.press(Key.Enter);
  day.right(UNSENT);
  day.handset.wait(100);
  return { books, files: day.handset.flash.snapshot(), digits: day.digits, former: day.former, manifest };
}

function load(day: Day, manifest: Uint8Array): void {
  const fault = day.handset.load(manifest);
  if (fault !== 0) throw new Error(`the manifest does not load: F${fault}`);
}

async function locksAndReleases(day: Day): Promise<void> {
  day.wrong(RELEASED, 3);
  await day.release(RELEASED, 1, true);
  day.wrong(RELEASED, 1);
  day.wrong(EXHAUSTED, 3);
  await day.release(EXHAUSTED, 5, false);
  day.wrong(ONLINE, 3);
  await day.sync();
  await day.books.depot.release({ device: DEVICE, tracking: ONLINE, day: DAY, challenge: undefined, online: true });
  await day.sync();
}

async function updates(day: Day): Promise<void> {
  for (const tracking of [REPLACED, VOIDED]) day.former.set(tracking, day.digits.get(tracking)!);
  await day.books.depot.reissue(REPLACED);
  await day.books.depot.reissue(VOIDED, { forDay: DAY + 1 });
  await day.sync();
  await day.learn(REPLACED);
  day.wrong(REPLACED, 1);
}
