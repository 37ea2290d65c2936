// The recorder: every field of a record, what is filled in and what is taken from the caller; the running count of
// handovers; and that a fault of the flash stops the day.
import assert from "node:assert/strict";
import { FaultNumber } from "../../src/shared/faults.ts";
import { type RecordBody, RecordFlag, RecordType } from "../../src/shared/wire/journal.ts";
import { codeIdAt, manyParcels, NOON_S, parcelIdAt } from "../support/test-round.ts";
import { type UnitDay, unitDay, type UnitOptions } from "../support/unit-day.ts";

const PARCELS = manyParcels(3, 1);

describe("the recorder", () => {
  const day = (options: UnitOptions = {}): UnitDay => unitDay({ parcels: PARCELS }, options);

  it("fills in time, clock, tries, battery and what is acknowledged, and zeros for what is not said", () => {
    const unit = day();
    unit.day.ledger.countTry(0, 1);
    unit.host.batteryPercent = 61;
    unit.recorder.acknowledged = 4;
    assert.equal(unit.recorder.write({ type: RecordType.Fault }, -1), 0);
    const expected: RecordBody = {
      type: RecordType.Fault,
      flags: 0,
      reason: 0,
      tries: 0,
      time_s: NOON_S,
      parcel: 0,
      code: 0,
      proof: new Uint8Array(16),
      handedOver: 0,
      detail: 0,
      triesInAll: 1,
      battery: 61,
      acknowledged: 4,
    };
    assert.deepEqual(unit.day.journal.last, expected);
  });

  it("takes from the caller what is said", () => {
    const unit = day();
    const entry = {
      type: RecordType.Accepted,
      flags: RecordFlag.Restated,
      reason: 3,
      tries: 2,
      parcel: parcelIdAt(1),
      code: codeIdAt(1),
      proof: new Uint8Array(16).fill(7),
      detail: 9,
    };
    unit.recorder.write(entry, -1);
    const { type, flags, reason, tries, parcel, code, proof, detail } = unit.day.journal.last!;
    assert.deepEqual({ type, flags, reason, tries, parcel, code, proof, detail }, entry);
  });

  it("flags an estimated clock, beside the flags of the caller", () => {
    const unit = day({ clockIsSet: false });
    unit.recorder.write({ type: RecordType.Fault, flags: RecordFlag.Restated }, -1);
    assert.equal(unit.day.journal.last!.flags, RecordFlag.ClockEstimated | RecordFlag.Restated);
  });

  it("counts handovers, less those taken back, never below none, over a restart", () => {
    let unit = day();
    const counts = [
      RecordType.Reversed,
      RecordType.HandedOver,
      RecordType.HandedOver,
      RecordType.Wrong,
      RecordType.Reversed,
      RecordType.HandedOver,
    ].map((type) => {
      assert.equal(unit.recorder.write({ type }, -1), 0);
      return unit.recorder.handedOver();
    });
    assert.deepEqual(counts, [0, 1, 2, 2, 1, 2]);
    assert.equal(unit.recorder.waiting(), 6);
    unit.recorder.acknowledged = 5;
    assert.equal(unit.recorder.waiting(), 1);
    unit.recorder.write({ type: RecordType.Fault }, -1);
    unit = unit.again();
    assert.deepEqual([unit.recorder.handedOver(), unit.recorder.acknowledged, unit.recorder.waiting()], [2, 5, 2]);
    assert.deepEqual([day().recorder.handedOver(), day().recorder.acknowledged], [0, 0]);
  });

  it("believes no acknowledgement beyond the journal's end: then all of it waits again", () => {
    for (const [said, believed] of [
      [1, 1],
      [2, 2],
      [3, 0],
    ] as const) {
      let unit = day();
      unit.recorder.write({ type: RecordType.HandedOver }, -1);
      unit.recorder.acknowledged = said;
      unit.recorder.write({ type: RecordType.HandedOver }, -1);
      unit = unit.again();
      assert.deepEqual([unit.recorder.acknowledged, unit.recorder.waiting()], [believed, 2 - believed], `said ${said}`);
    }
  });

  it("notes in the index what happened to a parcel, the first one as well, and nothing without a parcel", () => {
    const unit = day();
    unit.recorder.write({ type: RecordType.NotDelivered, reason: 4 }, 0);
    unit.recorder.write({ type: RecordType.HandedOver }, 2);
    assert.deepEqual(
      [0, 1, 2].map((index) => unit.day.index.state(index)),
      [
        { handedOver: false, reason: 4 },
        { handedOver: false, reason: 0 },
        { handedOver: true, reason: 0 },
      ],
    );
    const { length } = unit.host.writes;
    unit.recorder.write({ type: RecordType.Wrong }, 1);
    unit.recorder.seal();
    unit.recorder.write({ type: RecordType.HandedOver }, -1);
    unit.recorder.seal();
    assert.equal(unit.host.writes.length - length, 5, "a MAC that was due, and two records of two writes");
    assert.equal(unit.day.index.state(1).handedOver, false);
  });

  it("never sets a stopped day going again", () => {
    const unit = day();
    unit.day.stopped = FaultNumber.ManifestAltered;
    assert.equal(unit.recorder.write({ type: RecordType.Fault }, -1), 0);
    assert.equal(unit.day.stopped, FaultNumber.ManifestAltered);
    unit.recorder.seal();
    assert.equal(unit.day.stopped, FaultNumber.ManifestAltered);
  });

  it("stops the day when the record, its index cell or its MAC cannot be written", () => {
    for (const file of ["jrn.a", "idx.a"]) {
      const unit = day();
      unit.flash.faults.set(file, [FaultNumber.FlashWriteTorn]);
      assert.equal(unit.recorder.write({ type: RecordType.HandedOver }, 1), FaultNumber.FlashWriteTorn);
      assert.equal(unit.day.stopped, FaultNumber.FlashWriteTorn);
      assert.equal(unit.day.index.state(1).handedOver, false, `${file}: no index without its record`);
    }
    const unit = day();
    unit.recorder.write({ type: RecordType.Fault }, -1);
    unit.recorder.seal();
    assert.equal(unit.day.stopped, 0);
    unit.recorder.write({ type: RecordType.Fault }, -1);
    unit.flash.faults.set("jrn.a", [FaultNumber.FlashWriteLost]);
    unit.recorder.seal();
    assert.equal(unit.day.stopped, FaultNumber.FlashWriteLost);
  });
});
