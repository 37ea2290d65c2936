// The device's limit, DESIGN.md §3.2: 15 tries without success in a manifest's day, over parcels and reloads; an honest
// slip is forgiven.
import assert from "node:assert/strict";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { codeIdAt, manyParcels, wrongDigits } from "../../support/test-round.ts";
import { unitDay } from "../../support/unit-day.ts";

const PARCELS = manyParcels(12);
const WRONG = PARCELS.map(({ code }, i) => wrongDigits(codeIdAt(i), code!, 3));

describe("the device's limit", () => {
  it("locks every protected parcel after 15 failures spread over them, also after a restart", () => {
    let unit = unitDay({ parcels: [...PARCELS, { tracking: "FREE1" }] });
    for (let n = 0; n < 15; n++) {
      const kind = unit.door.tryCode(unit.parcel(PARCELS[n % 8]!.tracking), WRONG[n % 8]![n >> 3]!).kind;
      assert.equal(kind, n < 14 ? VerdictKind.Wrong : VerdictKind.DeviceLocked, `try ${n + 1}`);
      if (n % 4 === 0) unit = unit.again();
    }
    for (const day of [unit, unit.again()]) {
      const fresh = day.parcel(PARCELS[11]!.tracking);
      const writes = day.host.writes.length;
      assert.equal(
        day.door.tryCode(fresh, PARCELS[11]!.code!).kind,
        VerdictKind.DeviceLocked,
        "not even the right code",
      );
      assert.equal(day.host.writes.length, writes);
      assert.equal(day.door.judge(day.parcel("FREE1")).kind, VerdictKind.NoCodeNeeded);
    }
  });

  it("forgives the slips of a code that is accepted later", () => {
    let unit = unitDay({ parcels: PARCELS });
    for (let i = 0; i < 10; i++) {
      const parcel = unit.parcel(PARCELS[i]!.tracking);
      unit.door.tryCode(parcel, WRONG[i]![0]!);
      unit.door.tryCode(parcel, WRONG[i]![1]!);
      assert.equal(unit.door.deviceTriesLeft(), 13);
      assert.equal(unit.door.tryCode(parcel, PARCELS[i]!.code!).kind, VerdictKind.Accepted);
      assert.equal(unit.door.deviceTriesLeft(), 15);
      if (i % 2 === 0) unit = unit.again();
      assert.equal(unit.door.deviceTriesLeft(), 15);
    }
  });
});
