// Loading refunds nothing, DESIGN.md §3.2: tries, acceptances and the device's failures go over into the next manifest.
import assert from "node:assert/strict";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { BLANK_UPDATE, encodeUpdate, UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  codeIdAt,
  DAY,
  manyParcels,
  NOON_S,
  sealRound,
  testSalt,
  testTag,
  type TestRound,
  wrongDigits,
} from "../../support/test-round.ts";
import { loadedImage, loadInto, UnitDay } from "../../support/unit-day.ts";

const PARCELS = manyParcels(8);
const WRONG = PARCELS.map(({ code }, i) => wrongDigits(codeIdAt(i), code!, 3));

describe("carrying over", () => {
  let unit: UnitDay;
  let sequence: number;

  beforeEach(() => {
    sequence = 1;
    unit = new UnitDay(loadedImage({ parcels: PARCELS, sequence }).image);
  });

  function reload(round: Partial<TestRound> = {}): void {
    sequence++;
    unit.board.flash.compact();
    const sealed = sealRound({ parcels: PARCELS, sequence, ...round });
    assert.equal(loadInto(unit, sealed.bytes, unit.day, 0, unit.time), 0);
    unit = unit.again();
    assert.equal(unit.day.manifest.header.sequence, sequence);
  }

  const wrong = (i: number, n: number) => unit.door.tryCode(unit.parcel(PARCELS[i]!.tracking), WRONG[i]![n]!);
  const judge = (i: number) => {
    const { kind, number } = unit.door.judge(unit.parcel(PARCELS[i]!.tracking));
    return [kind, number];
  };

  it("keeps tries and locks over any number of reloads", () => {
    wrong(0, 0);
    for (let n = 0; n < 3; n++) wrong(1, n);
    for (let turn = 0; turn < 3; turn++) {
      reload();
      assert.deepEqual(
        [judge(0), judge(1), judge(2)],
        [
          [VerdictKind.AskCode, 2],
          [VerdictKind.Locked, 0],
          [VerdictKind.AskCode, 3],
        ],
      );
    }
    wrong(0, 1);
    reload();
    assert.deepEqual(judge(0), [VerdictKind.AskCode, 1]);
  });

  it("counts tries once when the depot's manifest knows them, too", () => {
    wrong(0, 0);
    wrong(0, 1);
    const known = PARCELS.map((parcel, i) => (i === 0 ? { ...parcel, triesKnown: 2 } : parcel));
    for (let turn = 0; turn < 2; turn++) {
      reload({ parcels: known });
      assert.deepEqual(judge(0), [VerdictKind.AskCode, 1]);
    }
    wrong(0, 2);
    reload({ parcels: known });
    assert.deepEqual(judge(0), [VerdictKind.Locked, 0], "what happened here is more than the depot knew");
  });

  it("keeps a code spent that was accepted", () => {
    assert.equal(unit.door.tryCode(unit.parcel(PARCELS[0]!.tracking), PARCELS[0]!.code!).kind, VerdictKind.Accepted);
    for (let turn = 0; turn < 2; turn++) {
      reload();
      assert.equal(judge(0)[0], VerdictKind.AlreadyAccepted);
    }
  });

  it("keeps the device's failures within the day, those on codes that are gone included", () => {
    for (let i = 0; i < 4; i++) for (let n = 0; n < 3; n++) wrong(i, n);
    const rest = PARCELS.slice(4).map((parcel, i) => ({ ...parcel, codeId: codeIdAt(4 + i) }));
    for (let turn = 0; turn < 3; turn++) {
      reload({ parcels: rest });
      assert.equal(unit.door.deviceTriesLeft(), 3);
    }
    for (let n = 0; n < 3; n++) wrong(4, n);
    reload({ parcels: rest });
    assert.equal(unit.door.deviceTriesLeft(), 0);
  });

  it("starts a new day with no failures", () => {
    for (let n = 0; n < 3; n++) wrong(0, n);
    reload({ day: DAY + 1, sealedAt_s: NOON_S - 60 });
    assert.equal(unit.door.deviceTriesLeft(), 15);
    assert.equal(judge(0)[0], VerdictKind.NotToday, "it is still the day before");
  });

  it("carries the tries on a replacement into its own row of the next manifest", () => {
    const digits = "135790";
    const replace = {
      ...BLANK_UPDATE,
      number: 1,
      kind: UpdateKind.Replace,
      code: codeIdAt(0),
      newCode: 2001,
      tagBits: 11,
      tag: testTag(2001, digits),
      salt: testSalt(2001, digits),
      day: DAY,
    };
    unit.day.updates.store(encodeUpdate(nodeHash, replace, unit.day.manifest.header.journalEpoch));
    for (const digit of wrongDigits(2001, digits, 2)) unit.door.tryCode(unit.parcel(PARCELS[0]!.tracking), digit);
    reload({ parcels: PARCELS.map((parcel, i) => (i === 0 ? { ...parcel, code: digits, codeId: 2001 } : parcel)) });
    assert.deepEqual(judge(0), [VerdictKind.AskCode, 1]);
  });

  it("counts a torn cell over a reload, too", () => {
    unit.host.cut = { write: unit.host.writes.length + 1, bytes: 4 };
    assert.throws(() => wrong(0, 0));
    unit = unit.again();
    reload();
    assert.deepEqual(judge(0), [VerdictKind.AskCode, 2]);
    assert.equal(unit.door.deviceTriesLeft(), 14);
  });
});
