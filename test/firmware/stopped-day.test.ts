// A day that cannot go on, because a file's header is damaged: it says so, takes no try, and what it confirmed before
// still reaches the depot. No load may pass over records that were never sent.
import assert from "node:assert/strict";
import { FaultNumber } from "../../src/shared/faults.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { type LoadedHandheld, loadedHandheld } from "../support/loaded-handheld.ts";
import { manyParcels, sealRound } from "../support/test-round.ts";

const PARCELS = manyParcels(4, 2);

describe("a stopped day", () => {
  let loaded: LoadedHandheld;

  beforeEach(() => {
    loaded = loadedHandheld({ parcels: PARCELS });
    loaded.tryCode(PARCELS[0]!.tracking, PARCELS[0]!.code!);
    assert.equal(loaded.title(), "ACCEPTED");
    loaded.wait(100);
  });

  function damage(magic: string): void {
    const at = Buffer.from(loaded.handheld.image).lastIndexOf(magic);
    loaded.handheld.image[at + 5]! &= 0xfe;
    loaded.handheld.image[at + 8]! ^= 0x01;
    loaded.restart();
  }

  for (const magic of ["PLED", "PIDX", "PUPD"]) {
    it(`by ${magic} still sends what it holds, and tries nothing`, () => {
      damage(magic);
      assert.equal(loaded.screen()[2], "STOPPED F301");
      loaded.scan(PARCELS[2]!.tracking);
      assert.deepEqual(loaded.screen().slice(0, 2), ["FAULT", "F301"]);
      assert.ok(loaded.hello().unsent >= 1, "it knows that something is unsent");
      assert.equal(loaded.load(sealRound({ parcels: PARCELS, sequence: 2 })), FaultNumber.DockUnsent);
      assert.equal(loaded.dockSync(), 0);
      assert.deepEqual(
        loaded.depot.bodies(501).map(({ type }) => type),
        [RecordType.Accepted],
      );
    });
  }

  it("by its journal is not loaded over: its records were never sent", () => {
    damage("PJRN");
    assert.equal(loaded.screen()[2], "STOPPED F401");
    const before = loaded.handheld.image.slice();
    const next = sealRound({ parcels: PARCELS, sequence: 2 });
    assert.notEqual(loaded.load(next), 0);
    assert.deepEqual(loaded.handheld.image, before, "nothing is written into it either");
  });
});
