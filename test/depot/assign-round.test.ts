// Rounds and handhelds: whose a round is, which one is free, and what the dock is told.
import assert from "node:assert/strict";
import { fault, importTestRound, makeTestDepot, TEST_DAY, type TestDepot } from "../support/test-depot.ts";

const csv = (tracking: string): string => `tracking,stop,address,value,asked\n${tracking},1,Via 1,5,yes\n`;

describe("rounds for handhelds", () => {
  let test: TestDepot;
  const roundOf = (device: number, day = TEST_DAY) => test.depot.roundFor(device, day);

  beforeEach(async () => {
    test = await makeTestDepot();
    for (const device of [7, 8, 9]) await test.depot.addDevice(device);
    await importTestRound(test, TEST_DAY, "R2", csv("B1"));
    await importTestRound(test, TEST_DAY, "R1", csv("A1"));
  });
  afterEach(() => test.end());

  it("offer the first that no other handheld has, by name", async () => {
    assert.deepEqual(await roundOf(7), { round: "R1", how: "free" });
    await test.depot.sealManifest(7, TEST_DAY, "R1");
    assert.deepEqual(await roundOf(8), { round: "R2", how: "free" });
    await test.depot.assignRound(8, TEST_DAY, "R2");
    assert.equal(await roundOf(9), undefined);
    assert.equal(await roundOf(7, TEST_DAY + 1), undefined, "another day has none");
  });

  it("are a handheld's own once sealed for it or assigned to it; what is assigned counts first", async () => {
    await test.depot.sealManifest(7, TEST_DAY, "R2");
    assert.deepEqual(await roundOf(7), { round: "R2", how: "its own" });
    await test.depot.assignRound(7, TEST_DAY, "R1");
    assert.deepEqual(await roundOf(7), { round: "R1", how: "its own" });
    assert.equal(await roundOf(8), undefined, "it may still carry R2");
    assert.equal((await test.depot.manifestFor(7, TEST_DAY)).round, "R1", "and is loaded with what is kept for it");
  });

  it("are free again when the manifest is closed or another one is assigned", async () => {
    await test.depot.sealManifest(7, TEST_DAY, "R1");
    await test.depot.provisionKeyFile(7, "http://depot.test", { again: true });
    assert.deepEqual(await roundOf(8), { round: "R1", how: "free" });
    await test.depot.assignRound(8, TEST_DAY, "R1");
    await test.depot.assignRound(8, TEST_DAY, "R2");
    assert.deepEqual(await roundOf(7), { round: "R1", how: "free" });
  });

  it("are kept for one handheld at a time", async () => {
    await test.depot.assignRound(7, TEST_DAY, "R1");
    await test.depot.assignRound(7, TEST_DAY, "R1");
    await assert.rejects(test.depot.assignRound(8, TEST_DAY, "R1"), fault(930, /handheld 7 has round "R1"/));
    await test.depot.sealManifest(9, TEST_DAY, "R2");
    await assert.rejects(test.depot.assignRound(8, TEST_DAY, "R2"), fault(930, /handheld 9/));
    assert.deepEqual(await test.depot.assignRound(9, TEST_DAY, "R2"), { device: 9, day: TEST_DAY, round: "R2" });
  });

  it("are not kept when round or handheld do not exist, or it is lost", async () => {
    await assert.rejects(test.depot.assignRound(7, TEST_DAY, "R3"), fault(918, /R3/));
    await assert.rejects(test.depot.assignRound(7, TEST_DAY + 1, "R1"), fault(918));
    await assert.rejects(test.depot.assignRound(6, TEST_DAY, "R1"), fault(914));
    await assert.rejects(roundOf(6), fault(914));
    await test.depot.markLost(7);
    await assert.rejects(test.depot.assignRound(7, TEST_DAY, "R1"), fault(917));
  });

  it("with nothing left to deliver are not offered", async () => {
    await test.depot.closeDay(TEST_DAY); // both move to the next day, and come again there with a newer round
    await importTestRound(test, TEST_DAY + 2, "R9", csv("A1"));
    await test.depot.closeDay(TEST_DAY + 1, TEST_DAY + 2);
    assert.deepEqual(await roundOf(7, TEST_DAY + 2), { round: "R2", how: "free" });
    await test.depot.assignRound(8, TEST_DAY + 2, "R2");
    assert.deepEqual(await roundOf(7, TEST_DAY + 2), { round: "R9", how: "free" });
    assert.deepEqual(await roundOf(9, TEST_DAY + 1), { round: "R2", how: "free" });
  });

  it("need no assignment on a day with one round", async () => {
    await importTestRound(test, TEST_DAY + 3, "R5", csv("E1"));
    assert.equal((await test.depot.manifestFor(7, TEST_DAY + 3)).round, "R5");
    await assert.rejects(test.depot.manifestFor(7, TEST_DAY), fault(918));
  });
});
