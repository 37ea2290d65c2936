// Two handhelds from one flash image: with the same key they write other records under the same slots. The first to sync is
// believed, the second is an alarm, and nothing of it is booked, however the two differ.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { Handset } from "./handset.ts";
import { alarmsOf, lock, loadedHandset, statusOf, syncTo, wrongDigits } from "./loaded-handset.ts";

const [FIRST, SECOND, THIRD] = ["TBA100000000001", "TBA100000000002", "TBA100000000003"] as const;

describe("a cloned handheld", () => {
  let books: Books;
  let original: Handset;
  let clone: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([FIRST, SECOND, THIRD]);
    original = await loadedHandset(books, 7);
    original.tryCode(THIRD, wrongDigits(original, THIRD));
    original.wait(10);
    const files = original.flash.snapshot();
    original = new Handset(files, { chance: 1 });
    clone = new Handset(files, { chance: 2 });
  });
  afterEach(() => books.close());

  async function deliver(handset: Handset, tracking: string): Promise<void> {
    assert.equal(handset.tryCode(tracking, await books.codeOf(tracking)), "ACCEPTED");
    handset.press(Key.Enter);
    handset.wait(10);
  }

  const recordsHeld = (): Promise<Uint8Array[]> =>
    books.read(async (tx) => (await tx.records.ofJournal(7, 1)).map(({ bytes }) => bytes));

  it("that went another way is answered Conflict: an alarm, the first is kept, nothing of the second is booked", async () => {
    await deliver(original, FIRST);
    await deliver(clone, SECOND);
    assert.equal(await original.sync(syncTo(books)), 0);
    const held = await recordsHeld();
    for (let turn = 0; turn < 3; turn++) assert.equal(await clone.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["cloned device"], "once, however often it tries");
    assert.deepEqual(await recordsHeld(), held);
    assert.deepEqual([await statusOf(books, FIRST), await statusOf(books, SECOND)], ["delivered", "open"]);
    await deliver(original, THIRD);
    assert.equal(await original.sync(syncTo(books)), 0, "the first goes on");
  });

  it("that syncs first is the one believed: which of the two is true the depot cannot tell", async () => {
    await deliver(original, FIRST);
    await deliver(clone, SECOND);
    assert.equal(await clone.sync(syncTo(books)), 0);
    assert.equal(await original.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["cloned device"]);
    assert.deepEqual([await statusOf(books, FIRST), await statusOf(books, SECOND)], ["open", "delivered"]);
  });

  it("that parted after a sync is found at the first slot that differs, whoever has written more", async () => {
    for (const more of [0, 1]) {
      await books.undone(async (depot, tx) => {
        const to = (request: Uint8Array): Promise<Uint8Array | undefined> => depot.handleSync(request);
        const parting = new Handset(original.flash.snapshot(), { chance: 3 });
        assert.equal(await parting.sync(to), 0);
        const [a, b] = [
          new Handset(parting.flash.snapshot(), { chance: 4 }),
          new Handset(parting.flash.snapshot(), { chance: 5 }),
        ];
        a.tryCode(FIRST, wrongDigits(a, FIRST));
        lock(b, SECOND);
        const [first, second] = more === 0 ? [a, b] : [b, a];
        assert.equal(await first.sync(to), 0);
        assert.equal(await second.exchange(to), FaultNumber.SyncConflict);
        assert.deepEqual(
          (await tx.alarms.list()).map(({ kind }) => kind),
          ["cloned device"],
        );
      });
    }
  });

  it("that tore the slot where the other has a record is found by the chain, or stays apart", async () => {
    await deliver(original, FIRST);
    assert.equal(await original.sync(syncTo(books)), 0);
    const held = await recordsHeld();
    const at = clone.open().day.journal.end;
    clone.flash.append("jrn.a", 32 + at * 64, new Uint8Array(48).fill(0x11));
    const torn = clone.again({ chance: 6 });
    assert.equal(await torn.exchange(syncTo(books)), FaultNumber.SyncAcknowledgement);
    await deliver(torn, SECOND);
    assert.equal(await torn.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await recordsHeld(), held);
    assert.equal((await alarmsOf(books)).at(-1), "cloned device");
    assert.equal(await statusOf(books, SECOND), "open");
  });

  it("gives its holder tries of its own, and no proof: what passes there by a guess is not booked anywhere", async () => {
    assert.equal(original.tryCode(THIRD, wrongDigits(original, THIRD, 1)), "WRONG CODE");
    assert.equal(clone.open().door.triesLeft(clone.code(THIRD)), 2, "the clone knows nothing of it");
    lock(clone, FIRST);
    assert.equal(await original.sync(syncTo(books)), 0);
    assert.equal(await clone.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.equal(await statusOf(books, FIRST), "open");
  });
});
