// One parcel, one acceptance in the books: a reissue that races an offline delivery, a parcel on two handhelds after a
// re-plan, a code whose success mark was lost from flash. Real firmware at the door, real depot behind it.
import assert from "node:assert/strict";
import { dayFiles } from "../../../firmware/app/files.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { CELL_BYTES, CELL_HEADER_BYTES } from "../../../src/shared/wire/cell.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { withFile } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { alarmsOf, loadedHandset, statusOf, syncTo } from "./loaded-handset.ts";

const [PARCEL, OTHER] = ["TBA100000000001", "TBA100000000002"] as const;

describe("a parcel is booked once", () => {
  let books: Books;
  let first: Handset;
  let second: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([PARCEL, OTHER]);
    first = await loadedHandset(books, 7);
    second = await loadedHandset(books, 8);
  });
  afterEach(() => books.close());

  const deliver = (handset: Handset, digits: string): void => {
    assert.equal(handset.tryCode(PARCEL, digits), "ACCEPTED");
    handset.press(Key.Enter);
    handset.wait(10);
  };

  /** How the acceptances of the parcel were settled, in the order received. */
  async function acceptances(): Promise<string[]> {
    const id = first.parcel(PARCEL)!.id;
    const records = await books.read((tx) => tx.records.ofParcel(id));
    return records.filter(({ type }) => type === RecordType.Accepted).map(({ verdict }) => verdict);
  }

  describe("when its code is reissued while a handheld is offline", () => {
    it("and the void is not stored there: the old code opens, is booked and flagged, and its successor is voided", async () => {
      const old = await books.codeOf(PARCEL);
      await books.depot.reissue(PARCEL);
      const fresh = await books.codeOf(PARCEL);
      assert.equal(await second.sync(syncTo(books)), 0);
      deliver(first, old);
      assert.equal(await first.sync(syncTo(books)), 0);
      assert.deepEqual(await acceptances(), ["booked superseded"]);
      assert.equal(await statusOf(books, PARCEL), "delivered");
      assert.equal((await books.depot.track(PARCEL)).code, undefined);
      assert.equal(await second.sync(syncTo(books)), 0);
      assert.equal(second.tryCode(PARCEL, fresh), "CODE REPLACED", "where the successor had been stored");
      assert.deepEqual(await alarmsOf(books), []);
    });

    it("and the void is stored there: the old code is refused at the door, over restarts; the new one opens", async () => {
      const old = await books.codeOf(PARCEL);
      await books.depot.reissue(PARCEL);
      assert.equal(await first.sync(syncTo(books)), 0);
      first = first.again();
      assert.equal(first.tryCode(PARCEL, old), "WRONG CODE", "to the handheld it is digits like any other");
      deliver(first, await books.codeOf(PARCEL));
      assert.equal(await first.sync(syncTo(books)), 0);
      assert.deepEqual(await acceptances(), ["booked"]);
    });

    it("and it moves to another day: the void stored, no code opens it today", async () => {
      const old = await books.codeOf(PARCEL);
      await books.depot.reissue(PARCEL, { forDay: DAY + 1 });
      assert.equal(await first.sync(syncTo(books)), 0);
      assert.equal(first.tryCode(PARCEL, old), "CODE REPLACED");
      assert.equal(first.tryCode(PARCEL, await books.codeOf(PARCEL)), "CODE REPLACED");
      assert.deepEqual(await acceptances(), []);
    });

    it("and both codes are accepted, on two handhelds: the first to sync is booked, the other an alarm", async () => {
      const old = await books.codeOf(PARCEL);
      await books.depot.reissue(PARCEL);
      assert.equal(await second.sync(syncTo(books)), 0);
      deliver(first, old);
      deliver(second, await books.codeOf(PARCEL));
      for (const [one, other, expected] of [
        [first, second, ["booked superseded", "refused"]],
        [second, first, ["booked", "refused"]],
      ] as const) {
        await books.undone(async (depot, tx) => {
          const files = [one, other].map((handset) => handset.flash.snapshot());
          for (const [at, copy] of files.entries()) {
            await new Handset(copy, { chance: at + 50 }).sync((request) => depot.handleSync(request));
          }
          const records = await tx.records.ofParcel(first.parcel(PARCEL)!.id);
          const settled = records.filter(({ type }) => type === RecordType.Accepted).map(({ verdict }) => verdict);
          assert.deepEqual(settled, expected);
          const kinds = (await tx.alarms.list()).map(({ kind }) => kind);
          assert.deepEqual(kinds, ["second acceptance", "second handover"]);
          const counts = (await depot.report(DAY)).counts;
          assert.deepEqual([counts.delivered, counts.accepted], [1, 0]);
        });
      }
    });
  });

  it("when two handhelds carry it after a re-plan: the first exact proof is booked, a second is an alarm", async () => {
    const code = await books.codeOf(PARCEL);
    deliver(first, code);
    deliver(second, code);
    assert.equal(await second.sync(syncTo(books)), 0);
    assert.equal(await first.sync(syncTo(books)), 0);
    assert.deepEqual(await acceptances(), ["booked", "refused"]);
    assert.deepEqual(await alarmsOf(books), ["second acceptance", "second handover"]);
    assert.equal((await books.depot.report(DAY)).counts.delivered, 1);
  });

  it("when the mark of its acceptance is damaged in flash and the right code is accepted a second time", async () => {
    const code = await books.codeOf(PARCEL);
    deliver(first, code);
    first.scan(OTHER); // an attempt behind it: the acceptance is no more the last record, boot does not write its mark again
    first.press(Key.Reason, 1);
    const { ledger, index } = dayFiles(first.open().day.slot);
    const at = CELL_HEADER_BYTES + (first.code(PARCEL).row * 4 + 1) * CELL_BYTES;
    const cells = CELL_HEADER_BYTES + first.parcel(PARCEL)!.index * 2 * CELL_BYTES;
    let files = withFile(first.flash.snapshot(), ledger, (bytes) => (bytes[at]! ^= 1));
    files = withFile(files, index, (bytes) => (bytes[cells]! ^= 1));
    const damaged = new Handset(files);
    assert.equal(damaged.open().door.triesLeft(damaged.code(PARCEL)), 1, "the damaged mark counts as a try");
    deliver(damaged, code);
    assert.equal(await damaged.sync(syncTo(books)), 0);
    assert.deepEqual(await acceptances(), ["booked", "refused"]);
    assert.deepEqual(await alarmsOf(books), ["second acceptance", "second handover"]);
    assert.equal((await books.depot.report(DAY)).counts.delivered, 1);
  });

  it("when its record comes twenty times: repeated requests and restarts change nothing", async () => {
    deliver(first, await books.codeOf(PARCEL));
    const files = first.flash.snapshot();
    for (let n = 0; n < 20; n++) assert.equal(await new Handset(files, { chance: n }).sync(syncTo(books)), 0);
    assert.deepEqual(await acceptances(), ["booked"]);
    assert.deepEqual(await alarmsOf(books), []);
  });
});
