// Recovery at start, step by step: what each kind of last record and stored update makes it write, and what it leaves
// alone. Every step is taken once, and its fault is told.
import assert from "node:assert/strict";
import { applyRelease, findLostTries, indexKindOf, recover, rowOfCode } from "../../firmware/app/recovery.ts";
import type { RecordEntry } from "../../firmware/app/records.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { IndexKind } from "../../src/shared/wire/cell.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { BLANK_UPDATE, encodeUpdate, type Update, UpdateKind } from "../../src/shared/wire/update.ts";
import { nodeHash } from "../support/node-hash.ts";
import { codeIdAt, parcelIdAt, type TestParcel } from "../support/test-round.ts";
import { type UnitDay, unitDay } from "../support/unit-day.ts";

const PARCELS: TestParcel[] = [
  { tracking: "TBA000000000001", code: "482913" },
  { tracking: "TBA000000000002", code: "777777", triesKnown: 2, releasesKnown: 1 },
  { tracking: "TBA000000000003" },
];
const CODES = 2;
const ROW = 0;
const OTHER_ROW = 1;

/** A day with updates already stored. */
function day(...updates: (Pick<Update, "kind"> & Partial<Update>)[]): UnitDay {
  const unit = unitDay({ parcels: PARCELS, updateSlots: 4 });
  const { journalEpoch } = unit.day.manifest.header;
  updates.forEach((update, i) => {
    assert.equal(
      unit.day.updates.store(encodeUpdate(nodeHash, { ...BLANK_UPDATE, ...update, number: i + 1 }, journalEpoch)),
      0,
    );
  });
  return unit;
}

/** A record without anything that follows it, as a cut leaves it; then a start. */
function cutBehind(unit: UnitDay, entry: RecordEntry): UnitDay {
  assert.equal(unit.recorder.write(entry, -1), 0);
  unit.recorder.seal();
  const again = unit.again();
  assert.equal(again.day.stopped, 0);
  return again;
}

/** Flash writes of a further start, which has nothing left to do. */
const writesAgain = (unit: UnitDay): number => unit.again().host.writes.length;

const REPLACE = { kind: UpdateKind.Replace, code: codeIdAt(0), newCode: 2001, triesKnown: 1 };
const RELEASE = { kind: UpdateKind.Release, code: codeIdAt(0), releaseIndex: 0 };
const RELEASE_DEVICE = { kind: UpdateKind.Release, code: 0, releaseIndex: 0 };

describe("recovery at start", () => {
  it("knows the rows of the manifest's codes and of replacements, by their number", () => {
    const unit = day({ kind: UpdateKind.Void, code: codeIdAt(1) }, REPLACE);
    const rows = [codeIdAt(0), codeIdAt(1), 2001, 2002, 0].map((code) => rowOfCode(unit.day, code));
    assert.deepEqual(rows, [0, 1, CODES + 1, -1, -1]);
  });

  it("writes nothing on a day where nothing happened, nor behind records that need nothing", () => {
    assert.equal(writesAgain(day()), 0);
    for (const type of [RecordType.Wrong, RecordType.WrongAnswer, RecordType.Fault, RecordType.TryFound]) {
      const unit = cutBehind(day(), { type, code: codeIdAt(0), parcel: parcelIdAt(0) });
      assert.equal(unit.host.writes.length, 0);
      assert.equal(unit.day.ledger.spent(ROW).accepted, false);
    }
  });

  describe("behind an acceptance", () => {
    it("marks the code as spent, once", () => {
      const unit = cutBehind(day(), { type: RecordType.Accepted, code: codeIdAt(1), parcel: parcelIdAt(1) });
      assert.deepEqual(
        [0, 1].map((row) => unit.day.ledger.spent(row).accepted),
        [false, true],
      );
      assert.equal(unit.host.writes.length, 1);
      assert.equal(writesAgain(unit), 0);
    });

    it("of a replacement marks that one's row", () => {
      const unit = cutBehind(day(REPLACE), { type: RecordType.Accepted, code: 2001, parcel: parcelIdAt(0) });
      assert.equal(unit.day.ledger.spent(CODES).accepted, true);
      assert.equal(unit.day.ledger.spent(ROW).accepted, false);
    });

    it("of a code that the day does not know writes nothing", () => {
      assert.equal(cutBehind(day(), { type: RecordType.Accepted, code: 4711 }).host.writes.length, 0);
    });

    it("tells the fault when it cannot be marked", () => {
      const unit = day();
      unit.recorder.write({ type: RecordType.Accepted, code: codeIdAt(0) }, -1);
      unit.flash.faults.set("led.a", [FaultNumber.FlashWriteTorn]);
      assert.equal(recover(unit.day), FaultNumber.FlashWriteTorn);
      assert.equal(recover(unit.day), 0);
    });
  });

  describe("behind what happened to a parcel", () => {
    const plain = parcelIdAt(2);
    const state = (unit: UnitDay) => unit.day.index.state(unit.parcel(PARCELS[2]!.tracking).index);
    const over: RecordEntry = { type: RecordType.HandedOver, parcel: plain };

    it("notes a handover, and its reversal, once each", () => {
      let unit = cutBehind(day(), over);
      assert.deepEqual([state(unit).handedOver, unit.host.writes.length, writesAgain(unit)], [true, 1, 0]);
      unit = cutBehind(unit, { type: RecordType.Reversed, parcel: plain, detail: 0 });
      assert.deepEqual([state(unit).handedOver, unit.host.writes.length, writesAgain(unit)], [false, 1, 0]);
      unit = cutBehind(unit, over);
      assert.deepEqual([state(unit).handedOver, unit.host.writes.length], [true, 1]);
    });

    it("notes the reason of an attempt, a second one too, not the same again", () => {
      let unit = cutBehind(day(), { type: RecordType.NotDelivered, parcel: plain, reason: 3 });
      assert.deepEqual([state(unit).reason, unit.host.writes.length, writesAgain(unit)], [3, 1, 0]);
      unit = cutBehind(unit, { type: RecordType.NotDelivered, parcel: plain, reason: 5 });
      assert.deepEqual([state(unit).reason, unit.host.writes.length], [5, 1]);
      unit = cutBehind(unit, { type: RecordType.NotDelivered, parcel: plain, reason: 5 });
      assert.deepEqual([state(unit).reason, unit.host.writes.length], [5, 0]);
    });

    it("notes it of every parcel, the manifest's first as well", () => {
      for (const { tracking } of PARCELS) {
        const unit = day();
        const { id, index } = unit.parcel(tracking);
        assert.equal(cutBehind(unit, { ...over, parcel: id }).day.index.state(index).handedOver, true);
      }
    });

    it("notes nothing behind records about a parcel that was handed over before", () => {
      const unit = cutBehind(day(), over);
      for (const type of [RecordType.Accepted, RecordType.Wrong]) {
        const again = cutBehind(unit.again(), { type, parcel: plain });
        assert.deepEqual([again.host.writes.length, state(again).handedOver], [0, true]);
      }
    });

    it("notes nothing of a parcel that the manifest does not list", () => {
      assert.equal(cutBehind(day(), { ...over, parcel: 4711 }).host.writes.length, 0);
    });

    it("tells the fault when it cannot be noted", () => {
      const unit = day(RELEASE);
      unit.recorder.write(over, -1);
      unit.flash.faults.set("idx.a", [FaultNumber.FlashWriteTorn]);
      assert.equal(recover(unit.day), FaultNumber.FlashWriteTorn);
      assert.equal(unit.day.ledger.spent(ROW).releases, 0, "the first fault ends it");
    });

    it("has a word of the index for each record that changes a parcel, and none for the others", () => {
      assert.deepEqual(
        [RecordType.HandedOver, RecordType.NotDelivered, RecordType.Reversed, RecordType.Accepted].map(indexKindOf),
        [IndexKind.HandedOver, IndexKind.Attempted, IndexKind.Reversed, 0],
      );
    });
  });

  describe("of releases", () => {
    it("opens the lock that a record says was opened, once, a code's or the handheld's", () => {
      let unit = cutBehind(day(), { type: RecordType.Released, code: codeIdAt(0), detail: 0 });
      assert.deepEqual([unit.day.ledger.spent(ROW).releases, writesAgain(unit)], [1, 0]);
      unit = cutBehind(unit, { type: RecordType.Released, code: 0, detail: 0 });
      assert.deepEqual([unit.day.ledger.deviceReleases(), unit.host.writes.length, writesAgain(unit)], [1, 1, 0]);
      assert.equal(unit.day.ledger.spent(ROW).releases, 1);
    });

    it("opens the locks that stored updates name, without any record", () => {
      const unit = day(RELEASE, { kind: UpdateKind.Void, code: codeIdAt(1) }, RELEASE_DEVICE).again();
      assert.deepEqual([unit.day.ledger.spent(ROW).releases, unit.day.ledger.deviceReleases()], [1, 1]);
      assert.equal(unit.day.ledger.spent(OTHER_ROW).releases, 0, "a void is no release");
      assert.equal(unit.host.writes.length, 2);
      assert.equal(writesAgain(unit), 0);
    });

    it("takes no other update for a release", () => {
      const unit = day({ kind: UpdateKind.Void, code: codeIdAt(0) }, REPLACE).again();
      assert.equal(unit.host.writes.length, 0);
      assert.equal(unit.day.ledger.spent(ROW).releases, 0);
    });

    it("tells the first fault, and goes on from there at the next start", () => {
      const unit = day(RELEASE, RELEASE_DEVICE);
      unit.flash.faults.set("led.a", [FaultNumber.FlashWriteLost]);
      assert.equal(recover(unit.day), FaultNumber.FlashWriteLost);
      assert.deepEqual([unit.day.ledger.spent(ROW).releases, unit.day.ledger.deviceReleases()], [0, 0]);
      assert.equal(recover(unit.day), 0);
      assert.deepEqual([unit.day.ledger.spent(ROW).releases, unit.day.ledger.deviceReleases()], [1, 1]);
    });

    it("counts those that the depot knew when it sealed: their index was used", () => {
      const unit = day();
      assert.equal(applyRelease(unit.day, codeIdAt(1), 0), 0);
      assert.equal(unit.day.ledger.spent(OTHER_ROW).releases, 0);
      assert.equal(applyRelease(unit.day, codeIdAt(1), 1), 0);
      assert.equal(unit.day.ledger.spent(OTHER_ROW).releases, 1);
    });

    it("opens a replacement's lock, and none of a code that the day does not know", () => {
      const unit = day(REPLACE);
      assert.equal(applyRelease(unit.day, 2001, 0), 0);
      assert.equal(unit.day.ledger.spent(CODES).releases, 1);
      const writes = unit.host.writes.length;
      assert.equal(applyRelease(unit.day, 4711, 0), 0);
      assert.equal(unit.host.writes.length, writes);
    });
  });

  describe("of tries that no record tells of", () => {
    /** What is found: tries and code, in order. */
    function found(unit: UnitDay): number[][] {
      const notes: number[][] = [];
      assert.equal(
        findLostTries(unit.day, (tries, code) => (notes.push([tries, code]), 0)),
        0,
      );
      return notes;
    }
    const wrong = (unit: UnitDay, tries: number): FaultNumber =>
      unit.recorder.write({ type: RecordType.Wrong, code: codeIdAt(0), tries }, -1);

    it("finds them by code, with those the depot knew, also without any record", () => {
      const unit = day();
      assert.deepEqual(found(unit), []);
      unit.day.ledger.countTry(ROW, 1);
      unit.day.ledger.countTry(OTHER_ROW, 1);
      assert.deepEqual(found(unit), [
        [1, codeIdAt(0)],
        [3, codeIdAt(1)],
      ]);
    });

    it("finds a second one behind a first that was told, and none where all is told", () => {
      const unit = day();
      unit.day.ledger.countTry(ROW, 1);
      wrong(unit, 1);
      assert.deepEqual(found(unit), []);
      unit.day.ledger.countTry(ROW, 2);
      assert.deepEqual(found(unit), [[2, codeIdAt(0)]]);
      unit.day.ledger.countTry(OTHER_ROW, 1);
      wrong(unit, 2);
      unit.day.ledger.countTry(OTHER_ROW, 2);
      assert.deepEqual(found(unit), [[4, codeIdAt(1)]], "a code whose last record says as much is passed over");
    });

    it("finds those of replacements under their own codes, and of one that is lost under none", () => {
      const unit = day({ kind: UpdateKind.Void, code: codeIdAt(1) }, REPLACE, {
        ...REPLACE,
        code: 2001,
        newCode: 2002,
      });
      for (const row of [CODES + 1, CODES + 3]) unit.day.ledger.countTry(row, 1);
      assert.deepEqual(found(unit), [
        [2, 2001],
        [1, 0],
      ]);
    });

    it("reads nothing when the last record tells of as many tries as the ledger holds", () => {
      const unit = day();
      unit.day.ledger.countTry(ROW, 1);
      wrong(unit, 1);
      unit.day.ledger.triesInAll();
      unit.flash.steps.length = 0;
      assert.deepEqual(found(unit), []);
      assert.deepEqual(unit.flash.steps, []);
    });

    it("does not take for a try what was carried, nor what is torn in the handheld's row", () => {
      const unit = day();
      unit.day.ledger.carry(OTHER_ROW, 7);
      const { chip } = unit.host;
      const before = chip.onWrite;
      chip.onWrite = (operation) => {
        chip.image[operation.address + 2] = 0;
        return before?.(operation);
      };
      unit.day.ledger.countWrongAnswer(unit.day.ledger.deviceRow);
      chip.onWrite = before;
      assert.equal(unit.day.ledger.spent(unit.day.ledger.deviceRow).tries, 1);
      unit.day.ledger.countTry(ROW, 1);
      assert.deepEqual(found(unit), [[1, codeIdAt(0)]]);
    });

    it("ends at the first one that cannot be noted", () => {
      const unit = day();
      unit.day.ledger.countTry(ROW, 1);
      unit.day.ledger.countTry(OTHER_ROW, 1);
      let calls = 0;
      const fault = findLostTries(unit.day, () => (calls++, FaultNumber.JournalFull));
      assert.deepEqual([fault, calls], [FaultNumber.JournalFull, 1]);
    });
  });
});
