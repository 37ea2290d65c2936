// What must hold on a handheld whose flash was spoiled while it lay there: it starts, names what is wrong or goes on, never
// accepts digits that are wrong, never has more tries left than before, and the depot books nothing that was not written.
import { Key } from "../../../hal/contract/keypad.ts";
import type { Depot } from "../../../src/depot/depot.ts";
import type { StoreTransaction } from "../../../src/depot/store/store.ts";
import { decodeBody, RecordType } from "../../../src/shared/wire/journal.ts";
import { DAY } from "../../support/test-round.ts";
import type { Files } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { ACCEPTED, DEVICE, EXHAUSTED, FRESH, type LivedDay, PROTECTED, REPLACED, UNSENT, VOIDED } from "./lived-day.ts";

/** What a handheld has left, by its own reckoning. */
interface Left {
  /** Of each parcel: the code that counts, its tries, and the release answers that its lock takes. */
  codes: Map<string, { code: number; tries: number; answers: number }>;
  device: number;
}

/** What is looked at on one spoiled handheld. */
export interface Check {
  /** Picks what is tried; every choice comes up in turn. */
  turn: number;
  /** Whether digits are tried. */
  atDoor: boolean;
  /** Whether it is synced with the depot. */
  settles: boolean;
  /** A stored update may be what was spoiled: until the depot sends it again, the code before counts. */
  spoiltUpdates: boolean;
}

function leftOn(handset: Handset): Left {
  const { day, door } = handset.open();
  const header = day.manifest.header;
  const codes = new Map<string, { code: number; tries: number; answers: number }>();
  for (const tracking of PROTECTED) {
    if (handset.parcel(tracking) === undefined) continue;
    const code = handset.code(tracking);
    const { wrongAnswers, releases } = day.ledger.spent(code.row);
    const answers = Math.max(0, header.wrongAnswersPerLock - wrongAnswers);
    const isReleasable = releases + code.releasesKnown < header.releasesPerLock;
    codes.set(tracking, { code: code.id, tries: door.triesLeft(code), answers: isReleasable ? answers : 0 });
  }
  return { codes, device: door.deviceTriesLeft() };
}

/** Checks spoiled copies of one day. */
export class SpoiledHandhelds {
  private readonly day: LivedDay;
  private readonly before: Left;
  /** Records that were in the journal, by slot. */
  private readonly written: ReadonlyMap<number, Uint8Array>;
  private readonly journalEpoch: number;

  constructor(day: LivedDay) {
    this.day = day;
    const handset = new Handset(day.files);
    this.before = leftOn(handset);
    const { journal, manifest } = handset.open().day;
    this.journalEpoch = manifest.header.journalEpoch;
    const slots = Array.from({ length: journal.end }, (_, slot) => slot).filter((slot) => journal.isValid(slot));
    this.written = new Map(slots.map((slot) => [slot, journal.read(slot)]));
  }

  /**
   * Everything that must hold.
   * @throws Error saying what did not hold
   */
  async check(files: Files, how: Check): Promise<void> {
    const handset = new Handset(files);
    const services = handset.services();
    if (services === undefined) return checkWithoutDay(handset);
    const after = services.day.stopped === 0 ? leftOn(handset) : undefined;
    if (after === undefined || services.day.manifest.damaged) this.checkStopped(handset, how.turn);
    else {
      this.checkLeft(after, how.spoiltUpdates);
      if (how.atDoor) this.checkDoor(handset, how);
    }
    if (how.settles) await this.day.books.undone((depot, tx) => this.checkSettled(handset, depot, tx));
  }

  private checkLeft(after: Left, spoiltUpdates: boolean): void {
    expect(after.device <= this.before.device, `device: ${this.before.device} tries left became ${after.device}`);
    for (const [tracking, { code, tries, answers }] of after.codes) {
      const before = this.before.codes.get(tracking)!;
      if (code !== before.code) {
        expect(spoiltUpdates && code < before.code, `${tracking}: code ${before.code} became ${code}`);
        continue;
      }
      expect(tries <= before.tries, `${tracking}: ${before.tries} tries left became ${tries}`);
      expect(answers <= before.answers, `${tracking}: ${before.answers} release answers left became ${answers}`);
    }
  }

  private checkStopped(handset: Handset, turn: number): void {
    const tracking = PROTECTED[turn % PROTECTED.length]!;
    const { right } = this.day.digits.get(tracking)!;
    expect(handset.tryCode(tracking, right) === "FAULT", `${tracking} on a stopped day: ${handset.title()}`);
  }

  private checkDoor(handset: Handset, { turn, spoiltUpdates }: Check): void {
    if (turn % 3 === 0) this.checkWrong(handset, turn);
    if (turn % 3 === 1 && !spoiltUpdates) this.checkFormer(handset);
    if (turn % 3 === 2) this.checkRight(handset);
  }

  /** Wrong digits are never accepted, and a lock stays one. */
  private checkWrong(handset: Handset, turn: number): void {
    const tracking = PROTECTED[turn % PROTECTED.length]!;
    const title = handset.tryCode(tracking, this.day.digits.get(tracking)!.wrong[turn % 6]!);
    expect(title !== "ACCEPTED", `${tracking}, wrong digits: ${title}`);
    const locked = handset.scan(EXHAUSTED);
    expect(locked === "LOCKED" || locked === "FAULT", `${EXHAUSTED}: ${locked}`);
  }

  /** The digits of codes that the depot replaced or voided open nothing. */
  private checkFormer(handset: Handset): void {
    for (const tracking of [REPLACED, VOIDED]) {
      const title = handset.tryCode(tracking, this.day.former.get(tracking)!.right);
      expect(title !== "ACCEPTED", `${tracking}, digits of a dead code: ${title}`);
    }
  }

  /** The right digits open what they may; the code of a parcel that was handed over may count again, if its mark is lost. */
  private checkRight(handset: Handset): void {
    const may = ["ACCEPTED", "LOCKED", "DEVICE LOCKED", "MEMORY NEARLY FULL", "FAULT"];
    const fresh = handset.tryCode(FRESH, this.day.digits.get(FRESH)!.right);
    expect(may.includes(fresh), `${FRESH}, right digits: ${fresh}`);
    const again = handset.tryCode(ACCEPTED, this.day.digits.get(ACCEPTED)!.right);
    expect([...may, "ALREADY ACCEPTED"].includes(again), `${ACCEPTED}, right digits again: ${again}`);
    if (again.endsWith("ACCEPTED")) handset.press(Key.Enter);
  }

  /** Syncs with the books, and looks at what they hold then. */
  private async checkSettled(handset: Handset, depot: Depot, tx: StoreTransaction): Promise<void> {
    const { journal } = handset.open().day;
    await handset.sync((request) => depot.handleSync(request));
    const booked = new Map<number, number>();
    for (const record of await tx.records.ofJournal(DEVICE, this.journalEpoch)) {
      const known = this.written.get(record.slot);
      const source = known ?? (record.slot < journal.end ? journal.read(record.slot) : undefined);
      expect(
        source !== undefined && isWornAtMost(source, record.bytes),
        `slot ${record.slot}: nobody wrote that record`,
      );
      const body = decodeBody(record.bytes);
      if (body.type !== RecordType.Accepted || record.verdict === "refused") continue;
      booked.set(body.parcel, (booked.get(body.parcel) ?? 0) + 1);
    }
    for (const [parcel, times] of booked) expect(times === 1, `parcel ${parcel}: accepted ${times} times`);
    const may = [ACCEPTED, UNSENT, FRESH];
    for (const { tracking, needsCode, status } of (await depot.report(DAY)).lines) {
      expect(tracking !== UNSENT || status === "accepted", `${UNSENT} was confirmed on screen and is ${status}`);
      const isTaken = needsCode && (status === "accepted" || status === "delivered");
      expect(!isTaken || may.includes(tracking), `${tracking} is ${status} in the books`);
    }
  }
}

/** No key or no manifest: it says so, asks for no code, and lets nothing be loaded over results that it cannot read. */
function checkWithoutDay(handset: Handset): void {
  const texts = handset.texts().join(" ");
  expect(/No (key|manifest)\./.test(texts), `without a day it shows ${texts}`);
  expect(!handset.scan(FRESH).startsWith("STOP"), "a parcel is shown without a day");
  expect(handset.hello().unsent > 0, "results that cannot be read count as sent: the next load erases them");
}

/** Whether a record is the one that was written, but for one bit: the bit that was flipped. */
function isWornAtMost(written: Uint8Array, record: Uint8Array): boolean {
  const differing = [...written].filter((byte, at) => byte !== record[at]);
  const at = written.findIndex((byte, n) => byte !== record[n]);
  const difference = at < 0 ? 0 : written[at]! ^ record[at]!;
  return differing.length <= 1 && (difference & (difference - 1)) === 0;
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
