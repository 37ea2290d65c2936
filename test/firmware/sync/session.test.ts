// One exchange with the depot, SPEC.md §9: what a request says, and what each kind of reply may change.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { decodeReply, openRequest, SyncFlag, type SyncReply, SyncStatus } from "../../../src/shared/wire/sync.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import { bitFlips } from "../../support/bit-flips.ts";
import { slotsOf } from "../../support/every-cut.ts";
import { FakeDepot } from "../../support/fake-depot.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { codeIdAt, DAY_START_S, manyParcels, NOON_S, testKey } from "../../support/test-round.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";

const EPOCH = 501;
const KEY = testKey("sync");
const PARCELS = manyParcels(20, 2);

describe("a sync session", () => {
  let unit: UnitDay;
  let depot: FakeDepot;

  beforeEach(() => {
    const { image, sealed } = loadedImage({ parcels: PARCELS });
    unit = new UnitDay(image);
    depot = new FakeDepot();
    depot.sealed(sealed);
  });

  function note(count: number): void {
    for (let i = 0; i < count; i++)
      unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: i + 1 }, -1);
  }

  const request = () => openRequest(nodeHash, KEY, unit.session.request())!;
  const sync = (): FaultNumber => unit.session.take(depot.answer(unit.session.request()));

  /** Syncs until nothing is left; the number of exchanges. */
  function syncAll(): number {
    for (let turn = 1; turn < 100; turn++) {
      assert.equal(sync(), 0);
      if (!unit.session.hasMore()) return turn;
    }
    throw new Error("the sync does not end");
  }

  it("tells who asks, what is stored, and 24 records at most", () => {
    note(30);
    const { device, keyEpoch, sequence, journalEpoch, from, to, end, records, time_s, battery, flags, lastUpdate } =
      request();
    assert.deepEqual([device, keyEpoch, sequence, journalEpoch], [7, 1, 1, EPOCH]);
    assert.deepEqual([from, to, end, records.length], [0, 24, 30, 24]);
    assert.deepEqual([time_s, battery, flags, lastUpdate], [NOON_S, 85, 0, 0]);
  });

  it("has a fresh nonce for each request", () => {
    const nonces = Array.from({ length: 20 }, () => Buffer.from(request().nonce).toString("hex"));
    assert.equal(new Set(nonces).size, 20);
  });

  it("says so when the clock is only estimated", () => {
    unit = unit.again({ clockIsSet: false });
    assert.equal(request().flags, SyncFlag.ClockEstimated);
    assert.equal(sync(), 0);
    assert.equal(request().flags, 0);
  });

  it("brings every record to the depot, once, in as few exchanges as it takes", () => {
    note(60);
    assert.equal(syncAll(), 3);
    assert.equal(depot.bodies(EPOCH).length, 60);
    assert.equal(unit.recorder.waiting(), 0);
    assert.deepEqual([request().from, request().to, request().end], [60, 60, 60]);
  });

  it("goes on after a restart although the depot is far ahead of what the last record says", () => {
    note(70);
    syncAll();
    unit = unit.again();
    assert.equal(unit.recorder.acknowledged, 0, "no record says more");
    syncAll();
    assert.equal(unit.recorder.waiting(), 0);
    assert.equal(depot.bodies(EPOCH).length, 70);
  });

  it("leaves void slots out, and has them acknowledged, also when nothing else is there", () => {
    unit.host.cut = { write: unit.host.writes.length + 1, bytes: 20 };
    assert.throws(() => note(1));
    unit = unit.again();
    assert.deepEqual([request().from, request().to, request().end, request().records.length], [0, 1, 1, 0]);
    assert.equal(sync(), 0);
    assert.equal(depot.acknowledged(EPOCH), 1);
    note(2);
    unit.recorder.seal();
    unit.host.cut = { write: unit.host.writes.length + 1, bytes: 20 };
    assert.throws(() => note(1));
    unit = unit.again();
    assert.equal(sync(), 0);
    assert.deepEqual([depot.acknowledged(EPOCH), depot.bodies(EPOCH).length, unit.recorder.waiting()], [4, 2, 0]);
  });

  it("sends a record that was stated again, and not the one before it", () => {
    note(1);
    unit.host.cut = { write: unit.host.writes.length + 1, bytes: 5 };
    assert.throws(() => unit.recorder.seal());
    unit = unit.again();
    assert.deepEqual(
      slotsOf(unit).map(({ state }) => state),
      ["void", "valid"],
    );
    assert.deepEqual(
      request().records.map(({ slot }) => slot),
      [1],
    );
    assert.equal(sync(), 0);
    assert.equal(depot.acknowledged(EPOCH), 2);
  });

  it("stores what is acknowledged with the next record, so that a restart does not begin anew", () => {
    note(3);
    syncAll();
    note(1);
    unit = unit.again();
    assert.equal(unit.recorder.acknowledged, 3);
  });

  it("goes back when the depot holds less than it had acknowledged", () => {
    note(5);
    syncAll();
    depot = new FakeDepot();
    depot.sealed(loadedImage({ parcels: PARCELS }).sealed);
    assert.equal(sync(), 0, "the depot's answer says from where");
    assert.equal(unit.recorder.acknowledged, 0);
    syncAll();
    assert.equal(depot.bodies(EPOCH).length, 5);
  });

  it("sends and takes nothing twice when a reply is lost", () => {
    note(3);
    depot.answer(unit.session.request());
    assert.equal(sync(), 0);
    assert.equal(depot.bodies(EPOCH).length, 3);
  });

  describe("refuses, and changes nothing:", () => {
    let before: string;

    beforeEach(() => {
      note(4);
      unit.recorder.seal();
      depot.queue(EPOCH, { kind: UpdateKind.Void, code: codeIdAt(0) });
      depot.now_s = () => NOON_S + 60;
      before = state();
    });

    function state(): string {
      const numbers: number[] = [];
      unit.day.updates.each((update) => numbers.push(update.number));
      return JSON.stringify([
        nodeHash.crc32(unit.host.image),
        unit.recorder.acknowledged,
        unit.host.now_s(),
        unit.time.now_s(),
        unit.time.estimated,
        numbers,
      ]);
    }

    function refused(change: (reply: SyncReply) => void, expected: FaultNumber): void {
      const reply = depot.take(unit.session.request());
      change(reply);
      assert.equal(unit.session.take(depot.seal(reply)), expected);
      assert.equal(state(), before);
      assert.equal(sync(), 0, "and the next one goes through");
    }

    it("garbage, an error page, nothing", () => {
      unit.session.request();
      for (const bytes of [
        new Uint8Array(0),
        Buffer.from("<html>502</html>"),
        new Uint8Array(96),
        new Uint8Array(3000).fill(80),
      ]) {
        assert.equal(unit.session.take(Uint8Array.from(bytes)), FaultNumber.SyncGarbage);
      }
      assert.equal(state(), before);
    });

    it("a reply with any one bit turned", () => {
      const reply = depot.answer(unit.session.request());
      const expected = [FaultNumber.SyncGarbage, FaultNumber.SyncVersion, FaultNumber.SyncMac];
      for (const { bit, flipped } of bitFlips(reply)) {
        assert.ok(expected.includes(unit.session.take(flipped)), `bit ${bit}`);
      }
      assert.equal(state(), before);
      assert.equal(unit.session.take(reply), 0, "the right one still counts");
    });

    it("a reply under another key", () => {
      for (const key of [testKey("sync", 8), testKey("sync", 7, 2), testKey("record")]) {
        const reply = depot.seal(depot.take(unit.session.request()), key);
        assert.equal(unit.session.take(reply), FaultNumber.SyncMac);
      }
      assert.equal(state(), before);
    });

    it("a reply to an earlier request, or a second time", () => {
      const old = depot.answer(unit.session.request());
      const reply = depot.answer(unit.session.request());
      assert.equal(unit.session.take(old), FaultNumber.SyncStale);
      assert.equal(state(), before);
      assert.equal(unit.session.take(reply), 0);
      const after = state();
      for (const again of [reply, old]) assert.equal(unit.session.take(again), FaultNumber.SyncStale);
      assert.equal(state(), after);
    });

    it("a reply that no request asked for", () => {
      const reply = depot.answer(unit.session.request());
      unit = unit.again();
      before = state();
      assert.equal(unit.session.take(reply), FaultNumber.SyncStale);
      assert.equal(state(), before);
    });

    it("another device's", () => refused((reply) => (reply.device = 8), FaultNumber.SyncStale));
    it("another journal's", () => refused((reply) => (reply.journalEpoch = 1), FaultNumber.SyncStale));
    it("a wrong MAC of the last record", () =>
      refused((reply) => (reply.lastMac[3]! ^= 1), FaultNumber.SyncAcknowledgement));
    it("the MAC of an earlier record", () =>
      refused((reply) => (reply.acknowledged = 3), FaultNumber.SyncAcknowledgement));
    it("more than there is", () => refused((reply) => (reply.acknowledged = 5), FaultNumber.SyncAcknowledgement));
    it("a conflict", () => refused((reply) => (reply.status = SyncStatus.Conflict), FaultNumber.SyncConflict));
    it("an unknown journal", () =>
      refused((reply) => (reply.status = SyncStatus.UnknownJournal), FaultNumber.SyncUnknownJournal));
    it("a status that it does not know", () =>
      refused((reply) => (reply.status = 9 as SyncStatus), FaultNumber.SyncGarbage));
  });

  it("takes acknowledgement and updates, not the time, when that is out of range", () => {
    note(1);
    depot.queue(EPOCH, { kind: UpdateKind.Void, code: codeIdAt(0) });
    for (const time of [DAY_START_S - 86_400, DAY_START_S + 3 * 86_400]) {
      depot.now_s = () => time;
      assert.equal(sync(), FaultNumber.ClockOutOfRange);
      assert.equal(unit.time.now_s(), NOON_S);
    }
    assert.deepEqual([unit.recorder.acknowledged, unit.day.updates.last], [1, 1]);
  });

  it("keeps the updates before one that is damaged or out of order", () => {
    for (let i = 0; i < 3; i++) depot.queue(EPOCH, { kind: UpdateKind.Void, code: codeIdAt(i * 2) });
    const bad = (change: (updates: Uint8Array[]) => void): FaultNumber => {
      const reply = depot.take(unit.session.request());
      reply.updates = reply.updates.map((update) => update.slice());
      change(reply.updates);
      return unit.session.take(depot.seal(reply));
    };
    assert.equal(
      bad((updates) => (updates[1]![9]! ^= 1)),
      FaultNumber.SyncUpdateDamaged,
    );
    assert.equal(unit.day.updates.last, 1);
    assert.equal(
      bad((updates) => updates.reverse()),
      FaultNumber.SyncUpdateOrder,
    );
    assert.equal(unit.day.updates.last, 1);
    assert.equal(sync(), 0);
    assert.equal(unit.day.updates.last, 3);
  });

  it("asks again at once after updates, and names the last one", () => {
    for (let i = 0; i < 10; i++) depot.queue(EPOCH, { kind: UpdateKind.Void, code: 9000 + i });
    syncAll();
    assert.equal(unit.day.updates.last, 10);
    assert.equal(depot.requests.at(-1)!.lastUpdate, 10);
  });

  it("opens the lock of a release, once, and journals it", () => {
    depot.queue(EPOCH, { kind: UpdateKind.Release, code: 0, releaseIndex: 0 });
    syncAll();
    const { deviceRow } = unit.day.ledger;
    assert.equal(unit.day.ledger.spent(deviceRow).releases, 1);
    assert.equal(unit.again().day.ledger.spent(deviceRow).releases, 1);
    assert.deepEqual(
      depot.bodies(EPOCH).map(({ type }) => type),
      [RecordType.Released],
    );
  });

  it("takes what a closed day gives: acknowledgements, no updates", () => {
    note(2);
    const reply = depot.take(unit.session.request());
    reply.status = SyncStatus.Closed;
    assert.equal(unit.session.take(depot.seal(reply)), FaultNumber.SyncClosed, "told, and all is taken");
    assert.equal(unit.recorder.acknowledged, 2);
  });

  it("never throws on garbage of any length, and takes the right reply behind it", () => {
    note(1);
    const reply = depot.answer(unit.session.request());
    for (let length = 0; length < reply.length; length++) {
      assert.notEqual(unit.session.take(reply.slice(0, length)), 0);
    }
    assert.equal(decodeReply(reply).acknowledged, 1);
    assert.equal(unit.session.take(reply), 0);
  });
});
