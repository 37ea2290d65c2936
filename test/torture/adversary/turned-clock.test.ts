// The clock in an attacker's hands: lost with the battery (1970), set back a day, put forward ten years, by forged, replayed
// and authentic replies, at the dock and over the air. Only an authentic reply sets it, and only near the manifest's day.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { decodeBody, RecordFlag } from "../../../src/shared/wire/journal.ts";
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { checkReply, decodeReply, encodeReply } from "../../../src/shared/wire/sync.ts";
import { DAY, DAY_START_S, NOON_S } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { fastHash } from "./fast-digest.ts";
import { Handset, type StartOptions } from "./handset.ts";
import { alarmsOf, load, loadedHandset, statusOf, syncTo } from "./loaded-handset.ts";

const [PARCEL, OTHER] = ["TBA100000000001", "TBA100000000002"] as const;
const DAY_S = 86_400;
const YEARS_S = 10 * 366 * DAY_S;

describe("a clock that was turned", () => {
  let books: Books;
  let handset: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([PARCEL, OTHER]);
    handset = await loadedHandset(books, 7);
  });
  afterEach(() => books.close());

  const now = (of = handset): number => of.handheld.time.now_s();
  const restarted = (options: StartOptions): Handset => handset.again(options);

  /** An exchange with a depot whose clock says this. */
  function exchangeAt(time_s: number, of = handset): Promise<number> {
    books.clock.time_s = time_s;
    return of.exchange(syncTo(books));
  }

  for (const [what, time_s] of [
    ["to 1970", 0],
    ["back a day", NOON_S - DAY_S],
    ["back behind the last record by more than a drift", NOON_S - 2 * 3600],
    ["forward ten years", NOON_S + YEARS_S],
    ["forward just past a day after the manifest", DAY_START_S + 2 * DAY_S + 1],
    ["to the last second there is", 0xffff_ffff],
  ] as const) {
    it(`${what} by an authentic reply is refused; records are acknowledged all the same`, async () => {
      handset.tryCode(PARCEL, "000000");
      handset.wait(10);
      const before = now();
      assert.equal(await exchangeAt(time_s), FaultNumber.ClockOutOfRange);
      assert.ok(now() - before < 5 && !handset.handheld.time.estimated);
      assert.equal(handset.hello().unsent, 0);
      assert.equal(handset.scan(OTHER), "STOP 2", "the day goes on");
      assert.equal(await exchangeAt(NOON_S + 60), 0, "and a right clock is taken again");
    });

    it(`${what} by a forged reply changes nothing`, async () => {
      const request = handset.command(Command.SyncRequest).data.slice();
      const reply = decodeReply((await books.depot.handleSync(request))!);
      const forged = encodeReply(fastHash, new Uint8Array(32).fill(7), { ...reply, time_s });
      const before = now();
      assert.equal(handset.command(Command.SyncReply, forged).fault, FaultNumber.SyncMac);
      assert.ok(now() - before < 5);
    });
  }

  it("by a reply of an hour ago, played again, stays as it is", async () => {
    const request = handset.command(Command.SyncRequest).data.slice();
    const old = (await books.depot.handleSync(request))!;
    assert.equal(handset.command(Command.SyncReply, old).fault, 0);
    handset.wait(3_600_000);
    const before = now();
    assert.equal(handset.command(Command.SyncReply, old).fault, FaultNumber.SyncStale, "a reply counts once");
    handset.command(Command.SyncRequest);
    assert.equal(handset.command(Command.SyncReply, old).fault, FaultNumber.SyncStale, "and answers one nonce");
    assert.ok(now() >= before);
  });

  it("forward to the day after by a depot that is wrong ends the day; a right reply brings it back", async () => {
    assert.equal(await exchangeAt(DAY_START_S + DAY_S + 60), 0);
    assert.equal(handset.scan(PARCEL), "NOT TODAY");
    assert.equal(await exchangeAt(NOON_S + 120), FaultNumber.None);
    assert.equal(handset.scan(PARCEL), "STOP 1");
  });

  it("lost with the battery goes on from its last record, estimated and flagged, never before it", async () => {
    handset.wait(7_200_000);
    handset.tryCode(PARCEL, "000000");
    handset.wait(10);
    const told = now();
    const lost = restarted({ clockIsSet: false });
    assert.ok(lost.handheld.time.estimated && now(lost) >= told - 2);
    lost.tryCode(OTHER, await books.codeOf(OTHER));
    const last = lost.open().day.journal.last!;
    assert.ok(last.time_s >= told - 2 && (last.flags & RecordFlag.ClockEstimated) !== 0);
    assert.equal(await exchangeAt(NOON_S + 7_300, lost), 0);
    const [, record] = await books.read((tx) => tx.records.ofJournal(7, 1));
    assert.deepEqual([decodeBody(record!.bytes).flags, record!.clockDoubtful], [RecordFlag.ClockEstimated, true]);
    assert.equal(record!.bookedAt_s, NOON_S + 7_300, "the depot books by its own receipt");
  });

  it("lost on the day after lets yesterday's code pass, flagged, and never the depot's books", async () => {
    const code = await books.codeOf(PARCEL);
    books.clock.time_s = DAY_START_S + DAY_S + 3_600;
    await books.depot.closeDay(DAY);
    const late = restarted({ start_s: DAY_START_S + DAY_S + 7_200, clockIsSet: false });
    assert.equal(late.tryCode(PARCEL, code), "ACCEPTED", "SECURITY.md says so");
    const set = restarted({ start_s: DAY_START_S + DAY_S + 7_200 });
    assert.equal(set.tryCode(PARCEL, code), "NOT TODAY", "with a clock that runs it does not");
    assert.equal(await exchangeAt(DAY_START_S + DAY_S + 7_300, late), FaultNumber.SyncClosed);
    const [record] = await books.read((tx) => tx.records.ofJournal(7, 1));
    assert.deepEqual([record!.verdict, record!.clockDoubtful, record!.late], ["booked superseded", true, true]);
    assert.deepEqual(await alarmsOf(books), []);
    assert.equal((await books.depot.track(PARCEL)).code, undefined, "its successor opens nothing any more");
  });

  it("lost where the policy refuses an estimate takes no code until an authentic reply sets it", async () => {
    const strict = await Books.open(new Random(testSeed()), { refuseEstimatedClock: true });
    await strict.importRound([PARCEL]);
    const refusing = await loadedHandset(strict, 7);
    const code = await strict.codeOf(PARCEL);
    const lost = refusing.again({ clockIsSet: false });
    assert.equal(lost.tryCode(PARCEL, code), "CLOCK NOT SET");
    assert.equal(await lost.exchange(syncTo(strict)), 0);
    assert.equal(lost.tryCode(PARCEL, code), "ACCEPTED");
    await strict.close();
  });

  it("forward ten years on a handheld without a manifest keeps it from loading today's, until one right reply", async () => {
    const key = await books.addDevice(8);
    const empty = new Handset(new Map([["key", key]]), { chance: 8 });
    assert.equal(await exchangeAt(NOON_S + YEARS_S, empty), 0);
    books.clock.time_s = NOON_S + 60;
    assert.equal(empty.load((await books.depot.manifestFor(8, DAY)).bytes), FaultNumber.ManifestExpired);
    assert.equal(await exchangeAt(NOON_S + 120, empty), 0);
    await load(books, empty, 8);
    assert.equal(empty.scan(PARCEL), "STOP 1");
  });

  it("is no business of anyone without the sync key, though anyone may ask for a request", () => {
    const request = handset.command(Command.SyncRequest).data.slice();
    const nonce = request.slice(24, 40);
    const guessed = subkey(fastHash, new Uint8Array(32), "sync");
    const lastMac = new Uint8Array(16);
    const fields = {
      status: 0,
      device: 7,
      journalEpoch: 1,
      nonce,
      time_s: NOON_S + 9,
      acknowledged: 0,
      lastMac,
      updates: [],
    };
    const forged = encodeReply(fastHash, guessed, fields);
    assert.equal(checkReply(fastHash, guessed, forged, nonce), 0, "well made, but for the key");
    assert.equal(handset.command(Command.SyncReply, forged).fault, FaultNumber.SyncMac);
  });

  it("never takes a result back: a day that went on by estimate is booked like any other", async () => {
    const code = await books.codeOf(PARCEL);
    const lost = restarted({ clockIsSet: false });
    lost.tryCode(PARCEL, code);
    lost.press(Key.Enter);
    assert.equal(await exchangeAt(NOON_S + 3_600, lost), 0);
    assert.equal(await statusOf(books, PARCEL), "delivered");
  });
});
