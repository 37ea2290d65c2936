// Settlement of acceptances in the corners: what else the journal holds, codes of other days, parcels that were moved on.
import assert from "node:assert/strict";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import type { JournalWriter, SyncTo } from "../../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  noon_s,
  statusOf,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../../support/test-depot.ts";
import { alarmTexts, inBooks, plansOf, verdictsOf, wrongCode } from "./books.ts";

const NEXT = TEST_DAY + 1;

describe("an acceptance at settlement", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const status = (tracking: string, day = TEST_DAY): Promise<string> => statusOf(test.depot, tracking, day);

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  describe("behind other records", () => {
    it("is booked behind wrong tries of the same code", async () => {
      handheld.about(ASKED, RecordType.Wrong, { tries: 1 });
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED), { tries: 2 });
      await handheld.sync(to);
      assert.deepEqual(await verdictsOf(test, handheld), ["noted", "booked"]);
    });

    it("is booked behind a refused record of the same code that was no acceptance", async () => {
      handheld.handOver(ASKED);
      handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
      await handheld.sync(to);
      assert.deepEqual(await verdictsOf(test, handheld), ["refused", "booked"]);
      assert.equal(await status(ASKED), "accepted");
    });

    it("is booked under the replacement behind a wrong proof for the code before it", async () => {
      handheld.accept(ASKED, await wrongCode(test, ASKED));
      await handheld.sync(to);
      await test.depot.reissue(ASKED);
      await handheld.sync(to);
      const { newCode, salt } = handheld.updates[0]!;
      const { codeDigest, proofOf } = await import("../../../src/shared/crypto/code-digest.ts");
      const { nobleHash } = await import("../../../src/depot/noble-hash.ts");
      const proof = proofOf(codeDigest(nobleHash, salt, await buyerCode(test.depot, ASKED)));
      handheld.about(ASKED, RecordType.Accepted, { code: newCode, proof });
      await handheld.sync(to);
      assert.deepEqual(await verdictsOf(test, handheld), ["refused", "booked"]);
    });

    it("is booked in the handheld's next journal when the one before held a wrong proof", async () => {
      handheld.accept(ASKED, await wrongCode(test, ASKED));
      await handheld.sync(to);
      await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
      const next = await loadedHandheld(test);
      next.accept(ASKED, await buyerCode(test.depot, ASKED));
      await next.sync(to);
      assert.deepEqual(await verdictsOf(test, next), ["booked"]);
      assert.equal(await status(ASKED), "accepted");
    });

    it("that repeats a booked one is a second acceptance, not a wrong proof", async () => {
      const code = await buyerCode(test.depot, ASKED);
      handheld.accept(ASKED, code);
      handheld.accept(ASKED, code);
      await handheld.sync(to);
      assert.deepEqual(await verdictsOf(test, handheld), ["booked", "refused"]);
      assert.deepEqual(await alarmKinds(test.depot), ["second acceptance"]);
    });
  });

  it("of a code replaced twice voids its successor, and no code a second time", async () => {
    const old = await buyerCode(test.depot, ASKED);
    const first = await test.depot.reissue(ASKED);
    const second = await test.depot.reissue(ASKED);
    handheld.accept(ASKED, old);
    await handheld.sync(to);
    await handheld.sync(to);
    assert.deepEqual(
      handheld.updates.map(({ kind, code }) => [kind, code]),
      [
        [UpdateKind.Replace, handheld.parcel(ASKED).code],
        [UpdateKind.Replace, first.code],
        [UpdateKind.Void, second.code],
      ],
    );
  });

  it("of a code of another day is booked, with an alarm that names both days", async () => {
    await test.depot.reissue(ASKED, { forDay: NEXT });
    const code = await buyerCode(test.depot, ASKED);
    const [tomorrow] = [await loadedHandheld(test, 8, NEXT)];
    const listed = tomorrow.parcel(ASKED);
    const { device, journalEpoch } = { device: TEST_DEVICE, journalEpoch: handheld.header.journalEpoch };
    const { parcel } = listed;
    await inBooks(test, (tx) =>
      tx.manifests.addEntry({ device, journalEpoch, parcel, code: listed.code, releasesKnown: 0 }),
    );
    const proof = tomorrow.proof(ASKED, code);
    handheld.write({ type: RecordType.Accepted, parcel, code: listed.code, proof });
    await handheld.sync(to);
    const days = "its code is for 2026-11-25, accepted in the manifest of 2026-11-24";
    assert.deepEqual(await alarmTexts(test), [`other day: handheld 7, slot 0: parcel ${ASKED}: ${days}`]);
    assert.deepEqual(await verdictsOf(test, handheld), ["booked"]);
    assert.equal(await status(ASKED), "accepted");
  });

  it("never makes less of a parcel that is delivered already", async () => {
    const { parcel } = handheld.parcel(ASKED);
    const code = await buyerCode(test.depot, ASKED);
    await inBooks(test, (tx) => tx.parcels.update(parcel, { status: "delivered", deliveredAt_s: 1 }));
    handheld.accept(ASKED, code);
    await handheld.sync(to);
    assert.deepEqual(await verdictsOf(test, handheld), ["booked"]);
    assert.equal(await status(ASKED), "delivered");
  });

  it("spends the code at the time that is booked", async () => {
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    const accepted_s = test.clock.time_s;
    test.clock.time_s += 900;
    await handheld.sync(to);
    const { code, parcel } = handheld.parcel(ASKED);
    const kept = await inBooks(test, async (tx) => [await tx.codes.find(code), await tx.parcels.find(parcel)] as const);
    assert.deepEqual([kept[0]?.state, kept[0]?.endedAt_s], ["spent", accepted_s]);
    assert.equal(kept[1]?.acceptedAt_s, accepted_s);
  });

  it("of an earlier day takes back the later one alone, and a handover of the later day changes no plan", async () => {
    handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
    await test.depot.closeDay(TEST_DAY);
    test.clock.time_s = noon_s(NEXT);
    const next = await loadedHandheld(test, 8, NEXT);
    await handheld.sync(to);
    const plans = await plansOf(test, handheld, DEAR);
    assert.deepEqual(
      plans.map(({ day, outcome, statusThen }) => [day, outcome, statusThen]),
      [
        [TEST_DAY, "current", undefined],
        [NEXT, "withdrawn", "open"],
      ],
    );
    next.handOver(DEAR);
    await next.sync(to);
    assert.deepEqual(await plansOf(test, handheld, DEAR), plans);
    assert.deepEqual([await status(DEAR), await status(DEAR, NEXT)], ["delivered", "withdrawn"]);
  });

  it("takes a parcel that was moved twice back to its day, and withdraws the last day alone", async () => {
    handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
    for (const day of [TEST_DAY, NEXT]) await test.depot.closeDay(day);
    await handheld.sync(to);
    assert.deepEqual(
      (await plansOf(test, handheld, DEAR)).map(({ day, outcome }) => [day, outcome]),
      [
        [TEST_DAY, "current"],
        [NEXT, "moved"],
        [NEXT + 1, "withdrawn"],
      ],
    );
    const { parcel } = handheld.parcel(DEAR);
    assert.equal((await inBooks(test, (tx) => tx.parcels.find(parcel)))?.day, TEST_DAY);
  });
});
