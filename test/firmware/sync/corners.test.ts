// Sync in the corners: without a manifest, before a request, on a stopped day, with updates that come again; and updates
// in flash when one of them is damaged or lost.
import assert from "node:assert/strict";
import { SyncSession } from "../../../firmware/app/sync/sync-session.ts";
import { createUpdates, Updates } from "../../../firmware/app/sync/updates.ts";
import type { Code } from "../../../firmware/app/manifest/manifest.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { CodeFlag } from "../../../src/shared/wire/manifest.ts";
import { openRequest, SyncFlag, SyncStatus } from "../../../src/shared/wire/sync.ts";
import { BLANK_UPDATE, encodeUpdate, type Update, UpdateKind } from "../../../src/shared/wire/update.ts";
import { FakeDepot } from "../../support/fake-depot.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { codeIdAt, manyParcels, NOON_S, parcelIdAt, testKey } from "../../support/test-round.ts";
import { loadedImage, UnitBoard, UnitDay } from "../../support/unit-day.ts";

const EPOCH = 501;
const KEY = testKey("sync");
const PARCELS = manyParcels(4);

describe("a sync session in the corners", () => {
  let unit: UnitDay;
  let depot: FakeDepot;

  beforeEach(() => {
    const { image, sealed } = loadedImage({ parcels: PARCELS });
    unit = new UnitDay(image);
    depot = new FakeDepot();
    depot.sealed(sealed);
  });

  const sync = (): FaultNumber => unit.session.take(depot.answer(unit.session.request()));
  const note = (): FaultNumber =>
    unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: parcelIdAt(0) }, -1);
  const release = { kind: UpdateKind.Release, code: codeIdAt(0), parcel: parcelIdAt(0), releaseIndex: 0 };

  it("takes no reply before it has asked, not even one for a nonce of zeros", () => {
    const reply = depot.take(unit.session.request());
    const { session } = unit.again();
    assert.equal(session.take(depot.seal({ ...reply, nonce: new Uint8Array(16) })), FaultNumber.SyncStale);
  });

  it("has nothing more to do at the start, and none without a manifest", () => {
    assert.equal(unit.session.hasMore(), false);
    note();
    assert.equal(unit.session.hasMore(), true);
    assert.equal(sync(), 0);
    assert.equal(unit.session.hasMore(), false);
  });

  it("without a manifest asks with zeros, and takes the depot's time", () => {
    const { board, time } = unit;
    const bare = new SyncSession({ board, keys: unit.keys(), time, day: undefined, recorder: undefined });
    assert.equal(bare.hasMore(), false);
    const bytes = bare.request();
    const request = openRequest(nodeHash, KEY, bytes)!;
    const { sequence, journalEpoch, from, to, end, lastUpdate, records } = request;
    assert.deepEqual([sequence, journalEpoch, from, to, end, lastUpdate, records], [0, 0, 0, 0, 0, 0, []]);
    depot.now_s = () => NOON_S + 99;
    const reply = depot.take(bytes);
    const update = encodeUpdate(nodeHash, { ...BLANK_UPDATE, ...release, number: 1 }, 0);
    assert.equal(bare.take(depot.seal({ ...reply, updates: [update] })), 0, "no day, no update");
    assert.equal(bare.depotTime_s, NOON_S + 99);
    assert.equal(bare.hasMore(), false);
  });

  it("calls an answer wrong that takes nothing of what was sent, and goes on from there", () => {
    note();
    const reply = depot.take(unit.session.request());
    const stuck = { ...reply, acknowledged: 0, lastMac: new Uint8Array(16) };
    assert.equal(unit.session.take(depot.seal(stuck)), FaultNumber.SyncAcknowledgement);
    assert.equal(unit.recorder.acknowledged, 0);
    assert.equal(sync(), 0);
    assert.equal(unit.recorder.acknowledged, 1);
  });

  it("tells with the next request that it refused an acknowledgement, until it takes one", () => {
    const flags = (bytes: Uint8Array): number => openRequest(nodeHash, KEY, bytes)!.flags;
    note();
    let bytes = unit.session.request();
    assert.equal(flags(bytes), 0);
    const reply = depot.take(bytes);
    for (const wrong of [{ lastMac: new Uint8Array(16).fill(9) }, { acknowledged: 2 }]) {
      const { nonce } = openRequest(nodeHash, KEY, bytes)!;
      const refused = depot.seal({ ...reply, nonce, ...wrong });
      assert.equal(unit.session.take(refused), FaultNumber.SyncAcknowledgement);
      assert.equal(unit.recorder.acknowledged, 0);
      bytes = unit.session.request();
      assert.equal(flags(bytes), SyncFlag.AcknowledgementRefused);
    }
    assert.equal(unit.session.take(depot.answer(bytes)), 0);
    assert.equal(flags(unit.session.request()), 0);
  });

  it("takes a journal's standing when nothing was sent", () => {
    assert.equal(sync(), 0);
    assert.equal(sync(), 0);
    assert.equal(unit.recorder.acknowledged, 0);
  });

  it("records and opens a release that comes as an update once, however often it comes", () => {
    for (let n = 0; n < 2; n++) depot.queue(EPOCH, n === 0 ? release : { kind: UpdateKind.Void, code: codeIdAt(1) });
    const first = depot.take(unit.session.request());
    assert.equal(unit.session.take(depot.seal(first)), 0);
    const { end } = unit.day.journal;
    assert.deepEqual([unit.day.journal.last?.type, unit.day.journal.last?.detail], [RecordType.Released, 0]);
    assert.equal(unit.session.hasMore(), true, "the depot shall see them stored");
    const again = depot.take(unit.session.request());
    assert.equal(unit.session.take(depot.seal({ ...again, updates: first.updates })), 0);
    assert.equal(unit.day.journal.end, end, "no second record");
    assert.equal(unit.day.ledger.spent(0).releases, 1);
  });

  it("takes acknowledgements on a stopped day, and no update", () => {
    note();
    depot.queue(EPOCH, release);
    unit.day.stopped = FaultNumber.ManifestAltered;
    assert.equal(sync(), 0);
    assert.deepEqual([unit.recorder.acknowledged, unit.day.updates.last], [1, 0]);
    assert.equal(unit.session.hasMore(), false, "it would come for ever");
    unit = unit.again();
    assert.equal(sync(), 0);
    assert.equal(unit.day.updates.last, 1);
  });

  it("says that a journal is unknown or in conflict, and takes nothing then", () => {
    note();
    for (const [status, fault] of [
      [SyncStatus.Conflict, FaultNumber.SyncConflict],
      [SyncStatus.UnknownJournal, FaultNumber.SyncUnknownJournal],
      [4 as SyncStatus, FaultNumber.SyncGarbage],
    ] as const) {
      const reply = depot.copy().take(unit.session.request());
      assert.equal(unit.session.take(depot.seal({ ...reply, status })), fault);
      assert.equal(unit.recorder.acknowledged, 0);
    }
  });
});

describe("updates in flash, damaged or lost", () => {
  const SLOTS = 3;
  let image: Uint8Array;
  let flash: RecordingFlash;
  let updates: Updates;

  const update = (number: number, fields: Partial<Update> = {}): Uint8Array =>
    encodeUpdate(nodeHash, { ...BLANK_UPDATE, kind: UpdateKind.Void, code: number, ...fields, number }, EPOCH);

  function reopen(): void {
    flash = new RecordingFlash(new UnitBoard(image).board.flash);
    updates = new Updates(flash, nodeHash, "upd", SLOTS, EPOCH);
    assert.equal(updates.open(), 0);
  }

  beforeEach(() => {
    image = new Uint8Array(4096).fill(0xff);
    createUpdates(new UnitBoard(image).board.flash, nodeHash, "upd", SLOTS, EPOCH);
    reopen();
  });

  it("count as stored up to the one before a damaged one", () => {
    for (const number of [1, 2, 3]) updates.store(update(number));
    for (const damaged of [1, 2, 3]) {
      const at = Buffer.from(image).indexOf(update(damaged)) + 5;
      image[at]! ^= 1;
      reopen();
      assert.equal(updates.last, damaged - 1);
      image[at]! ^= 1;
    }
  });

  it("keep their slot when the flash loses the write", () => {
    for (const number of [1, 2, 3]) {
      flash.faults.set("upd", [FaultNumber.FlashWriteLost]);
      assert.equal(updates.store(update(number)), FaultNumber.FlashWriteLost);
      assert.equal(updates.last, number - 1);
      assert.equal(updates.store(update(number)), 0);
    }
  });

  it("of another kind than void leave a code as it is", () => {
    const code: Code = {
      id: 5,
      row: 0,
      salt: new Uint8Array(16),
      tag: 1,
      tagBits: 11,
      day: 1,
      triesKnown: 0,
      releasesKnown: 0,
      flags: 0,
    };
    updates.store(update(1, { kind: UpdateKind.Release, code: 5 }));
    assert.equal(updates.current(code, 1, () => false).flags, 0);
    updates.store(update(2, { kind: UpdateKind.Void, code: 5 }));
    assert.equal(updates.current(code, 1, () => false).flags, CodeFlag.Void);
  });
});
