// Release by telephone, SPEC.md §8: an answer is counted before it is compared, opens one lock once, and runs out.
import assert from "node:assert/strict";
import { type LockedThing, ReleaseResult } from "../../../firmware/app/door/release.ts";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { releaseAnswer, releaseChallenge } from "../../../src/shared/crypto/release.ts";
import { LedgerKind } from "../../../src/shared/wire/cell.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { nodeHash } from "../../support/node-hash.ts";
import type { Step } from "../../support/recording-parts.ts";
import { codeIdAt, manyParcels, parcelIdAt, testKey, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import { type UnitDay, unitDay } from "../../support/unit-day.ts";

const CODE = "482913";
const LABEL = "TBA000000000001";
const EPOCH = 501;

function answerOf(code: number, index: number): string {
  return releaseAnswer(nodeHash, testKey("release"), { journalEpoch: EPOCH, code, index });
}

describe("a release", () => {
  let steps: Step[];
  let unit: UnitDay;
  const thing: LockedThing = { row: 0, code: codeIdAt(0), parcel: parcelIdAt(0), releasesKnown: 0 };

  function start(parcel: Partial<TestParcel> = {}): void {
    steps = [];
    unit = unitDay({ parcels: [{ tracking: LABEL, code: CODE, ...parcel }] }, { steps });
  }

  function lock(): void {
    for (const digits of wrongDigits(codeIdAt(0), CODE, 9)) {
      if (unit.door.tryCode(unit.parcel(LABEL), digits).kind === VerdictKind.Locked) return;
    }
  }

  beforeEach(() => {
    start();
    lock();
  });

  it("shows the challenge that the depot computes, and grants one more set of tries for the answer", () => {
    const lockIt = { journalEpoch: EPOCH, code: codeIdAt(0), index: 0 };
    assert.equal(unit.release.challenge(thing), releaseChallenge(nodeHash, testKey("release"), lockIt));
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Opened);
    assert.deepEqual([unit.day.journal.last!.type, unit.day.journal.last!.detail], [RecordType.Released, 0]);
    const { kind, number } = unit.door.judge(unit.parcel(LABEL));
    assert.deepEqual([kind, number], [VerdictKind.AskCode, 3]);
    assert.equal(unit.door.tryCode(unit.parcel(LABEL), CODE).kind, VerdictKind.Accepted);
  });

  it("counts an answer before it is compared", () => {
    steps.length = 0;
    unit.release.answer(thing, "00000000");
    const counted = steps.findIndex(({ what, bytes }) => what === "append" && bytes[0] === LedgerKind.WrongAnswer);
    const compared = steps.findIndex(({ what, bytes }) => what === "sha256" && Buffer.from(bytes).includes("answer"));
    assert.ok(counted >= 0 && counted < compared);
  });

  it("compares nothing when the answer cannot be counted", () => {
    unit.flash.faults.set("led.a", [103]);
    steps.length = 0;
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Stopped);
    assert.ok(!steps.some(({ what, bytes }) => what === "sha256" && Buffer.from(bytes).includes("answer")));
  });

  it("opens for no other lock's answer, nor twice for the same", () => {
    for (const wrong of [answerOf(codeIdAt(0), 1), answerOf(0, 0), answerOf(codeIdAt(1), 0)]) {
      assert.equal(unit.release.answer(thing, wrong), ReleaseResult.Wrong);
    }
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Opened);
    lock();
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Wrong, "that answer is used up");
  });

  it("takes 5 wrong answers, over restarts, and then none, not even the right one", () => {
    for (let n = 1; n <= 5; n++) {
      const expected = n < 5 ? ReleaseResult.Wrong : ReleaseResult.Exhausted;
      assert.equal(unit.release.answer(thing, "12345678"), expected);
      assert.equal(unit.day.journal.last!.type, RecordType.WrongAnswer);
      unit = unit.again();
    }
    assert.equal(unit.release.challenge(thing), "");
    const writes = unit.host.writes.length;
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Exhausted);
    assert.equal(unit.host.writes.length, writes);
  });

  it("takes the right answer on the fifth try", () => {
    for (let n = 1; n <= 4; n++) unit.release.answer(thing, "12345678");
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 0)), ReleaseResult.Opened);
  });

  it("is given twice a lock, those the depot knew included", () => {
    for (const index of [0, 1]) {
      assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), index)), ReleaseResult.Opened);
      lock();
    }
    assert.equal(unit.release.challenge(thing), "");
    assert.equal(unit.release.answer(thing, answerOf(codeIdAt(0), 2)), ReleaseResult.Exhausted);
    start({ releasesKnown: 2, triesKnown: 9 });
    assert.equal(unit.release.challenge({ ...thing, releasesKnown: 2 }), "");
  });

  it("of the device opens all its parcels, not those that are locked themselves", () => {
    const parcels = manyParcels(8);
    unit = unitDay({ parcels });
    const wrong = parcels.map(({ code }, i) => wrongDigits(codeIdAt(i), code!, 3));
    for (let i = 0; i < 5; i++)
      for (const digits of wrong[i]!) unit.door.tryCode(unit.parcel(parcels[i]!.tracking), digits);
    const judge = (i: number): VerdictKind => unit.door.judge(unit.parcel(parcels[i]!.tracking)).kind;
    assert.deepEqual([judge(0), judge(6)], [VerdictKind.Locked, VerdictKind.DeviceLocked]);
    const device = { row: unit.day.ledger.deviceRow, code: 0, parcel: 0, releasesKnown: 0 };
    assert.equal(unit.release.answer(device, answerOf(0, 0)), ReleaseResult.Opened);
    assert.deepEqual([judge(0), judge(6)], [VerdictKind.Locked, VerdictKind.AskCode]);
    assert.equal(unit.door.deviceTriesLeft(), 15);
    assert.equal(unit.again().door.deviceTriesLeft(), 15);
  });
});
