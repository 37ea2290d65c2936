// Settlement of releases: each counted once, in whatever order their records come, for a code and for the whole handheld.
import assert from "node:assert/strict";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { releaseChallenge } from "../../../src/shared/crypto/release.ts";
import { nobleHash } from "../../../src/depot/noble-hash.ts";
import type { JournalWriter, SyncTo } from "../../support/journal-writer.ts";
import {
  ASKED,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../../support/test-depot.ts";
import { alarmTexts, inBooks, verdictsOf } from "./books.ts";

describe("a release at settlement", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const code = (): number => handheld.parcel(ASKED).code;

  /** Lets the depot tell the release of a lock by phone. */
  async function tell(tracking: string | undefined, index: number): Promise<void> {
    const { journalEpoch } = handheld.header;
    const lock = { journalEpoch, code: tracking === undefined ? 0 : code(), index };
    const challenge = releaseChallenge(nobleHash, handheld.key("release"), lock);
    await test.depot.release({ device: TEST_DEVICE, tracking, day: TEST_DAY, challenge, online: false });
  }
  const issues = (of: number) =>
    inBooks(test, (tx) => tx.releases.ofLock(TEST_DEVICE, handheld.header.journalEpoch, of));
  const known = async (): Promise<number | undefined> =>
    (await inBooks(test, (tx) => tx.codes.find(code())))?.releasesKnown;

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  it("of the whole handheld is booked as used, and belongs to no code", async () => {
    await tell(undefined, 0);
    handheld.write({ type: RecordType.Released, detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await verdictsOf(test, handheld), ["booked"]);
    assert.deepEqual(
      (await issues(0)).map(({ usedAt_s }) => usedAt_s),
      [test.clock.time_s],
    );
    assert.equal(await known(), 0);
  });

  it("recorded twice is booked once, at the time of the first record", async () => {
    await tell(ASKED, 0);
    const first_s = test.clock.time_s;
    handheld.about(ASKED, RecordType.Released, { detail: 0 });
    test.clock.time_s += 60;
    handheld.about(ASKED, RecordType.Released, { detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await verdictsOf(test, handheld), ["booked", "no change"]);
    assert.deepEqual(
      (await issues(code())).map(({ usedAt_s }) => usedAt_s),
      [first_s],
    );
    assert.equal(await known(), 1);
  });

  it("of an earlier index that comes later does not lower the count", async () => {
    await tell(ASKED, 0);
    await tell(ASKED, 1);
    handheld.about(ASKED, RecordType.Released, { detail: 1 });
    handheld.about(ASKED, RecordType.Released, { detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await verdictsOf(test, handheld), ["booked", "booked"]);
    assert.equal(await known(), 2);
  });

  it("never told is an alarm that names the lock", async () => {
    handheld.about(ASKED, RecordType.Released, { detail: 0 });
    handheld.write({ type: RecordType.Released, detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await verdictsOf(test, handheld), ["refused", "refused"]);
    assert.deepEqual(await alarmTexts(test), [
      `release never issued: handheld 7, slot 0: a release of code ${code()} that the depot never told`,
      "release never issued: handheld 7, slot 1: a release of the whole handheld that the depot never told",
    ]);
    assert.equal(await known(), 0);
  });
});
