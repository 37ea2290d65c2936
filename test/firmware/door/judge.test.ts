// What stands in the way of a parcel, verdict by verdict; and that a refusal of this kind costs no try.
import assert from "node:assert/strict";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { BLANK_UPDATE, encodeUpdate, UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  codeIdAt,
  DAY,
  DAY_START_S,
  parcelIdAt,
  testSalt,
  testTag,
  type TestParcel,
  type TestRound,
  wrongDigits,
} from "../../support/test-round.ts";
import { type UnitDay, unitDay, type UnitOptions } from "../../support/unit-day.ts";

const LABEL = "TBA000000000001";
const CODE = "482913";
const WRONG = wrongDigits(codeIdAt(0), CODE, 20);

function one(parcel: Partial<TestParcel> = {}, round: Partial<TestRound> = {}, options: UnitOptions = {}): UnitDay {
  return unitDay({ parcels: [{ tracking: LABEL, code: CODE, ...parcel }], ...round }, options);
}

const judge = (unit: UnitDay): [VerdictKind, number] => {
  const { kind, number } = unit.door.judge(unit.parcel(LABEL));
  return [kind, number];
};

/** Nothing was counted, nothing recorded, whatever is typed. */
function refusesEverything(unit: UnitDay, kind: VerdictKind): void {
  const writes = unit.host.writes.length;
  assert.equal(unit.door.tryCode(unit.parcel(LABEL), CODE).kind, kind);
  assert.equal(unit.door.tryCode(unit.parcel(LABEL), WRONG[0]!).kind, kind);
  assert.equal(unit.host.writes.length, writes, "no try is counted");
}

function store(unit: UnitDay, update: Parameters<typeof encodeUpdate>[1]): void {
  const epoch = unit.day.manifest.header.journalEpoch;
  assert.equal(unit.day.updates.store(encodeUpdate(nodeHash, update, epoch)), 0);
}

const replaceBy = (id: number, digits: string, number = 1) => ({
  ...BLANK_UPDATE,
  number,
  kind: UpdateKind.Replace,
  code: codeIdAt(0),
  parcel: parcelIdAt(0),
  newCode: id,
  tagBits: 11,
  tag: testTag(id, digits),
  salt: testSalt(id, digits),
  day: DAY,
});

describe("judging a parcel", () => {
  it("asks for the code, with the tries left", () => {
    assert.deepEqual(judge(one()), [VerdictKind.AskCode, 3]);
    assert.deepEqual(judge(one({ triesKnown: 2 })), [VerdictKind.AskCode, 1]);
  });

  it("needs no code for an unprotected parcel", () => {
    const unit = unitDay({ parcels: [{ tracking: LABEL }] });
    assert.deepEqual(judge(unit), [VerdictKind.NoCodeNeeded, 0]);
  });

  it("refuses a code of another day, with that day", () => {
    const unit = one({ codeDay: DAY + 1 });
    assert.deepEqual(judge(unit), [VerdictKind.NotToday, DAY + 1]);
    refusesEverything(unit, VerdictKind.NotToday);
  });

  it("refuses everything before and after the manifest's day", () => {
    for (const start_s of [DAY_START_S - 1, DAY_START_S + 86_400]) {
      const unit = one({}, { sealedAt_s: DAY_START_S - 3600 }, { start_s });
      assert.deepEqual(judge(unit), [VerdictKind.NotToday, 0]);
      refusesEverything(unit, VerdictKind.NotToday);
    }
    for (const start_s of [DAY_START_S, DAY_START_S + 86_399]) {
      assert.equal(judge(one({}, { sealedAt_s: DAY_START_S - 3600 }, { start_s }))[0], VerdictKind.AskCode);
    }
  });

  it("goes on with an estimated clock, unless the policy refuses", () => {
    assert.equal(judge(one({}, {}, { clockIsSet: false }))[0], VerdictKind.AskCode);
    const strict = one({}, { policy: { refuseEstimatedClock: true } }, { clockIsSet: false });
    assert.equal(judge(strict)[0], VerdictKind.ClockUnset);
    refusesEverything(strict, VerdictKind.ClockUnset);
  });

  it("knows codes that were void, accepted or handed over when the manifest was sealed", () => {
    for (const [fields, kind] of [
      [{ isVoid: true }, VerdictKind.CodeReplaced],
      [{ isAccepted: true }, VerdictKind.AlreadyAccepted],
      [{ isHandedOver: true }, VerdictKind.AlreadyHandedOver],
      [{ triesKnown: 3 }, VerdictKind.Locked],
      [{ triesKnown: 200 }, VerdictKind.Locked],
    ] as const) {
      const unit = one(fields);
      assert.equal(judge(unit)[0], kind);
      refusesEverything(unit, kind);
    }
  });

  it("refuses a voided code, and takes its replacement with tries of its own", () => {
    const unit = one();
    unit.door.tryCode(unit.parcel(LABEL), WRONG[0]!);
    store(unit, { ...BLANK_UPDATE, number: 1, kind: UpdateKind.Void, code: codeIdAt(0) });
    assert.equal(judge(unit)[0], VerdictKind.CodeReplaced);
    refusesEverything(unit, VerdictKind.CodeReplaced);
    store(unit, replaceBy(2001, "135790", 2));
    assert.deepEqual(judge(unit), [VerdictKind.AskCode, 3]);
    assert.equal(unit.door.tryCode(unit.parcel(LABEL), CODE).kind, VerdictKind.Wrong, "the old code is dead");
    assert.equal(unit.door.tryCode(unit.parcel(LABEL), "135790").kind, VerdictKind.Accepted);
    assert.equal(unit.day.journal.last?.code, 2001);
    assert.equal(unit.again().door.judge(unit.parcel(LABEL)).kind, VerdictKind.AlreadyAccepted);
  });

  for (const update of ["Void", "Replace"] as const) {
    it(`leaves an acceptance standing when a ${update} comes after it`, () => {
      const unit = one();
      assert.equal(unit.door.tryCode(unit.parcel(LABEL), CODE).kind, VerdictKind.Accepted);
      const voided = { ...BLANK_UPDATE, number: 1, kind: UpdateKind.Void, code: codeIdAt(0) };
      store(unit, update === "Void" ? voided : replaceBy(2001, "135790"));
      assert.equal(judge(unit)[0], VerdictKind.AlreadyAccepted);
    });
  }

  it("locks a code after its tries, and counts none beyond", () => {
    const unit = one();
    const parcel = unit.parcel(LABEL);
    const kinds = WRONG.slice(0, 3).map((digits) => unit.door.tryCode(parcel, digits));
    assert.deepEqual(
      kinds.map(({ kind, number }) => [kind, number]),
      [
        [VerdictKind.Wrong, 2],
        [VerdictKind.Wrong, 1],
        [VerdictKind.Locked, 0],
      ],
    );
    refusesEverything(unit, VerdictKind.Locked);
    assert.deepEqual(judge(unit.again()), [VerdictKind.Locked, 0]);
  });

  it("takes no try while fewer than 16 slots of the journal are free", () => {
    const unit = one();
    const { journalSlots } = unit.day.manifest.header;
    while (journalSlots - unit.day.journal.end > 16) {
      unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: 99 }, -1);
    }
    assert.equal(judge(unit)[0], VerdictKind.AskCode);
    unit.recorder.write({ type: RecordType.NotDelivered, reason: 1, parcel: 99 }, -1);
    assert.equal(judge(unit)[0], VerdictKind.JournalNearlyFull);
    refusesEverything(unit, VerdictKind.JournalNearlyFull);
  });

  it("stops on a damaged manifest instead of believing it", () => {
    const unit = one();
    const parcel = unit.parcel(LABEL);
    const at = Buffer.from(unit.host.image).indexOf(testSalt(codeIdAt(0), CODE));
    unit.host.image[at]! ^= 1;
    const again = unit.again();
    assert.equal(again.door.judge(parcel).kind, VerdictKind.Stopped);
    refusesEverything(again, VerdictKind.Stopped);
  });
});
