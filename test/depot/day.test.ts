// Slipped deliveries: reissue, close-day, and the results that come in after them.
import assert from "node:assert/strict";
import { RecordType, Reason } from "../../src/shared/wire/journal.ts";
import { SyncStatus } from "../../src/shared/wire/sync.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import type { SyncTo } from "../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  DEARER,
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  noon_s,
  PLAIN,
  PLAINER,
  statusOf,
  TEST_DAY,
  type TestDepot,
} from "../support/test-depot.ts";

const NEXT = TEST_DAY + 1;

describe("a delivery that slips", () => {
  let test: TestDepot;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const status = (tracking: string, day = TEST_DAY): Promise<string> => statusOf(test.depot, tracking, day);

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
  });
  afterEach(() => test.end());

  describe("reissue", () => {
    it("makes another code for the same day and replaces it on every handheld that carries the old one", async () => {
      const [one, two] = [await loadedHandheld(test, 7), await loadedHandheld(test, 8)];
      const old = await buyerCode(test.depot, ASKED);
      const done = await test.depot.reissue(ASKED);
      assert.deepEqual([done.tracking, done.day], [ASKED, TEST_DAY]);
      assert.notEqual(await buyerCode(test.depot, ASKED), old);
      for (const handheld of [one, two]) {
        await handheld.sync(to);
        const [update] = handheld.updates;
        const { code, parcel, salt } = handheld.parcel(ASKED);
        assert.deepEqual(
          [update?.kind, update?.code, update?.parcel, update?.newCode],
          [UpdateKind.Replace, code, parcel, done.code],
        );
        assert.notDeepEqual(update?.salt, salt, "a new code has a new salt");
      }
    });

    it("for another day voids the code on the handhelds and moves the parcel", async () => {
      const handheld = await loadedHandheld(test);
      await test.depot.reissue(ASKED, { forDay: NEXT });
      await handheld.sync(to);
      assert.equal(handheld.updates[0]?.kind, UpdateKind.Void);
      assert.deepEqual([await status(ASKED), await status(ASKED, NEXT)], ["moved", "open"]);
      assert.equal((await test.depot.track(ASKED)).deliveryDay, "2026-11-25");
      const next = await loadedHandheld(test, 7, NEXT);
      assert.equal(next.parcel(ASKED).codeDay, NEXT);
    });

    it("twice voids the first replacement, too", async () => {
      const handheld = await loadedHandheld(test);
      const first = await test.depot.reissue(ASKED);
      const second = await test.depot.reissue(ASKED);
      await handheld.sync(to);
      assert.deepEqual(
        handheld.updates.map((update) => [update.code, update.newCode]),
        [
          [handheld.parcel(ASKED).code, first.code],
          [first.code, second.code],
        ],
      );
    });

    it("is refused for what is unknown, needs no code, is accepted or delivered", async () => {
      await assert.rejects(test.depot.reissue("TBA999999999999"), fault(920));
      await assert.rejects(test.depot.reissue(ASKED, { day: NEXT }), fault(920, /2026-11-25/));
      await assert.rejects(test.depot.reissue(PLAIN), fault(921, /needs no code/));
      const handheld = await loadedHandheld(test);
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
      handheld.handOver(DEAR);
      await handheld.sync(to);
      await assert.rejects(test.depot.reissue(ASKED), fault(921, /accepted/));
      await assert.rejects(test.depot.reissue(DEAR), fault(921, /delivered/));
      await importTestRound(test, NEXT);
      await assert.rejects(test.depot.reissue(DEARER, { day: TEST_DAY, forDay: NEXT }), fault(921, /due/));
    });
  });

  describe("close-day", () => {
    it("moves what was not delivered, protected parcels with new codes, and leaves the rest", async () => {
      const handheld = await loadedHandheld(test);
      const codes = [await buyerCode(test.depot, DEAR), await buyerCode(test.depot, DEARER)];
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome, tries: 2 });
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      const done = await test.depot.closeDay(TEST_DAY);
      assert.deepEqual(done, {
        day: TEST_DAY,
        next: NEXT,
        moved: 3,
        reissued: 2,
        replanned: 0,
        acceptedOnly: 1,
        manifestsClosed: 1,
      });
      assert.deepEqual([await status(ASKED), await status(PLAIN)], ["accepted", "delivered"]);
      for (const tracking of [DEAR, DEARER, PLAINER]) {
        assert.deepEqual([await status(tracking), await status(tracking, NEXT)], ["moved", "open"]);
      }
      assert.notDeepEqual([await buyerCode(test.depot, DEAR), await buyerCode(test.depot, DEARER)], codes);
      test.clock.time_s = noon_s(NEXT);
      const next = await loadedHandheld(test, 7, NEXT);
      assert.deepEqual([next.header.parcels, next.header.codes, next.parcel(DEAR).triesKnown], [3, 2, 0]);
    });

    it("run twice changes nothing", async () => {
      await loadedHandheld(test);
      await test.depot.closeDay(TEST_DAY);
      const code = await buyerCode(test.depot, DEAR);
      const reports = [await test.depot.report(TEST_DAY), await test.depot.report(NEXT)];
      const again = await test.depot.closeDay(TEST_DAY);
      assert.deepEqual(
        [again.moved, again.reissued, again.replanned, again.acceptedOnly, again.manifestsClosed],
        [0, 0, 0, 0, 0],
      );
      assert.deepEqual([await test.depot.report(TEST_DAY), await test.depot.report(NEXT)], reports);
      assert.equal(await buyerCode(test.depot, DEAR), code);
    });

    it("takes --next, and refuses a day that is not later", async () => {
      await assert.rejects(test.depot.closeDay(TEST_DAY, TEST_DAY), fault(927));
      await assert.rejects(test.depot.closeDay(TEST_DAY, TEST_DAY - 1), fault(927, /2026-11-23/));
      assert.equal(await status(DEAR), "open");
      await test.depot.closeDay(TEST_DAY, TEST_DAY + 3);
      assert.equal((await test.depot.track(DEAR)).deliveryDay, "2026-11-27");
    });

    it("leaves a parcel to the newer round that brought it for the next day already", async () => {
      await importTestRound(test, NEXT, "R1", "tracking,stop,address,value,asked\nTBA000000000002,9,a,500,no\n");
      const code = await buyerCode(test.depot, DEAR);
      const done = await test.depot.closeDay(TEST_DAY);
      assert.deepEqual([done.moved, done.replanned], [4, 1]);
      assert.deepEqual([await status(DEAR), await status(DEAR, NEXT)], ["replanned", "open"]);
      assert.equal(await buyerCode(test.depot, DEAR), code, "the newer parcel keeps its own code");
      assert.equal((await test.depot.report(NEXT)).parcels, 5);
    });

    it("gives slipped parcels their place when the next day's round names them", async () => {
      await test.depot.closeDay(TEST_DAY);
      const code = await buyerCode(test.depot, DEAR);
      const csv = "tracking,stop,address,value,asked\nTBA000000000002,9,a,500,no\nTBA000000000077,10,b,1,yes\n";
      const path = test.file("next.csv", csv);
      const done = await test.depot.importRoundFile(path, { day: NEXT, name: "N" });
      assert.deepEqual([done.parcels, done.adopted, done.codes], [2, 1, 1]);
      assert.equal(await buyerCode(test.depot, DEAR), code, "it keeps the code its buyer has read");
      const report = await test.depot.report(NEXT);
      const line = report.lines.find(({ tracking }) => tracking === DEAR);
      assert.deepEqual([line?.round, line?.stop], ["N", 9]);
      assert.equal(report.parcels, 6);
    });

    it("sends a closed journal no updates, and still takes its records", async () => {
      const handheld = await loadedHandheld(test);
      await test.depot.reissue(DEAR);
      await test.depot.closeDay(TEST_DAY);
      handheld.handOver(PLAIN);
      const reply = await handheld.sync(to);
      assert.deepEqual([reply.status, reply.acknowledged, reply.updates.length], [SyncStatus.Closed, 1, 0]);
      assert.deepEqual([await status(PLAIN), await status(PLAIN, NEXT)], ["delivered", "withdrawn"]);
      assert.equal((await test.depot.report(TEST_DAY)).devices[0]?.late, 1);
    });

    it("books a late acceptance under the old code, and voids its successor", async () => {
      const handheld = await loadedHandheld(test);
      handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
      handheld.handOver(DEAR);
      await test.depot.closeDay(TEST_DAY);
      test.clock.time_s = noon_s(NEXT);
      const next = await loadedHandheld(test, 8, NEXT);
      await handheld.sync(to);
      assert.deepEqual([await status(DEAR), await status(DEAR, NEXT)], ["delivered", "withdrawn"]);
      assert.equal((await test.depot.track(DEAR)).code, undefined);
      await next.sync(to);
      assert.deepEqual(
        next.updates.map((update) => [update.kind, update.code]),
        [[UpdateKind.Void, next.parcel(DEAR).code]],
      );
      const all = [await test.depot.report(TEST_DAY), await test.depot.report(NEXT)];
      assert.equal(all[0]!.counts.delivered + all[1]!.counts.delivered, 1, "delivered once, on its day");
      assert.deepEqual(await alarmKinds(test.depot), []);
      const again = await test.depot.closeDay(TEST_DAY);
      assert.equal(again.moved, 0);
    });

    it("raises the alarm when the successor was accepted before the late one came in", async () => {
      const late = await loadedHandheld(test);
      late.accept(DEAR, await buyerCode(test.depot, DEAR));
      await test.depot.closeDay(TEST_DAY);
      test.clock.time_s = noon_s(NEXT);
      const next = await loadedHandheld(test, 8, NEXT);
      next.accept(DEAR, await buyerCode(test.depot, DEAR));
      next.handOver(DEAR);
      await next.sync(to);
      await late.sync(to);
      assert.deepEqual(await alarmKinds(test.depot), ["second acceptance"]);
      assert.deepEqual([await status(DEAR), await status(DEAR, NEXT)], ["moved", "delivered"]);
    });

    it("keeps a late attempt with the day it belongs to", async () => {
      const handheld = await loadedHandheld(test);
      handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
      await test.depot.closeDay(TEST_DAY);
      await handheld.sync(to);
      assert.deepEqual([await status(DEAR), await status(DEAR, NEXT)], ["moved", "open"]);
    });

    it("moves a parcel over several days, and back a late result to the first", async () => {
      const handheld = await loadedHandheld(test);
      handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
      for (const day of [TEST_DAY, NEXT, NEXT + 1]) await test.depot.closeDay(day);
      await handheld.sync(to);
      assert.deepEqual(
        [await status(DEAR), await status(DEAR, NEXT), await status(DEAR, NEXT + 2)],
        ["accepted", "moved", "withdrawn"],
      );
      assert.equal((await test.depot.track(DEAR)).deliveryDay, "2026-11-24");
    });
  });

  it("shows parcels whose results never came in as open, never as delivered", async () => {
    const handheld = await loadedHandheld(test);
    handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
    handheld.handOver(DEAR);
    const report = await test.depot.report(TEST_DAY);
    assert.deepEqual([report.counts.open, report.counts.delivered, report.records], [5, 0, 0]);
    assert.deepEqual(report.devices[0]?.lastSync, undefined);
  });
});
