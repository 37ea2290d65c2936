// The power fails at every write of a load: afterwards the old manifest is active or the new one, never a mixture, what
// was spent stays spent, and the load goes through when it is tried again.
import assert from "node:assert/strict";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { cutPoints, untilPowerCut } from "../../support/test-host.ts";
import { codeIdAt, manyParcels, sealRound, wrongDigits } from "../../support/test-round.ts";
import { loadedImage, loadInto, UnitDay } from "../../support/unit-day.ts";

const PARCELS = manyParcels(3);
const LABEL = PARCELS[0]!.tracking;
const [WRONG] = wrongDigits(codeIdAt(0), PARCELS[0]!.code!, 1) as [string];
const NEXT = sealRound({ parcels: PARCELS, sequence: 2, updateSlots: 4 }).bytes;

function prepared(): Uint8Array {
  const { image } = loadedImage({ parcels: PARCELS, sequence: 1, updateSlots: 4 }, 40 * 1024);
  const unit = new UnitDay(image);
  unit.door.tryCode(unit.parcel(LABEL), WRONG);
  unit.recorder.seal();
  unit.recorder.acknowledged = 1;
  return image;
}

const load = (unit: UnitDay): number => loadInto(unit, NEXT, unit.day, 0, unit.time);

describe("a load with the power failing", () => {
  it("at any write leaves the old manifest or the new one, and nothing is refunded", () => {
    const start = prepared();
    const clean = new UnitDay(start.slice());
    assert.equal(load(clean), 0);
    const seen = new Set<number>();
    for (const cut of cutPoints(clean.host.writes, false)) {
      const image = start.slice();
      const unit = new UnitDay(image);
      unit.host.cut = cut;
      untilPowerCut(() => load(unit));
      const after = new UnitDay(image);
      const name = JSON.stringify(cut);
      const { sequence } = after.day.manifest.header;
      seen.add(sequence);
      assert.equal(after.day.stopped, 0, name);
      assert.deepEqual(after.door.triesLeft(after.day.manifest.code(0)), 2, name);
      assert.equal(after.door.deviceTriesLeft(), 14, name);
      let again = load(after);
      if (again === FaultNumber.FlashWriteTorn) again = load(after); // where the cut tore a word, it begins anew
      if (sequence === 2) assert.equal(again, FaultNumber.ManifestAlreadyLoaded, name);
      else if (again !== 0) {
        assert.equal(again, FaultNumber.DockNeedsMaintenance, name);
        after.board.flash.compact();
        assert.equal(load(after), 0, name);
      }
      assert.equal(new UnitDay(image).day.manifest.header.sequence, 2, name);
    }
    assert.deepEqual([...seen].sort(), [1, 2]);
  });

  it("keeps the old manifest when the last write does not read back", () => {
    for (const fault of [FaultNumber.FlashWriteLost, FaultNumber.FlashWriteTorn]) {
      const image = prepared();
      const unit = new UnitDay(image);
      unit.flash.faults.set("man.b", [0, fault]); // the body is one piece, then comes the commit cell
      assert.equal(load(unit), fault);
      assert.equal(new UnitDay(image).day.manifest.header.sequence, 1);
    }
  });

  it("keeps the old day usable until the last write", () => {
    const image = prepared();
    const unit = new UnitDay(image);
    const { length } = (() => {
      const probe = new UnitDay(image.slice());
      load(probe);
      return probe.host.writes;
    })();
    for (let write = 1; write < length; write += 3) {
      const copy = image.slice();
      const cut = new UnitDay(copy);
      cut.host.cut = { write, bytes: 1 };
      untilPowerCut(() => load(cut));
      const after = new UnitDay(copy);
      assert.equal(after.door.tryCode(after.parcel(LABEL), PARCELS[0]!.code!).kind, VerdictKind.Accepted, `${write}`);
    }
    assert.equal(unit.day.manifest.header.sequence, 1);
  });
});
