// Settlement of handovers, attempts and reversals: what each leaves in the books beside the status that a report shows.
import assert from "node:assert/strict";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import type { JournalWriter, SyncTo } from "../../support/journal-writer.ts";
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
  TEST_DAY,
  type TestDepot,
} from "../../support/test-depot.ts";
import { alarmTexts, inBooks, plansOf, verdictsOf } from "./books.ts";

const NEXT = TEST_DAY + 1;

describe("what happened to a parcel, at settlement", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const status = (tracking: string, day = TEST_DAY): Promise<string> => statusOf(test.depot, tracking, day);
  const verdicts = (): Promise<string[]> => verdictsOf(test, handheld);
  const parcel = (tracking: string) => inBooks(test, (tx) => tx.parcels.find(handheld.parcel(tracking).parcel));

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  it("a handover is booked with its time, and clears the reason of an attempt before", async () => {
    handheld.about(PLAIN, RecordType.NotDelivered, { reason: Reason.NotHome });
    handheld.handOver(PLAIN);
    const handed_s = test.clock.time_s;
    test.clock.time_s += 900;
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "booked"]);
    const kept = await parcel(PLAIN);
    assert.deepEqual([kept?.status, kept?.deliveredAt_s, kept?.reason], ["delivered", handed_s, 0]);
  });

  it("an attempt after a delivery changes nothing, and says so", async () => {
    handheld.handOver(PLAIN);
    handheld.about(PLAIN, RecordType.NotDelivered, { reason: Reason.Refused });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "no change"]);
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("a late attempt is noted in the plan of the day it belongs to, and there alone", async () => {
    handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
    await test.depot.closeDay(TEST_DAY);
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked"]);
    assert.deepEqual(
      (await plansOf(test, handheld, DEAR)).map(({ day, outcome, statusThen }) => [day, outcome, statusThen]),
      [
        [TEST_DAY, "moved", "attempted"],
        [NEXT, "current", undefined],
      ],
    );
    assert.deepEqual([(await parcel(DEAR))?.status, (await parcel(DEAR))?.reason], ["open", 0]);
  });

  it("a late handover is shown on its day, also when a newer round has brought that number again", async () => {
    handheld.handOver(PLAIN);
    await importTestRound(test, NEXT, "R2", "tracking,stop,address,value,asked\nTBA000000000003,1,x,1,no\n");
    assert.equal((await test.depot.closeDay(TEST_DAY)).replanned, 1);
    await handheld.sync(to);
    assert.deepEqual([await status(PLAIN), await status(PLAIN, NEXT)], ["delivered", "open"]);
  });

  it("a late attempt of the second of three days is noted there, not in the first", async () => {
    await test.depot.closeDay(TEST_DAY);
    const second = await loadedHandheld(test, 8, NEXT);
    second.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
    await test.depot.closeDay(NEXT);
    await second.sync(to);
    assert.deepEqual(
      (await plansOf(test, handheld, DEAR)).map(({ day, statusThen }) => [day, statusThen]),
      [
        [TEST_DAY, "open"],
        [NEXT, "attempted"],
        [NEXT + 1, undefined],
      ],
    );
  });

  it("a late attempt leaves a plan alone that still counts, and one that is not there", async () => {
    const { parcel: dear } = handheld.parcel(DEAR);
    await inBooks(test, (tx) => tx.parcels.update(dear, { day: NEXT }));
    handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
    await importTestRound(test, NEXT, "R2", "tracking,stop,address,value,asked\nTBA000000000099,1,x,1,no\n");
    const other = (await loadedHandheld(test, 8, NEXT)).parcel("TBA000000000099").parcel;
    const { device, journalEpoch } = { device: handheld.keys.device, journalEpoch: handheld.header.journalEpoch };
    const entry = { device, journalEpoch, parcel: other, code: 0, releasesKnown: 0 };
    await inBooks(test, (tx) => tx.manifests.addEntry(entry));
    handheld.write({ type: RecordType.NotDelivered, parcel: other, reason: Reason.NotHome });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["no change", "no change"]);
    const [plan] = await plansOf(test, handheld, DEAR);
    assert.deepEqual([plan?.outcome, plan?.statusThen], ["current", undefined]);
    assert.equal((await inBooks(test, (tx) => tx.parcels.plans(other))).length, 1);
  });

  it("a reversal of an attempt opens the parcel again and clears the reason", async () => {
    const attempt = handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
    handheld.about(DEAR, RecordType.Reversed, { detail: attempt });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "booked"]);
    assert.deepEqual([(await parcel(DEAR))?.status, (await parcel(DEAR))?.reason], ["open", 0]);
  });

  it("a reversal of an attempt never takes a delivery back", async () => {
    const attempt = handheld.about(PLAIN, RecordType.NotDelivered, { reason: Reason.NotHome });
    handheld.handOver(PLAIN);
    handheld.about(PLAIN, RecordType.Reversed, { detail: attempt });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "booked", "no change"]);
    assert.equal(await status(PLAIN), "delivered");
  });

  it("a reversal takes back a handover only: not an acceptance, not a slot that holds nothing", async () => {
    const accepted = handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    const torn = handheld.tear();
    handheld.handOver(ASKED);
    handheld.about(ASKED, RecordType.Reversed, { detail: accepted });
    handheld.about(ASKED, RecordType.Reversed, { detail: torn });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "booked", "refused", "refused"]);
    assert.deepEqual(await alarmTexts(test), [
      "reversal without handover: handheld 7, slot 3: slot 0 holds no handover of that parcel",
      "reversal without handover: handheld 7, slot 4: slot 1 holds no handover of that parcel",
    ]);
    assert.equal(await status(ASKED), "delivered");
  });

  it("a second reversal of one handover changes nothing; the parcel is marked as reversed", async () => {
    const over = handheld.handOver(PLAIN);
    for (let turn = 0; turn < 2; turn++) handheld.about(PLAIN, RecordType.Reversed, { detail: over });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["booked", "booked", "no change"]);
    const kept = await parcel(PLAIN);
    assert.deepEqual([kept?.status, kept?.deliveredAt_s, kept?.reversed], ["open", undefined, true]);
  });

  it("a reversal of a refused handover leaves another handheld's delivery as it is", async () => {
    const first = await loadedHandheld(test, 8);
    first.handOver(PLAIN);
    await first.sync(to);
    const over = handheld.handOver(PLAIN);
    handheld.about(PLAIN, RecordType.Reversed, { detail: over });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["refused", "no change"]);
    assert.deepEqual([(await parcel(PLAIN))?.status, (await parcel(PLAIN))?.reversed], ["delivered", false]);
  });

  it("a try found at a start names its code alone; it is noted, and counts", async () => {
    const { code } = handheld.parcel(ASKED);
    handheld.write({ type: RecordType.TryFound, code, tries: 2 });
    handheld.write({ type: RecordType.TryFound, code: 4711, tries: 3 });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["noted", "refused"]);
    assert.equal((await inBooks(test, (tx) => tx.codes.find(code)))?.triesKnown, 2);
  });

  it("a handover under a code that the manifest does not carry is refused", async () => {
    handheld.write({ type: RecordType.HandedOver, parcel: handheld.parcel(PLAIN).parcel, code: 4711 });
    await handheld.sync(to);
    assert.deepEqual(await verdicts(), ["refused"]);
    assert.equal(await status(PLAIN), "open");
  });
});
