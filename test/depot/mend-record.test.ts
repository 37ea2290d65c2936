// One bit of a record that changed in the handheld's flash: the depot books what was written, whichever of the 512 it is,
// and everything behind it; two bits are an alarm and nothing is taken.
import assert from "node:assert/strict";
import { RecordType } from "../../src/shared/wire/journal.ts";
import type { JournalWriter, SyncTo } from "../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  statusOf,
  type TestDepot,
} from "../support/test-depot.ts";

describe("a record with a worn bit", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  /** Turns bits of the record in a slot, as it lies in the handheld's flash. */
  function wear(slot: number, ...bits: number[]): void {
    const record = handheld.slots[slot];
    assert.ok(record);
    for (const bit of bits) record[bit >> 3]! ^= 1 << (bit & 7);
  }

  for (let bit = 0; bit < 512; bit += 37) {
    it(`is booked as it was written, and so is what follows: bit ${bit}`, async () => {
      const code = await buyerCode(test.depot, DEAR);
      handheld.accept(DEAR, code);
      handheld.handOver(DEAR);
      handheld.handOver(PLAIN);
      wear(0, bit);
      await handheld.sync(to);
      assert.deepEqual(
        [await statusOf(test.depot, DEAR), await statusOf(test.depot, PLAIN)],
        ["delivered", "delivered"],
      );
      assert.deepEqual(await alarmKinds(test.depot), ["worn flash"]);
      assert.equal((await test.depot.alarms())[0]?.slot, 0);
    });
  }

  for (const start of ["without a start", "with one, which goes on from the worn bit"]) {
    it(`is gone on from in the next sync, ${start}`, async () => {
      handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
      wear(0, 450);
      await handheld.sync(to);
      if (start !== "without a start") handheld.goOnFromFlash();
      handheld.handOver(DEAR);
      await handheld.sync(to);
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      assert.deepEqual(
        [await statusOf(test.depot, DEAR), await statusOf(test.depot, PLAIN)],
        ["delivered", "delivered"],
      );
      assert.deepEqual(await alarmKinds(test.depot), ["worn flash"]);
    });
  }

  it("that comes again, worn meanwhile, is still the same record", async () => {
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    wear(0, 300);
    handheld.acknowledged = 0;
    await handheld.sync(to);
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("is nothing of the kind with two bits: nothing is taken, and it is an alarm", async () => {
    handheld.handOver(PLAIN);
    wear(0, 9, 77);
    await handheld.sync(to).catch(() => undefined);
    assert.equal(await statusOf(test.depot, PLAIN), "open");
    assert.deepEqual(await alarmKinds(test.depot), ["journal tampered"]);
  });

  it("lends nothing to a forger: a right body with another MAC is refused", async () => {
    handheld.about(ASKED, RecordType.HandedOver);
    wear(0, 400, 401, 402, 403);
    await handheld.sync(to).catch(() => undefined);
    assert.deepEqual(await alarmKinds(test.depot), ["journal tampered"]);
  });
});
