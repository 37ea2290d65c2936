// Answers that open a lock: guessed, replayed at another time, place or handheld, and made with the device's own key. A
// guess has five tries a release; what was never issued opens the handheld that was robbed, and is an alarm at the depot.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { releaseAnswer } from "../../../src/shared/crypto/release.ts";
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { decodeKeyFile } from "../../../src/shared/wire/key-file.ts";
import { decodeReply, encodeReply } from "../../../src/shared/wire/sync.ts";
import { BLANK_UPDATE, encodeUpdate, UpdateKind } from "../../../src/shared/wire/update.ts";
import { DAY } from "../../support/test-round.ts";
import { fault } from "../../support/test-depot.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { fastHash } from "./fast-digest.ts";
import { fileOf } from "./file-flash.ts";
import type { Handset } from "./handset.ts";
import { alarmsOf, load, loadedHandset, lock, statusOf, syncTo, wrongDigits } from "./loaded-handset.ts";

const [PARCEL, OTHER, THIRD] = ["TBA100000000001", "TBA100000000002", "TBA100000000003"] as const;
const MORE = Array.from({ length: 5 }, (_, n) => `TBA20000000000${n}`);
const DEVICE = 7;

describe("a release answer", () => {
  let books: Books;
  let handset: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([PARCEL, OTHER, THIRD, ...MORE]);
    handset = await loadedHandset(books, DEVICE);
    lock(handset, PARCEL);
  });
  afterEach(() => books.close());

  /** Opens the release screen of a locked parcel; its challenge. */
  function challenge(tracking: string, of = handset): string {
    of.scan(tracking);
    of.press(Key.Enter);
    return of.challenge();
  }

  /** Types an answer into the release screen of a locked parcel; the title that follows. */
  function answer(tracking: string, digits: string, of = handset): string {
    challenge(tracking, of);
    of.type(digits);
    of.press(Key.Enter);
    return of.title();
  }

  async function issued(tracking: string | undefined, shown: string, device = DEVICE): Promise<string> {
    const wish = { device, tracking, day: DAY, challenge: shown, online: false };
    return (await books.depot.release(wish)).answer!;
  }

  /** The answer that the key in the handheld's own flash makes. */
  function selfMade(code: number, index: number, of = handset): string {
    const { key } = decodeKeyFile(fastHash, fileOf(of.flash.snapshot(), "key"))!;
    const { journalEpoch } = of.open().day.manifest.header;
    return releaseAnswer(fastHash, subkey(fastHash, key, "release"), { journalEpoch, code, index });
  }

  it("guessed has five tries, over restarts, and then none: not even the right one is taken", async () => {
    const right = await issued(PARCEL, challenge(PARCEL));
    for (let n = 0; n < 5; n++) {
      assert.notEqual(answer(PARCEL, String(n).repeat(8)), "STOP 1");
      handset = handset.again();
    }
    handset.scan(PARCEL);
    handset.press(Key.Enter);
    assert.ok(handset.texts().includes("No release left today"), handset.texts().join());
    handset.type(right);
    handset.press(Key.Enter);
    assert.equal(handset.scan(PARCEL), "LOCKED");
    assert.equal(await handset.sync(syncTo(books)), 0);
    assert.deepEqual(await alarmsOf(books), []);
  });

  it("guessed has five tries again behind a release, ten in all: two releases a lock", async () => {
    for (let release = 0; release < 2; release++) {
      for (let n = 0; n < 4; n++) answer(PARCEL, String(n).repeat(8));
      assert.equal(answer(PARCEL, await issued(PARCEL, challenge(PARCEL))), "STOP 1", "the fifth may be right");
      lock(handset, PARCEL);
    }
    handset.scan(PARCEL);
    handset.press(Key.Enter);
    assert.ok(handset.texts().includes("No release left today"));
  });

  it("replayed opens no other lock: not the same one later, nor another parcel's, nor the device's", async () => {
    lock(handset, OTHER);
    const used = await issued(PARCEL, challenge(PARCEL));
    assert.equal(answer(PARCEL, used), "STOP 1");
    lock(handset, PARCEL);
    assert.equal(answer(PARCEL, used).slice(0, 7), "RELEASE", "the lock's next release has another answer");
    assert.equal(answer(OTHER, used).slice(0, 7), "RELEASE");
    for (const tracking of [THIRD, ...MORE]) lock(handset, tracking);
    assert.equal(handset.scan(MORE[4]!), "DEVICE LOCKED");
    assert.equal(answer(MORE[4]!, used), "RELEASE DEVICE");
    const device = await issued(undefined, challenge(MORE[4]!));
    assert.equal(answer(MORE[4]!, device).slice(0, 4), "STOP");
  });

  it("replayed under the day's next manifest opens nothing: its journal has other challenges", async () => {
    const shown = challenge(PARCEL);
    const used = await issued(PARCEL, shown);
    await handset.sync(syncTo(books));
    await books.depot.sealManifest(DEVICE, DAY, "R1");
    await load(books, handset, DEVICE);
    assert.equal(handset.scan(PARCEL), "LOCKED", "loading refunds nothing");
    assert.notEqual(challenge(PARCEL), shown);
    assert.equal(answer(PARCEL, used).slice(0, 7), "RELEASE");
  });

  it("replayed on another handheld with the same parcel opens nothing there", async () => {
    const other = await loadedHandset(books, 8);
    lock(other, PARCEL);
    const used = await issued(PARCEL, challenge(PARCEL));
    assert.notEqual(challenge(PARCEL, other), handset.challenge());
    assert.equal(answer(PARCEL, used, other).slice(0, 7), "RELEASE");
    const shown = challenge(PARCEL, other);
    await assert.rejects(issued(PARCEL, shown, DEVICE), fault(924), "the depot names the handheld, too");
  });

  it("asked for again is the same, until it was used: then the depot gives none", async () => {
    const shown = challenge(PARCEL);
    const first = await issued(PARCEL, shown);
    assert.equal(await issued(PARCEL, shown), first);
    assert.equal(answer(PARCEL, first), "STOP 1");
    await handset.sync(syncTo(books));
    await assert.rejects(issued(PARCEL, shown), fault(923));
  });

  it("made with the device's own key opens the handheld, and is the alarm that the depot never issued it", async () => {
    const { id } = handset.code(PARCEL);
    assert.equal(answer(PARCEL, selfMade(id, 0)), "STOP 1");
    handset.tryCode(PARCEL, wrongDigits(handset, PARCEL, 4));
    assert.equal(await handset.sync(syncTo(books)), 0);
    assert.deepEqual(await alarmsOf(books), ["release never issued"]);
    await books.depot.sealManifest(DEVICE, DAY, "R1");
    await load(books, handset, DEVICE);
    assert.equal(handset.scan(PARCEL), "LOCKED", "and it counts for nothing in the next manifest");
    assert.equal(await statusOf(books, PARCEL), "open");
  });

  it("made for the whole device with its own key is one, too", async () => {
    for (const tracking of [OTHER, THIRD, ...MORE.slice(0, 2)]) lock(handset, tracking);
    assert.equal(handset.scan(MORE[4]!), "DEVICE LOCKED");
    assert.equal(answer(MORE[4]!, selfMade(0, 0)).slice(0, 4), "STOP");
    assert.equal(await handset.sync(syncTo(books)), 0);
    assert.deepEqual(await alarmsOf(books), ["release never issued"]);
  });

  it("sent as an update in a reply made with the device's own key opens the lock, and is two alarms", async () => {
    const { id } = handset.code(PARCEL);
    const request = handset.command(Command.SyncRequest).data.slice();
    const reply = decodeReply((await books.depot.handleSync(request))!);
    const { key } = decodeKeyFile(fastHash, fileOf(handset.flash.snapshot(), "key"))!;
    const update = {
      ...BLANK_UPDATE,
      number: 1,
      kind: UpdateKind.Release,
      code: id,
      parcel: handset.parcel(PARCEL)!.id,
    };
    const forged = { ...reply, updates: [encodeUpdate(fastHash, update, reply.journalEpoch)] };
    const bytes = encodeReply(fastHash, subkey(fastHash, key, "sync"), forged);
    assert.equal(handset.command(Command.SyncReply, bytes).fault, 0);
    assert.equal(handset.scan(PARCEL), "STOP 1");
    assert.equal(await handset.exchange(syncTo(books)), 0);
    assert.deepEqual(await alarmsOf(books), ["release never issued", "unknown update"]);
  });
});
