// The roll-call: what the dock and syncs said of each handheld, and what follows from it hours and days later.
import assert from "node:assert/strict";
import { rollCallTotals, type RollCallMoment, type RollCallRow } from "../../src/depot/dock/roll-call.ts";
import { encodeRequest } from "../../src/shared/wire/sync.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import type { JournalWriter, SyncTo } from "../support/journal-writer.ts";
import {
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  noon_s,
  PLAIN,
  PLAINER,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../support/test-depot.ts";

const HOUR_S = 3600;
const MORNING_S = noon_s(TEST_DAY) - 6 * HOUR_S;
const EVENING_S = noon_s(TEST_DAY) + 7 * HOUR_S;
const NEXT_MORNING_S = MORNING_S + 24 * HOUR_S;
const FIRMWARE = 0x010203;

describe("the roll-call", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const at = (time_s: number): void => void (test.clock.time_s = time_s);
  /** The dock speaks of a handheld. */
  const arrive = (journalEpoch: number, unsent = 0, device = TEST_DEVICE, battery: number | undefined = 80) =>
    test.depot.dockArrived(device, { unsent, sequence: journalEpoch, journalEpoch, battery, firmware: FIRMWARE });
  const leave = (device = TEST_DEVICE) => test.depot.dockLeft(device);
  const row = async (day = TEST_DAY, moment: RollCallMoment = "morning"): Promise<RollCallRow> => {
    const found = (await test.depot.rollCall(day, moment)).find(({ device }) => device === TEST_DEVICE);
    assert.ok(found);
    return found;
  };
  const stand = async (day = TEST_DAY, moment: RollCallMoment = "morning"): Promise<[string, boolean]> => {
    const { standing, unsynced } = await row(day, moment);
    return [standing, unsynced];
  };
  /** Loaded in the dock in the morning, synced there, taken out at 6:10. */
  const takenOut = async (): Promise<void> => {
    at(MORNING_S);
    await arrive(0);
    handheld = await loadedHandheld(test);
    await handheld.sync(to);
    at(MORNING_S + 60);
    await arrive(1);
    at(MORNING_S + 120);
    await arrive(1);
    at(MORNING_S + 130);
    await leave();
  };

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    await test.depot.addDevice(TEST_DEVICE, "blue");
  });
  afterEach(() => test.end());

  it("names a handheld that nothing was ever heard of", async () => {
    assert.deepEqual(await test.depot.rollCall(TEST_DAY), [
      { device: TEST_DEVICE, label: "blue", standing: "never seen", unsynced: false, words: "never seen" },
    ]);
  });

  it("says what the dock heard of one that is here", async () => {
    at(MORNING_S);
    await arrive(0, 0, TEST_DEVICE, 42);
    assert.deepEqual(await row(), {
      device: TEST_DEVICE,
      label: "blue",
      standing: "here",
      unsynced: false,
      battery: 42,
      firmware: FIRMWARE,
      lastDock_s: MORNING_S,
      words: "in the dock since 2026-11-24T05:00:00Z, without a manifest",
    });
    await arrive(0, 0, TEST_DEVICE, 255);
    assert.equal((await row()).battery, undefined, "255 is unknown");
    await assert.rejects(arrive(0, 0, 99), fault(914));
    await assert.rejects(leave(99), fault(914));
  });

  it("believes the dock for 90 seconds, and no longer", async () => {
    at(MORNING_S);
    await arrive(0);
    at(MORNING_S + 90);
    assert.deepEqual(await stand(), ["here", false]);
    at(MORNING_S + 91);
    assert.deepEqual(await stand(), ["out", false]);
    await leave();
    assert.equal((await row()).lastDock_s, MORNING_S, "it was gone by then");
    await arrive(0);
    assert.equal((await stand())[0], "here");
    at(MORNING_S);
    await arrive(0);
    at(MORNING_S - HOUR_S);
    assert.equal((await stand())[0], "out", "nor after the clock was set back");
  });

  it("says since when it is here, and takes the manifest that was loaded in that very second", async () => {
    at(MORNING_S);
    await arrive(0);
    handheld = await loadedHandheld(test);
    await handheld.sync(to);
    assert.match((await row()).words, /with round "R1"/);
    at(MORNING_S + 30);
    await arrive(1);
    assert.match((await row()).words, /^in the dock since 2026-11-24T05:00:00Z, with round "R1" of 2026-11-24$/);
    await leave();
    at(MORNING_S + 40);
    await arrive(1);
    assert.match((await row()).words, /since 2026-11-24T05:00:40Z/);
  });

  it("takes one that was taken out for out, until it is plugged in again", async () => {
    await takenOut();
    const out = await row();
    assert.deepEqual([out.standing, out.round, out.lastDock_s], ["out", "R1", MORNING_S + 130]);
    assert.match(out.words, /^out since 2026-11-24T\d\d:\d\d:\d\dZ, with round "R1" of 2026-11-24$/);
    await leave();
    assert.equal((await row()).lastDock_s, MORNING_S + 130, "left once");
    await arrive(1);
    assert.deepEqual(await stand(), ["here", false]);
  });

  describe("overdue", () => {
    it("is one that did not come back from an earlier day, however its day was closed and whatever it sends", async () => {
      await takenOut();
      at(EVENING_S);
      assert.equal((await stand(TEST_DAY, "evening"))[0], "out");
      await test.depot.closeDay(TEST_DAY);
      at(NEXT_MORNING_S);
      assert.deepEqual(await stand(TEST_DAY + 1), ["overdue", true]);
      assert.match((await row(TEST_DAY + 1)).words, /^NOT BACK since .*results may be missing/);
      await handheld.sync(to);
      assert.deepEqual(await stand(TEST_DAY + 1), ["overdue", false], "a sync over the air brings it not back");
      await arrive(1);
      assert.deepEqual(await stand(TEST_DAY + 1), ["here", false]);
    });

    it("is also one that was in the dock in between, and went out again that day", async () => {
      await takenOut();
      at(noon_s(TEST_DAY));
      await arrive(1);
      await leave();
      at(NEXT_MORNING_S);
      assert.equal((await stand(TEST_DAY + 1))[0], "overdue");
    });

    it("is none that the dock heard once that day was over", async () => {
      await takenOut();
      at(NEXT_MORNING_S);
      await arrive(1);
      at(NEXT_MORNING_S + 10);
      await leave();
      assert.deepEqual(await stand(TEST_DAY + 1), ["out", false]);
      assert.deepEqual(await stand(TEST_DAY + 1, "evening"), ["out", false]);
    });

    it("is none with a manifest of that day or a later one", async () => {
      await takenOut();
      assert.equal((await stand(TEST_DAY))[0], "out");
      assert.deepEqual(await stand(TEST_DAY - 1, "evening"), ["out", false]);
    });

    it("is one that was loaded without the dock's word, and never came in", async () => {
      handheld = await loadedHandheld(test);
      await handheld.sync(to);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", true]);
      assert.match((await row()).words, /^out, last sync 2026/);
      assert.equal((await stand(TEST_DAY + 1))[0], "overdue");
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", false]);
    });
  });

  describe("unsynced", () => {
    it("is one that left with today's manifest and sent nothing since: in the evening, not in the morning", async () => {
      await takenOut();
      assert.deepEqual(await stand(TEST_DAY, "morning"), ["out", false]);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", true]);
      at(noon_s(TEST_DAY));
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", false]);
    });

    it("is one that has told of records which did not come", async () => {
      await takenOut();
      at(noon_s(TEST_DAY));
      handheld.handOver(PLAIN);
      handheld.handOver(PLAINER);
      const part = handheld.fields(0, 1);
      await to(handheld.seal(part));
      assert.deepEqual(await stand(), ["out", true]);
      assert.match((await row()).words, /results are missing: 1 records were not taken/);
      await handheld.sync(to);
      assert.deepEqual(await stand(), ["out", false]);
    });

    it("is one in the dock whose records are not taken yet; a sync afterwards counts more than a stale word", async () => {
      await takenOut();
      handheld.handOver(PLAIN);
      at(EVENING_S);
      await arrive(1, 1);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["here", true]);
      at(EVENING_S + 5);
      await handheld.sync(to);
      at(EVENING_S + 30);
      await arrive(1, 1); // the dock repeats what it heard at first
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["here", false]);
      await arrive(1, 2);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["here", true], "a new word does count");
    });

    it("is still one when its day was closed before the results came", async () => {
      await takenOut();
      at(EVENING_S);
      await test.depot.closeDay(TEST_DAY);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", true]);
    });

    it("is none for a manifest of a later day", async () => {
      at(EVENING_S - 24 * HOUR_S);
      await arrive(0);
      handheld = await loadedHandheld(test);
      await arrive(1);
      await leave();
      assert.deepEqual(await stand(TEST_DAY - 1, "evening"), ["out", false]);
      assert.deepEqual(await stand(TEST_DAY, "evening"), ["out", true]);
    });

    it("is not undone by an old request that comes again", async () => {
      await takenOut();
      const old = handheld.seal(handheld.fields());
      at(noon_s(TEST_DAY));
      await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
      const newer = await loadedHandheld(test);
      newer.handOver(PLAIN);
      newer.handOver(PLAINER);
      await to(newer.seal(newer.fields(0, 1)));
      assert.deepEqual(await stand(), ["out", true]);
      await to(newer.seal({ ...newer.fields(0, 1), end: 1 }));
      assert.deepEqual(await stand(), ["out", true], "its own shorter word");
      await to(old);
      const none = { ...handheld.fields(0, 0), sequence: 0, journalEpoch: 0, end: 0 };
      await to(encodeRequest(nobleHash, handheld.key("sync"), none));
      assert.deepEqual(await stand(), ["out", true], "one of a manifest before, one without");
      await newer.sync(to);
      assert.deepEqual(await stand(), ["out", false]);
    });
  });

  it("counts a lost handheld as lost, in the dock or not, and as nothing else", async () => {
    await takenOut();
    await test.depot.markLost(TEST_DEVICE);
    at(NEXT_MORNING_S);
    assert.deepEqual(await stand(TEST_DAY + 1), ["lost", false]);
    await arrive(1, 3);
    const back = await row(TEST_DAY + 1);
    assert.deepEqual([back.standing, back.unsynced], ["lost", false]);
    assert.match(back.words, /IN THE DOCK/);
  });

  it("shows the round of the day asked for, else the one it still holds", async () => {
    await takenOut();
    await importTestRound(test, TEST_DAY + 1, "R2", "tracking,stop,address,value,asked\nN1,1,Via 1,5,yes\n");
    assert.equal((await row(TEST_DAY + 1)).round, "R1");
    await test.depot.assignRound(TEST_DEVICE, TEST_DAY + 1, "R2");
    assert.equal((await row(TEST_DAY + 1)).round, "R2");
    assert.equal((await row(TEST_DAY)).round, "R1");
  });

  it("lists every handheld by number and adds up where they stand", async () => {
    for (const device of [1, 2, 3, 4]) await test.depot.addDevice(device);
    await takenOut();
    await arrive(0, 0, 1);
    await arrive(0, 5, 2);
    await test.depot.markLost(3);
    const rows = await test.depot.rollCall(TEST_DAY, "evening");
    assert.deepEqual(
      rows.map(({ device, standing, unsynced }) => [device, standing, unsynced]),
      [
        [1, "here", false],
        [2, "here", true],
        [3, "lost", false],
        [4, "never seen", false],
        [TEST_DEVICE, "out", true],
      ],
    );
    assert.deepEqual(rollCallTotals(rows), { here: 2, out: 1, overdue: 0, lost: 1, neverSeen: 1, unsynced: 2 });
  });

  it("takes the battery of the later word, dock or sync", async () => {
    await takenOut();
    at(noon_s(TEST_DAY));
    await to(handheld.seal({ ...handheld.fields(), battery: 55 }));
    assert.equal((await row()).battery, 55);
    assert.equal((await row()).lastSync_s, noon_s(TEST_DAY));
    at(EVENING_S);
    await arrive(1, 0, TEST_DEVICE, 30);
    assert.equal((await row()).battery, 30);
  });
});
