// Settlement: what each record changes in the books, and the alarm when it may not.
import assert from "node:assert/strict";
import { Reason, RecordFlag, RecordType } from "../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import type { StoredRecord } from "../../src/depot/store/rows.ts";
import type { JournalWriter, SyncTo } from "../support/journal-writer.ts";
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
  PLAIN,
  statusOf,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../support/test-depot.ts";
import { recordsOf } from "./settle/books.ts";

describe("settlement", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const status = (tracking: string): Promise<string> => statusOf(test.depot, tracking);
  const alarms = (): Promise<string[]> => alarmKinds(test.depot);

  /** The records as they are kept, read past the depot. */
  const kept = (): Promise<StoredRecord[]> => recordsOf(test, handheld);

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  describe("of an acceptance", () => {
    it("books an exact proof once, and spends the code", async () => {
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      await handheld.sync(to);
      assert.equal(await status(ASKED), "accepted");
      const view = await test.depot.track(ASKED);
      assert.deepEqual([view.status, view.code], ["code accepted", undefined]);
      assert.deepEqual(await alarms(), []);
      assert.equal((await kept())[0]?.verdict, "booked");
    });

    it("refuses the proof of other digits, with an alarm, and delivers nothing", async () => {
      const code = await buyerCode(test.depot, ASKED);
      const other = code === "000000" ? "000001" : "000000";
      handheld.accept(ASKED, other);
      handheld.handOver(ASKED);
      await handheld.sync(to);
      assert.equal(await status(ASKED), "open");
      assert.deepEqual(await alarms(), ["proof mismatch", "handed over without acceptance"]);
      assert.equal(await buyerCode(test.depot, ASKED), code, "the code still opens the door");
      assert.deepEqual(
        (await kept()).map((record) => record.verdict),
        ["refused", "refused"],
      );
    });

    it("compares all 128 bits of the proof", async () => {
      for (const at of [0, 7, 15]) {
        const forger = await loadedHandheld(test, 20 + at);
        const altered = Uint8Array.from(forger.proof(ASKED, await buyerCode(test.depot, ASKED)));
        altered[at]! ^= 0x80;
        forger.about(ASKED, RecordType.Accepted, { proof: altered });
        await forger.sync(to);
      }
      assert.equal(await status(ASKED), "open");
      assert.deepEqual(await alarms(), ["proof mismatch", "proof mismatch", "proof mismatch"]);
    });

    it("compares once: after a wrong proof no other one from that journal is looked at", async () => {
      const code = await buyerCode(test.depot, ASKED);
      handheld.accept(ASKED, code === "000000" ? "000001" : "000000");
      handheld.accept(ASKED, code);
      await handheld.sync(to);
      assert.equal(await status(ASKED), "open");
      assert.deepEqual(await alarms(), ["proof mismatch", "proof mismatch"]);
      const honest = await loadedHandheld(test, 8);
      honest.accept(ASKED, code);
      await honest.sync(to);
      assert.equal(await status(ASKED), "accepted", "another handheld's proof still counts");
    });

    it("gives the same answer to a good and to a forged proof", async () => {
      const forger = await loadedHandheld(test, 8);
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      forger.accept(DEAR, "000000");
      const good = await handheld.sync(to);
      const bad = await forger.sync(to);
      assert.deepEqual([bad.status, bad.acknowledged, bad.updates], [good.status, good.acknowledged, good.updates]);
    });

    it("books the first of two handhelds that carry a parcel; the second is an alarm", async () => {
      const second = await loadedHandheld(test, 8);
      const code = await buyerCode(test.depot, ASKED);
      handheld.accept(ASKED, code);
      handheld.handOver(ASKED);
      second.accept(ASKED, code);
      second.handOver(ASKED);
      await handheld.sync(to);
      await second.sync(to);
      assert.equal(await status(ASKED), "delivered");
      assert.deepEqual(await alarms(), ["second acceptance", "second handover"]);
      assert.equal((await test.depot.report(TEST_DAY)).counts.delivered, 1);
    });

    it("books a code that was replaced meanwhile, and voids its successor everywhere", async () => {
      const offline = handheld;
      const online = await loadedHandheld(test, 8);
      const old = await buyerCode(test.depot, ASKED);
      await test.depot.reissue(ASKED);
      await online.sync(to);
      offline.accept(ASKED, old);
      offline.handOver(ASKED);
      const reply = await offline.sync(to);
      assert.equal(await status(ASKED), "delivered");
      assert.equal((await test.depot.track(ASKED)).code, undefined);
      assert.deepEqual(await alarms(), []);
      assert.equal((await kept())[0]?.verdict, "booked superseded");
      assert.deepEqual(
        offline.updates.map((update) => update.kind),
        [UpdateKind.Replace, UpdateKind.Void],
      );
      assert.equal(reply.updates.length, 2);
      await online.sync(to);
      const [replace, gone] = online.updates;
      assert.deepEqual([replace?.kind, gone?.kind], [UpdateKind.Replace, UpdateKind.Void]);
      assert.equal(gone?.code, replace?.newCode, "the replacement is void on the handheld that stored it");
    });

    it("takes the replacement's proof once the handheld has stored it", async () => {
      await test.depot.reissue(ASKED);
      await handheld.sync(to);
      const update = handheld.updates[0]!;
      assert.deepEqual([update.kind, update.day, update.triesKnown], [UpdateKind.Replace, TEST_DAY, 0]);
      const { codeDigest, proofOf } = await import("../../src/shared/crypto/code-digest.ts");
      const { nobleHash } = await import("../../src/depot/noble-hash.ts");
      const proof = proofOf(codeDigest(nobleHash, update.salt, await buyerCode(test.depot, ASKED)));
      handheld.about(ASKED, RecordType.Accepted, { code: update.newCode, proof });
      await handheld.sync(to);
      assert.equal(await status(ASKED), "accepted");
      assert.deepEqual(await alarms(), []);
    });

    it("refuses a code or parcel that the manifest does not carry", async () => {
      await importTestRound(test, TEST_DAY, "R2", "tracking,stop,address,value,asked\nTBA9-99999999999,1,x,1,yes\n");
      const code = await buyerCode(test.depot, "TBA999999999999");
      const other = await test.depot.addDevice(9).then(async () => {
        await test.depot.provisionKeyFile(9, "http://x.test");
        return test.depot.manifestFor(9, TEST_DAY, "R2");
      });
      const { listedParcels } = await import("../support/journal-writer.ts");
      const foreign = listedParcels(other.bytes)[0]!;
      const { parcel } = handheld.parcel(ASKED);
      const proof = handheld.proof(ASKED, code);
      handheld.write({ type: RecordType.Accepted, parcel, code: foreign.code, proof });
      handheld.write({ type: RecordType.Accepted, parcel: foreign.parcel, code: foreign.code, proof });
      handheld.write({ type: RecordType.Accepted, parcel, code: 0, proof });
      handheld.write({ type: RecordType.HandedOver, parcel: foreign.parcel });
      handheld.write({ type: RecordType.HandedOver });
      await handheld.sync(to);
      assert.deepEqual(await alarms(), [
        "unknown code",
        "unknown parcel",
        "unknown code",
        "unknown parcel",
        "unknown parcel",
      ]);
      assert.equal(await status(ASKED), "open");
    });

    it("refuses one parcel's code under another parcel", async () => {
      const { code } = handheld.parcel(DEAR);
      const proof = handheld.proof(DEAR, await buyerCode(test.depot, DEAR));
      handheld.about(DEARER, RecordType.Accepted, { code, proof });
      await handheld.sync(to);
      assert.deepEqual(await alarms(), ["unknown code"]);
      assert.equal(await status(DEARER), "open");
    });
  });

  describe("of what happened to the parcel", () => {
    it("delivers parcels without a code, and protected ones only behind their acceptance", async () => {
      handheld.handOver(PLAIN);
      handheld.handOver(DEAR);
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      handheld.handOver(ASKED);
      await handheld.sync(to);
      assert.deepEqual(
        [await status(PLAIN), await status(ASKED), await status(DEAR)],
        ["delivered", "delivered", "open"],
      );
      assert.deepEqual(await alarms(), ["handed over without acceptance"]);
    });

    it("shows a code accepted without a handover as accepted, with the reason of an attempt beside it", async () => {
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      handheld.about(ASKED, RecordType.NotDelivered, { reason: Reason.Damaged });
      await handheld.sync(to);
      const line = (await test.depot.report(TEST_DAY)).lines.find(({ tracking }) => tracking === ASKED);
      assert.deepEqual([line?.status, line?.reason], ["accepted", Reason.Damaged]);
    });

    it("books attempts with their reason, the last one counting, never over a delivery", async () => {
      handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
      handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NoCode });
      handheld.handOver(PLAIN);
      handheld.about(PLAIN, RecordType.NotDelivered, { reason: Reason.Refused });
      await handheld.sync(to);
      const lines = new Map((await test.depot.report(TEST_DAY)).lines.map((line) => [line.tracking, line]));
      assert.deepEqual([lines.get(DEAR)?.status, lines.get(DEAR)?.reason], ["attempted", Reason.NoCode]);
      assert.deepEqual([lines.get(PLAIN)?.status, lines.get(PLAIN)?.reason], ["delivered", 0]);
    });

    it("takes a handover back without erasing it; the code stays spent", async () => {
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      const over = handheld.handOver(ASKED);
      handheld.about(ASKED, RecordType.Reversed, { detail: over });
      const plain = handheld.handOver(PLAIN);
      handheld.about(PLAIN, RecordType.Reversed, { detail: plain });
      await handheld.sync(to);
      assert.deepEqual([await status(ASKED), await status(PLAIN)], ["accepted", "open"]);
      const lines = (await test.depot.report(TEST_DAY)).lines.filter((line) => line.reversed);
      assert.equal(lines.length, 2);
      assert.equal((await kept()).length, 5);
      handheld.handOver(ASKED);
      await handheld.sync(to);
      assert.equal(await status(ASKED), "delivered");
      assert.deepEqual(await alarms(), []);
    });

    it("takes an attempt back: the recipient appeared after all", async () => {
      const attempt = handheld.about(DEAR, RecordType.NotDelivered, { reason: Reason.NotHome });
      handheld.about(DEAR, RecordType.Reversed, { detail: attempt });
      await handheld.sync(to);
      assert.equal(await status(DEAR), "open");
    });

    it("refuses a reversal of what was never handed over", async () => {
      handheld.handOver(PLAIN);
      handheld.about(DEAR, RecordType.Reversed, { detail: 0 });
      handheld.about(PLAIN, RecordType.Reversed, { detail: 9 });
      await handheld.sync(to);
      assert.equal(await status(PLAIN), "delivered");
      assert.deepEqual(await alarms(), ["reversal without handover", "reversal without handover"]);
    });
  });

  describe("of tries, clocks and strange records", () => {
    it("remembers the most tries it was told of; the next manifest carries them", async () => {
      handheld.about(ASKED, RecordType.Wrong, { tries: 1 });
      handheld.about(ASKED, RecordType.TryFound, { tries: 2 });
      handheld.about(ASKED, RecordType.Wrong, { tries: 1 });
      await handheld.sync(to);
      await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
      const next = await loadedHandheld(test);
      assert.equal(next.parcel(ASKED).triesKnown, 2);
      assert.equal(next.parcel(DEAR).triesKnown, 0);
      await test.depot.reissue(ASKED);
      await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
      assert.equal((await loadedHandheld(test)).parcel(ASKED).triesKnown, 0, "a new code has its tries anew");
    });

    it("books records of an estimated clock by their receipt, without an alarm", async () => {
      handheld.handOver(PLAIN, { time_s: 1, flags: RecordFlag.ClockEstimated });
      await handheld.sync(to);
      const [record] = await kept();
      assert.deepEqual([record?.time_s, record?.bookedAt_s, record?.clockDoubtful], [1, test.clock.time_s, true]);
      assert.deepEqual(await alarms(), []);
      assert.equal(await status(PLAIN), "delivered");
    });

    it("books records outside the manifest's day by their receipt, with an alarm", async () => {
      const { validFrom_s, validUntil_s } = handheld.header;
      for (const time_s of [validFrom_s - 1, validFrom_s, validUntil_s - 1, validUntil_s]) {
        handheld.about(DEAR, RecordType.Wrong, { time_s });
      }
      await handheld.sync(to);
      assert.deepEqual(
        (await kept()).map((record) => record.clockDoubtful),
        [true, false, false, true],
      );
      assert.deepEqual(await alarms(), ["clock", "clock"]);
    });

    it("keeps every record whole, with the time it came in", async () => {
      handheld.write({ type: RecordType.Fault, detail: 102 });
      handheld.about(DEAR, RecordType.WrongAnswer);
      test.clock.time_s += 600;
      await handheld.sync(to);
      const records = await kept();
      assert.deepEqual(
        records.map((record) => record.bytes),
        handheld.slots,
      );
      assert.deepEqual(
        records.map((record) => [record.verdict, record.receivedAt_s]),
        [
          ["noted", test.clock.time_s],
          ["noted", test.clock.time_s],
        ],
      );
    });

    it("refuses a type it does not know, and goes on", async () => {
      handheld.write({ type: 77 as RecordType });
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      assert.deepEqual(await alarms(), ["unknown record"]);
      assert.equal(await status(PLAIN), "delivered");
    });
  });

  it("never prints a code or a proof in an alarm", async () => {
    const code = await buyerCode(test.depot, ASKED);
    const proof = Buffer.from(handheld.proof(ASKED, code)).toString("hex");
    handheld.accept(ASKED, code);
    handheld.accept(ASKED, code);
    handheld.accept(DEAR, "000000");
    await handheld.sync(to);
    const text = JSON.stringify(await test.depot.alarms()) + JSON.stringify(await test.depot.report(TEST_DAY));
    assert.equal((await test.depot.alarms()).length, 2);
    assert.ok(!text.includes(code) && !text.includes(proof));
    await assert.rejects(test.depot.reissue(ASKED), fault(921));
  });
});
