// The door check when flash fails behind the comparison, when the parcel index is nearly full, and on codes that were
// released before.
import assert from "node:assert/strict";
import { ReleaseResult } from "../../../firmware/app/door/release.ts";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { IndexKind, LedgerKind } from "../../../src/shared/wire/cell.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import type { Step } from "../../support/recording-parts.ts";
import { codeIdAt, parcelIdAt, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import { type UnitDay, unitDay } from "../../support/unit-day.ts";

const CODE = "482913";
const LABEL = "TBA000000000001";
const WRONG = wrongDigits(codeIdAt(0), CODE, 3);

describe("the door check, where flash fails or runs out", () => {
  let steps: Step[];
  const day = (parcel: Partial<TestParcel> = {}): UnitDay => {
    steps = [];
    return unitDay({ parcels: [{ tracking: LABEL, code: CODE, ...parcel }] }, { steps });
  };

  it("gives no verdict of refusal without its record", () => {
    const unit = day();
    unit.flash.faults.set("jrn.a", [FaultNumber.FlashWriteTorn]);
    const { kind, number } = unit.door.tryCode(unit.parcel(LABEL), WRONG[0]!);
    assert.deepEqual([kind, number], [VerdictKind.Stopped, FaultNumber.FlashWriteTorn]);
    assert.equal(unit.day.ledger.spent(0).tries, 1, "the try stays counted");
  });

  it("gives no word on a release answer without its record", () => {
    const unit = day();
    const thing = { row: 0, code: codeIdAt(0), parcel: parcelIdAt(0), releasesKnown: 0 };
    unit.flash.faults.set("jrn.a", [FaultNumber.FlashWriteTorn]);
    assert.equal(unit.release.answer(thing, "00000000"), ReleaseResult.Stopped);
    assert.equal(unit.day.stopped, FaultNumber.FlashWriteTorn);
    assert.equal(unit.day.ledger.spent(0).wrongAnswers, 1, "the answer stays counted");
  });

  it("numbers the tries of a code in its ledger cells", () => {
    const unit = day();
    for (const digits of WRONG) unit.door.tryCode(unit.parcel(LABEL), digits);
    const cells = steps.filter(({ what, file, bytes }) => what === "append" && file === "led.a" && bytes.length === 8);
    assert.deepEqual(
      cells.map(({ bytes }) => [bytes[0], bytes[1]]),
      [1, 2, 3].map((number) => [LedgerKind.Try, number]),
    );
  });

  it("grants the tries of releases that the depot knew when it sealed", () => {
    for (const [releasesKnown, triesKnown, left] of [
      [1, 3, 3],
      [2, 3, 6],
      [2, 8, 1],
    ] as const) {
      const unit = day({ releasesKnown, triesKnown });
      const { kind, number } = unit.door.judge(unit.parcel(LABEL));
      assert.deepEqual([kind, number], [VerdictKind.AskCode, left]);
    }
  });

  it("says nothing of a parcel that was read from a damaged manifest, not even that it was handed over", () => {
    const unit = day({ isHandedOver: true });
    assert.equal(unit.door.judge(unit.parcel(LABEL)).kind, VerdictKind.AlreadyHandedOver);
    unit.day.manifest.damaged = true;
    const { kind, number } = unit.door.judge(unit.parcel(LABEL));
    assert.deepEqual([kind, number], [VerdictKind.Stopped, FaultNumber.ManifestAltered]);
  });

  it("takes no try while the parcel index has room for 16 changes or fewer", () => {
    const unit = day();
    const { index } = unit.parcel(LABEL);
    const note = (): number => unit.day.index.note(index, IndexKind.Attempted, 1);
    while (unit.day.index.hasRoom()) assert.equal(note(), 0);
    const before = unit.host.writes.length;
    assert.equal(unit.door.judge(unit.parcel(LABEL)).kind, VerdictKind.JournalNearlyFull);
    assert.equal(unit.door.tryCode(unit.parcel(LABEL), CODE).kind, VerdictKind.JournalNearlyFull);
    assert.equal(unit.host.writes.length, before);
    for (let left = 16; left > 0; left--) assert.equal(note(), 0, "what was promised room has it");
    assert.equal(note(), FaultNumber.LedgerFull);
  });

  it("records what was tried, and how often, with the code and parcel it was about", () => {
    const unit = day({ triesKnown: 1 });
    unit.door.tryCode(unit.parcel(LABEL), WRONG[0]!);
    unit.door.tryCode(unit.parcel(LABEL), CODE);
    const { type, tries, code, parcel } = unit.day.journal.last!;
    assert.deepEqual([type, tries, code, parcel], [RecordType.Accepted, 3, codeIdAt(0), parcelIdAt(0)]);
  });
});
