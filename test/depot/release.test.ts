// Releases: told once, matched to the challenge, at most two a lock; one the depot never told is an alarm.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import type { ReleaseWish } from "../../src/depot/release/release.ts";
import { type Lock, releaseAnswer, releaseChallenge } from "../../src/shared/crypto/release.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import type { JournalWriter, SyncTo } from "../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  TEST_DAY,
  TEST_DEVICE,
  type TestDepot,
} from "../support/test-depot.ts";

describe("a release", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);

  /** The lock as the handheld counts it. */
  function lock(code: number, index: number): Lock {
    return { journalEpoch: handheld.header.journalEpoch, code, index };
  }
  function challenge(code: number, index: number): string {
    return releaseChallenge(nobleHash, handheld.key("release"), lock(code, index));
  }
  function answer(code: number, index: number): string {
    return releaseAnswer(nobleHash, handheld.key("release"), lock(code, index));
  }
  function wish(more: Partial<ReleaseWish> = {}): ReleaseWish {
    return { device: TEST_DEVICE, tracking: ASKED, day: TEST_DAY, challenge: undefined, online: false, ...more };
  }

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  it("answers the handheld's challenge for a parcel and for the whole handheld", async () => {
    const { code } = handheld.parcel(ASKED);
    const told = await test.depot.release(wish({ challenge: challenge(code, 0) }));
    assert.deepEqual([told.answer, told.code, told.index], [answer(code, 0), code, 0]);
    const whole = await test.depot.release(wish({ tracking: undefined, challenge: challenge(0, 0) }));
    assert.deepEqual([whole.answer, whole.code], [answer(0, 0), 0]);
    const spaced = challenge(0, 1).replace(/(\d{4})/, "$1 ");
    assert.equal((await test.depot.release(wish({ tracking: undefined, challenge: spaced }))).answer, answer(0, 1));
  });

  it("answers without a challenge while only one lock can be meant", async () => {
    const { code } = handheld.parcel(ASKED);
    assert.equal((await test.depot.release(wish())).answer, answer(code, 0));
    await assert.rejects(test.depot.release(wish()), fault(925, /challenge/));
    handheld.about(ASKED, RecordType.Released, { detail: 0, tries: 3 });
    await handheld.sync(to);
    assert.equal((await test.depot.release(wish())).answer, answer(code, 1));
    handheld.about(ASKED, RecordType.Released, { detail: 1, tries: 6 });
    await handheld.sync(to);
    await assert.rejects(test.depot.release(wish()), fault(923, /2 releases/));
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("tells the same answer again when it was misheard, as one release", async () => {
    const { code } = handheld.parcel(ASKED);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await test.depot.release(wish({ challenge: challenge(code, 0) }))).answer, answer(code, 0));
    }
    await test.depot.release(wish({ challenge: challenge(code, 1) }));
    await assert.rejects(test.depot.release(wish({ challenge: challenge(code, 2) })), fault(924));
  });

  it("refuses a challenge of another parcel, another handheld, or of nothing", async () => {
    const other = await loadedHandheld(test, 8);
    const foreign = releaseChallenge(nobleHash, other.key("release"), {
      ...lock(other.parcel(ASKED).code, 0),
      journalEpoch: other.header.journalEpoch,
    });
    for (const given of [challenge(handheld.parcel(DEAR).code, 0), foreign, "00000000", "", "abc"]) {
      await assert.rejects(test.depot.release(wish({ challenge: given })), fault(924, /does not belong/));
    }
    assert.equal((await test.depot.release(wish())).index, 0, "nothing was used up");
  });

  it("refuses what has no lock: parcels without a code, other days, unknown and lost handhelds", async () => {
    await assert.rejects(test.depot.release(wish({ tracking: PLAIN })), fault(922));
    await assert.rejects(test.depot.release(wish({ tracking: "TBA999999999999" })), fault(922));
    await assert.rejects(test.depot.release(wish({ day: TEST_DAY + 1 })), fault(922, /2026-11-25/));
    await assert.rejects(test.depot.release(wish({ tracking: undefined, day: 1 })), fault(922));
    await assert.rejects(test.depot.release(wish({ device: 99 })), fault(914));
    await test.depot.markLost(TEST_DEVICE);
    await assert.rejects(test.depot.release(wish()), fault(917));
  });

  it("refuses to open a code that was replaced or accepted", async () => {
    const { code } = handheld.parcel(ASKED);
    await test.depot.reissue(ASKED);
    await assert.rejects(test.depot.release(wish({ challenge: challenge(code, 0) })), fault(923, /replaced/));
    await assert.rejects(test.depot.release(wish()), fault(925));
    handheld.accept(DEAR, await buyerCode(test.depot, DEAR));
    await handheld.sync(to);
    await assert.rejects(test.depot.release(wish({ tracking: DEAR })), fault(923, /accepted/));
  });

  it("finds the replacement's lock by its challenge", async () => {
    const { code } = await test.depot.reissue(ASKED);
    await handheld.sync(to);
    assert.equal((await test.depot.release(wish({ challenge: challenge(code, 0) }))).answer, answer(code, 0));
  });

  it("goes out as an update when asked to, and counts as told", async () => {
    const told = await test.depot.release(wish({ online: true }));
    assert.equal(told.answer, undefined);
    await handheld.sync(to);
    const [update] = handheld.updates;
    const { code, parcel } = handheld.parcel(ASKED);
    assert.deepEqual(
      [update?.kind, update?.code, update?.parcel, update?.releaseIndex],
      [UpdateKind.Release, code, parcel, 0],
    );
    await assert.rejects(test.depot.release(wish({ online: true })), fault(925));
    handheld.about(ASKED, RecordType.Released, { detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("that the depot never told is an alarm, and grants nothing later", async () => {
    handheld.about(ASKED, RecordType.Released, { detail: 0, tries: 3 });
    handheld.write({ type: RecordType.Released, detail: 0 });
    await handheld.sync(to);
    assert.deepEqual(await alarmKinds(test.depot), ["release never issued", "release never issued"]);
    await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
    const next = await loadedHandheld(test);
    assert.deepEqual([next.parcel(ASKED).releasesKnown, next.parcel(ASKED).triesKnown], [0, 3]);
  });

  it("that was used is known to the next manifest, and the count goes on from there", async () => {
    await test.depot.release(wish());
    handheld.about(ASKED, RecordType.Released, { detail: 0, tries: 3 });
    await handheld.sync(to);
    await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
    handheld = await loadedHandheld(test);
    assert.equal(handheld.parcel(ASKED).releasesKnown, 1);
    await handheld.sync(to);
    const { code } = handheld.parcel(ASKED);
    assert.equal((await test.depot.release(wish())).answer, answer(code, 1));
  });

  it("is not answered by a depot whose policy grants none", async () => {
    await test.end();
    test = await makeTestDepot({ releasesPerLock: 0 });
    await importTestRound(test);
    handheld = await loadedHandheld(test);
    await assert.rejects(test.depot.release(wish()), fault(923));
    await assert.rejects(
      test.depot.release(wish({ challenge: challenge(handheld.parcel(ASKED).code, 0) })),
      fault(924),
    );
  });
});
