// Handing over, giving a reason, taking a handover back: records of their own, each told on screen.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import { parcelIdAt, type TestParcel } from "../../support/test-round.ts";
import { UnitHandheld } from "../../support/unit-handheld.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";
import { slotsOf } from "../../support/every-cut.ts";

const PARCELS: TestParcel[] = [
  { tracking: "FREE1" },
  { tracking: "FREE2" },
  { tracking: "TBA000000000003", code: "482913" },
  { tracking: "EARLIER", isHandedOver: true },
];

describe("handing over on screen", () => {
  let image: Uint8Array;
  let handheld: UnitHandheld;

  beforeEach(() => {
    image = loadedImage({ parcels: PARCELS }, 32 * 1024).image;
    handheld = new UnitHandheld(image);
  });

  /** Records as an independent reader finds them after a restart. */
  const records = (): (number | undefined)[][] =>
    slotsOf(new UnitDay(image.slice())).map(({ body }) => [body?.type, body?.parcel, body?.detail, body?.handedOver]);

  it("records a handover without a code, and counts it", () => {
    handheld.scan("FREE1");
    assert.equal(handheld.view().lines.at(-1), "No code needed.");
    handheld.press(Key.Enter);
    assert.deepEqual([handheld.view().title, handheld.view().big], ["NOTED", "DONE"]);
    assert.deepEqual(records(), [[RecordType.HandedOver, parcelIdAt(0), 0, 1]]);
    handheld.scan("FREE1");
    assert.equal(handheld.view().title, "ALREADY HANDED OVER");
  });

  it("records acceptance and handover apart", () => {
    handheld.scan("TBA000000000003");
    handheld.press(Key.Enter);
    handheld.type("482913");
    handheld.press(Key.Enter);
    assert.equal(handheld.view().title, "ACCEPTED");
    assert.deepEqual(
      records().map(([type]) => type),
      [RecordType.Accepted],
    );
    handheld.press(Key.Enter);
    assert.deepEqual(
      records().map(([type]) => type),
      [RecordType.Accepted, RecordType.HandedOver],
    );
  });

  it("takes a handover back by a record that names the slot, also the second time", () => {
    handheld.scan("FREE2");
    handheld.press(Key.Enter);
    for (const slot of [0, 2]) {
      handheld.scan("FREE1");
      handheld.press(Key.Enter);
      handheld.scan("FREE1");
      handheld.press(Key.Reason, Key.Enter);
      assert.equal(handheld.view().big, "UNDONE");
      assert.deepEqual(records().at(-1), [RecordType.Reversed, parcelIdAt(0), slot + 1, 1]);
    }
    handheld.scan("FREE1");
    assert.equal(handheld.view().lines.at(-1), "No code needed.");
  });

  it("does not take back what was handed over before this manifest", () => {
    handheld.scan("EARLIER");
    handheld.press(Key.Reason, Key.Enter, Key.Enter);
    assert.deepEqual(records(), []);
  });

  it("records each of the eight reasons", () => {
    for (let reason = Reason.NotHome; reason <= Reason.Other; reason++) {
      handheld.scan("FREE1");
      handheld.press(Key.Reason);
      assert.equal(handheld.view().title, "WHY NOT?");
      handheld.press(reason as number as Key);
      assert.equal(handheld.view().title, "NOTED");
    }
    const reasons = slotsOf(new UnitDay(image)).map(({ body }) => body?.reason);
    assert.deepEqual(reasons, [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("takes no other key for a reason", () => {
    handheld.scan("FREE1");
    handheld.press(Key.Reason, 0 as Key, 9 as Key, Key.Up, Key.Enter, Key.Menu);
    assert.deepEqual([handheld.view().title, records()], ["WHY NOT?", []]);
  });

  it("shows what is left", () => {
    handheld = new UnitHandheld((image = loadedImage({ parcels: PARCELS.slice(0, 3) }, 32 * 1024).image));
    assert.equal(handheld.view().big, "3 left");
    handheld.scan("FREE1");
    handheld.press(Key.Enter, Key.Back);
    assert.equal(handheld.view().big, "2 left");
    assert.equal(handheld.view().lines[0], "1 waiting to sync");
  });
});
