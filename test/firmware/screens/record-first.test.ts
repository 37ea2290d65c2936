// What the screen confirms is in flash already when it is drawn: at the very moment of the flip the flash is copied, as if
// the battery were pulled there, and a start from the copy must know of it. DESIGN.md §3.2.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { releaseAnswer } from "../../../src/shared/crypto/release.ts";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import { slotsOf } from "../../support/every-cut.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { codeIdAt, testKey, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";
import { UnitHandheld } from "../../support/unit-handheld.ts";

const CODE = "482913";
const LABEL = "TBA000000000003";
const PARCELS: TestParcel[] = [{ tracking: LABEL, code: CODE }, { tracking: "FREE1" }];
const WRONG = wrongDigits(codeIdAt(0), CODE, 3);

/** The texts of one flip, and the flash at that moment. */
interface Drawn {
  texts: string[];
  image: Uint8Array;
}

describe("what is drawn", () => {
  let handheld: UnitHandheld;
  let drawn: Drawn[];

  beforeEach(() => {
    const { image } = loadedImage({ parcels: PARCELS }, 32 * 1024);
    handheld = new UnitHandheld(image);
    drawn = [];
    const { host } = handheld;
    const flip = host.flip.bind(host);
    host.flip = (steps) => {
      flip(steps);
      drawn.push({ texts: steps.map(({ text }) => text), image: host.image.slice() });
    };
  });

  function tryCode(digits: string): void {
    handheld.scan(LABEL);
    handheld.press(Key.Enter);
    drawn.length = 0;
    handheld.type(digits);
    handheld.press(Key.Enter);
  }

  /** The day as it starts from the flash at the first flip that shows a text. */
  function whenFirst(text: string): { unit: UnitDay; types: RecordType[] } {
    const first = drawn.find(({ texts }) => texts.some((one) => one.includes(text)));
    assert.ok(first, `"${text}" is drawn`);
    const unit = new UnitDay(first.image);
    return { unit, types: slotsOf(unit).flatMap(({ body }) => body?.type ?? []) };
  }

  it("as accepted is recorded and spent by then", () => {
    tryCode(CODE);
    const { unit, types } = whenFirst("ACCEPTED");
    assert.deepEqual(types, [RecordType.Accepted]);
    assert.deepEqual([unit.day.ledger.spent(0).tries, unit.day.ledger.spent(0).accepted], [1, true]);
  });

  it("as wrong or locked is counted and recorded by then", () => {
    WRONG.forEach((digits, i) => {
      tryCode(digits);
      const { unit, types } = whenFirst(i < 2 ? "WRONG CODE" : "LOCKED");
      assert.deepEqual(types, new Array<RecordType>(i + 1).fill(RecordType.Wrong));
      assert.equal(unit.day.ledger.spent(0).tries, i + 1);
    });
  });

  it("as handed over, not delivered or taken back is recorded by then", () => {
    const done: RecordType[] = [];
    for (const [keys, text, type] of [
      [[Key.Reason, Reason.NotHome as number as Key], "NOTED", RecordType.NotDelivered],
      [[Key.Enter], "DONE", RecordType.HandedOver],
      [[Key.Reason, Key.Enter], "UNDONE", RecordType.Reversed],
    ] as const) {
      handheld.scan("FREE1");
      drawn.length = 0;
      handheld.press(...keys);
      done.push(type);
      assert.deepEqual(whenFirst(text).types, done);
    }
  });

  it("as released is recorded and open by then; a wrong answer is counted by then", () => {
    for (const digits of WRONG) tryCode(digits);
    handheld.press(Key.Enter);
    drawn.length = 0;
    handheld.type("00000000");
    handheld.press(Key.Enter);
    const wrong = whenFirst("Wrong answer");
    assert.deepEqual([wrong.types.at(-1), wrong.unit.day.ledger.spent(0).wrongAnswers], [RecordType.WrongAnswer, 1]);
    const lock = { journalEpoch: wrong.unit.day.manifest.header.journalEpoch, code: codeIdAt(0), index: 0 };
    drawn.length = 0;
    handheld.type(releaseAnswer(nodeHash, testKey("release"), lock));
    handheld.press(Key.Enter);
    const open = whenFirst("Ask for the code");
    assert.deepEqual([open.types.at(-1), open.unit.day.ledger.spent(0).releases], [RecordType.Released, 1]);
  });
});
