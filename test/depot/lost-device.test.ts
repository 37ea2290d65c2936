// A lost handheld: what is closed, which codes are replaced, and the list for the platform.
import assert from "node:assert/strict";
import {
  ASKED,
  buyerCode,
  DEAR,
  DEARER,
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../support/test-depot.ts";
import { inBooks } from "./settle/books.ts";

describe("a lost handheld", () => {
  let test: TestDepot;
  const liveCode = (tracking: string) =>
    inBooks(test, async (tx) => {
      const parcel = (await tx.parcels.byTracking(tracking))[0]!.parcel;
      return (await tx.codes.ofParcel(parcel.id)).find((code) => code.state === "live")?.id;
    });

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
  });
  afterEach(() => test.end());

  it("is booked with a list of every undelivered code on it, old and new, by parcel", async () => {
    await loadedHandheld(test);
    const codes = [];
    for (const tracking of [ASKED, DEAR, DEARER]) codes.push({ tracking, oldCode: await liveCode(tracking) });
    const digits = await buyerCode(test.depot, ASKED);
    const booking = await test.depot.markLost(TEST_DEVICE);
    const expected = [];
    for (const code of codes) expected.push({ ...code, day: TEST_DAY, newCode: await liveCode(code.tracking) });
    assert.deepEqual(booking, { device: TEST_DEVICE, closedKeyEpoch: 1, wasLost: false, reissued: expected });
    assert.ok(expected.every((one) => one.oldCode !== one.newCode));
    assert.ok(!JSON.stringify(booking).includes(digits), "never a code itself");
    assert.equal((await test.depot.report(TEST_DAY)).devices[0]?.closed, true);
  });

  it("keeps the codes of parcels that were accepted or delivered", async () => {
    const handheld = await loadedHandheld(test);
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
    handheld.handOver(DEAR);
    await handheld.sync((request) => test.depot.handleSync(request));
    const { reissued } = await test.depot.markLost(TEST_DEVICE);
    assert.deepEqual(
      reissued.map(({ tracking }) => tracking),
      [DEARER],
    );
  });

  it("is booked once: a second time changes nothing and says so", async () => {
    await loadedHandheld(test);
    await test.depot.markLost(TEST_DEVICE);
    const before = await buyerCode(test.depot, ASKED);
    assert.deepEqual(await test.depot.markLost(TEST_DEVICE), {
      device: TEST_DEVICE,
      closedKeyEpoch: 1,
      wasLost: true,
      reissued: [],
    });
    assert.equal(await buyerCode(test.depot, ASKED), before);
    await assert.rejects(test.depot.markLost(9), fault(914));
  });

  it("gives back the rounds that were kept for it from today on", async () => {
    await test.depot.addDevice(TEST_DEVICE);
    await test.depot.addDevice(8);
    await test.depot.assignRound(TEST_DEVICE, TEST_DAY, "R1");
    await test.depot.markLost(TEST_DEVICE);
    assert.deepEqual(await test.depot.roundFor(8, TEST_DAY), { round: "R1", how: "free" });
    assert.equal((await test.depot.assignRound(8, TEST_DAY, "R1")).device, 8);
  });
});
