// A journal that lost what the depot has of it: the handheld refuses the acknowledgement, says so with its next request, and
// the depot raises an alarm. Repeated and late requests of an honest handheld raise none.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { Handset } from "./handset.ts";
import { alarmsOf, loadedHandset, syncTo, wrongDigits } from "./loaded-handset.ts";

const PARCEL = "TBA100000000001";

describe("a journal that was rolled back", () => {
  let books: Books;
  let handset: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([PARCEL, "TBA100000000002"]);
    handset = await loadedHandset(books, 7);
  });
  afterEach(() => books.close());

  function tryWrong(n: number): void {
    handset.tryCode(PARCEL, wrongDigits(handset, PARCEL, n));
    handset.wait(10);
  }

  it("is an alarm, once, from the second exchange on; the handheld gives no reason in the first", async () => {
    const morning = handset.flash.snapshot();
    tryWrong(0);
    assert.equal(await handset.sync(syncTo(books)), 0);
    const rolled = new Handset(morning, { chance: 9 });
    assert.equal(await rolled.exchange(syncTo(books)), FaultNumber.SyncAcknowledgement);
    assert.deepEqual(await alarmsOf(books), []);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal(await rolled.exchange(syncTo(books)), FaultNumber.SyncAcknowledgement);
    }
    assert.deepEqual(await alarmsOf(books), ["journal rolled back"]);
  });

  it("is not what requests look like that come late, twice or out of order", async () => {
    const old: Uint8Array[] = [];
    for (let n = 0; n < 3; n++) {
      old.push(handset.command(Command.SyncRequest).data.slice());
      tryWrong(n);
      assert.equal(await handset.sync(syncTo(books)), 0);
    }
    for (const request of [...old, ...old.reverse()]) await books.depot.handleSync(request);
    assert.equal(await handset.sync(syncTo(books)), 0);
    assert.deepEqual(await alarmsOf(books), []);
  });
});
