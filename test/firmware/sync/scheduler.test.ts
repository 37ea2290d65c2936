// When the handheld syncs by itself: at once when the link returns, soon after a record, later and later after failures,
// one request at a time.
import assert from "node:assert/strict";
import sinon from "sinon";
import { SyncScheduler } from "../../../firmware/app/sync/sync-scheduler.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { FakeDepot } from "../../support/fake-depot.ts";
import { DEPOT_URL, manyParcels } from "../../support/test-round.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";

const MINUTE_MS = 60_000;

describe("the sync scheduler", () => {
  let unit: UnitDay;
  let depot: FakeDepot;
  let scheduler: SyncScheduler;
  let changes: number;

  beforeEach(() => {
    const { image, sealed } = loadedImage({ parcels: manyParcels(3) });
    unit = new UnitDay(image);
    unit.host.linkUp = true;
    depot = new FakeDepot();
    depot.sealed(sealed);
    changes = 0;
    scheduler = new SyncScheduler(
      unit.board,
      unit.keys(),
      unit.session,
      () => unit.time.now_s(),
      () => changes++,
    );
  });

  const wait = (ms: number): void => unit.host.clock.advance(ms);
  const posts = (): number => unit.host.posts.length;

  /** Answers the newest request. */
  function answer(status = 200): void {
    const post = unit.host.posts.at(-1)!;
    post.done(status, status === 200 ? depot.answer(post.body) : new Uint8Array(0));
  }

  function note(): void {
    unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: 1 }, -1);
    scheduler.recordWritten();
  }

  it("posts to its depot at once when the link returns", () => {
    scheduler.linkReturned();
    wait(50);
    assert.deepEqual([posts(), unit.host.posts[0]!.url], [1, `${DEPOT_URL}/v1/handhelds/7/sync`]);
    answer();
    assert.deepEqual([scheduler.lastFault, scheduler.lastGood_s, changes], [0, unit.time.now_s(), 1]);
  });

  it("tries again when a request could not even be made", () => {
    const request = sinon.stub(unit.session, "request").callThrough();
    request.onFirstCall().throws(new Error("no memory"));
    scheduler.linkReturned();
    assert.throws(() => wait(50), /no memory/);
    wait(6000);
    assert.equal(posts(), 1);
    answer();
    assert.equal(scheduler.lastFault, 0);
    request.restore();
  });

  it("posts 2 seconds after a record", () => {
    note();
    wait(1900);
    assert.equal(posts(), 0);
    wait(200);
    assert.equal(posts(), 1);
  });

  it("goes on at once while more is unsent, then rests", () => {
    for (let i = 0; i < 60; i++) unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: 1 }, -1);
    scheduler.linkReturned();
    for (let i = 1; i <= 3; i++) {
      wait(50);
      assert.equal(posts(), i);
      answer();
    }
    wait(4 * MINUTE_MS);
    assert.equal(posts(), 3);
    wait(MINUTE_MS);
    assert.equal(posts(), 4, "now and then, for updates");
  });

  it("waits 5, 10, 20 … seconds after failures, 5 minutes at most, and starts over after a success", () => {
    scheduler.linkReturned();
    wait(50);
    const delays: number[] = [];
    for (let i = 0; i < 9; i++) {
      answer(503);
      assert.equal(scheduler.lastFault, FaultNumber.SyncRefused);
      const before = posts();
      let waited = 0;
      for (; posts() === before; waited += 1000) wait(1000);
      delays.push(waited / 1000);
    }
    assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    answer();
    scheduler.linkReturned();
    wait(50);
    answer(0);
    assert.equal(scheduler.lastFault, FaultNumber.SyncUnreachable);
    const before = posts();
    wait(5000);
    assert.equal(posts(), before + 1);
  });

  it("keeps to the back-off when records come meanwhile, and breaks it when the link returns", () => {
    scheduler.linkReturned();
    wait(50);
    answer(503);
    note();
    wait(4000);
    assert.equal(posts(), 1);
    scheduler.linkReturned();
    wait(50);
    assert.equal(posts(), 2);
  });

  it("has one request under way, whatever happens meanwhile, and forgets nothing", () => {
    scheduler.linkReturned();
    wait(50);
    note();
    scheduler.linkReturned();
    wait(10_000);
    assert.equal(posts(), 1);
    answer();
    wait(50);
    assert.equal(posts(), 2, "the record of meanwhile follows at once");
    answer();
    assert.equal(unit.recorder.waiting(), 0);
  });

  it("posts nothing while the link is down, and says so", () => {
    unit.host.linkUp = false;
    note();
    wait(2100);
    assert.deepEqual([posts(), scheduler.lastFault], [0, FaultNumber.SyncUnreachable]);
    unit.host.linkUp = true;
    wait(5000);
    assert.equal(posts(), 1);
  });

  it("shows a refused reply as a failure, and tries again", () => {
    scheduler.linkReturned();
    wait(50);
    unit.host.posts[0]!.done(200, new Uint8Array(200));
    assert.equal(scheduler.lastFault, FaultNumber.SyncGarbage);
    wait(5000);
    assert.equal(posts(), 2);
    answer();
    assert.deepEqual([scheduler.lastFault, scheduler.lastGood_s], [0, unit.time.now_s()]);
  });

  it("does nothing any more once stopped, not even with a late reply", () => {
    note();
    wait(2100);
    scheduler.stop();
    answer();
    assert.deepEqual([scheduler.lastGood_s, changes, unit.recorder.acknowledged], [0, 0, 0]);
    scheduler.linkReturned();
    scheduler.recordWritten();
    wait(20 * MINUTE_MS);
    assert.equal(posts(), 1);
  });
});
