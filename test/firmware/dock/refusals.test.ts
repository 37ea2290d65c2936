// Every reason to refuse a manifest, each with its own fault, before anything is written. SPEC.md §4.6.
import assert from "node:assert/strict";
import { Loader } from "../../../firmware/app/dock/loader.ts";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { writeU16, writeU32 } from "../../../src/shared/wire/bytes.ts";
import { bitFlips } from "../../support/bit-flips.ts";
import {
  DAY,
  DAY_START_S,
  manyParcels,
  resign,
  sealRound,
  type SealedRound,
  type TestRound,
} from "../../support/test-round.ts";
import { loadedImage, loadInto, UnitDay } from "../../support/unit-day.ts";

const OLD = manyParcels(3);
const NEW = manyParcels(5, 2);

describe("a manifest is refused:", () => {
  let unit: UnitDay;
  let before: Uint8Array;

  beforeEach(() => {
    unit = new UnitDay(loadedImage({ parcels: OLD, sequence: 5 }).image);
    before = unit.host.image.slice();
  });

  const seal = (round: Partial<TestRound> = {}): SealedRound => sealRound({ parcels: NEW, sequence: 6, ...round });
  const load = (bytes: Uint8Array, unsent = 0): FaultNumber => loadInto(unit, bytes, unit.day, unsent, unit.time);

  function unchanged(): void {
    assert.deepEqual(unit.host.image, before);
    const again = unit.again();
    assert.equal(again.day.manifest.header.sequence, 5);
    assert.equal(again.door.judge(again.parcel(OLD[0]!.tracking)).kind, VerdictKind.AskCode);
  }

  function refused(bytes: Uint8Array, fault: FaultNumber, unsent = 0): void {
    assert.equal(load(bytes, unsent), fault);
    unchanged();
  }

  it("not one at all", () => {
    refused(new Uint8Array(0), FaultNumber.ManifestNotOne);
    refused(new Uint8Array(128).fill(7), FaultNumber.ManifestNotOne);
    refused(seal().bytes.slice(0, 95), FaultNumber.ManifestNotOne);
  });

  it("any bit of the head altered", () => {
    const { head } = seal();
    const loader = new Loader({
      board: unit.board,
      keys: unit.keys(),
      time: unit.time,
      day: unit.day,
      unsent: () => 0,
    });
    const expected = new Set([
      FaultNumber.ManifestNotOne,
      FaultNumber.ManifestNewerFormat,
      FaultNumber.ManifestOtherDevice,
      FaultNumber.ManifestOtherKeyEpoch,
      FaultNumber.ManifestAltered,
      FaultNumber.ManifestTruncated,
    ]);
    const seen = new Set<FaultNumber>();
    for (const { bit, flipped } of bitFlips(head)) {
      const fault = loader.begin(flipped);
      assert.ok(expected.has(fault), `bit ${bit}: fault ${fault}`);
      seen.add(fault);
    }
    assert.deepEqual([...seen].sort(), [...expected].sort());
    unchanged();
  });

  it("the head longer or shorter than it says", () => {
    const { head } = seal();
    const loader = new Loader({
      board: unit.board,
      keys: unit.keys(),
      time: unit.time,
      day: unit.day,
      unsent: () => 0,
    });
    for (const wrong of [head.slice(0, -1), new Uint8Array([...head, 0])]) {
      assert.equal(loader.begin(wrong), FaultNumber.ManifestTruncated);
    }
    unchanged();
  });

  it("sizes that disagree under a right MAC", () => {
    for (const change of [
      (header: Uint8Array) => writeU16(header, 38, 513),
      (header: Uint8Array) => writeU16(header, 38, 6),
      (header: Uint8Array) => writeU16(header, 40, 6),
      (header: Uint8Array) => writeU32(header, 48, 1),
      (header: Uint8Array) => writeU32(header, 52, 100),
      (header: Uint8Array) => writeU16(header, 56, 1024),
    ]) {
      refused(seal({ header: change }).bytes, FaultNumber.ManifestNotOne);
    }
  });

  it("another device's", () => refused(seal({ device: 8 }).bytes, FaultNumber.ManifestOtherDevice));
  it("of another key epoch", () => refused(seal({ keyEpoch: 2 }).bytes, FaultNumber.ManifestOtherKeyEpoch));
  it("in a newer format", () =>
    refused(seal({ header: (header) => writeU16(header, 4, 2) }).bytes, FaultNumber.ManifestNewerFormat));
  it("older than the active one", () => refused(seal({ sequence: 4 }).bytes, FaultNumber.ManifestOlder));
  it("equal to the active one: already loaded", () =>
    refused(sealRound({ parcels: OLD, sequence: 5 }).bytes, FaultNumber.ManifestAlreadyLoaded));
  it("of the active one's sequence with other bytes", () =>
    refused(seal({ sequence: 5 }).bytes, FaultNumber.ManifestEqualOtherBytes));
  it("expired", () => refused(seal({ day: DAY - 1 }).bytes, FaultNumber.ManifestExpired));
  it("of a day too far ahead", () => refused(seal({ day: DAY + 2 }).bytes, FaultNumber.ManifestNotYetValid));

  it("with more parcels than the board carries", () => {
    const board = { ...unit.board, parcelsMax: 4 };
    const loader = new Loader({ board, keys: unit.keys(), time: unit.time, day: unit.day, unsent: () => 0 });
    assert.equal(loader.begin(seal().head), FaultNumber.ManifestTooLarge);
    unchanged();
  });

  it("while records are unsent", () => refused(seal().bytes, FaultNumber.DockUnsent, 1));

  it("without room for it: maintenance first, never by itself", () => {
    unit.board.flash.create("parola.b", unit.board.flash.free() - 2000, new Uint8Array(8));
    before = unit.host.image.slice();
    refused(seal().bytes, FaultNumber.DockNeedsMaintenance);
  });

  describe("at the commit,", () => {
    function stillOld(): void {
      assert.equal(unit.again().day.manifest.header.sequence, 5);
    }

    it("altered in any byte of the body", () => {
      const { bytes, head } = seal();
      for (let at = head.length; at < bytes.length; at += 13) {
        const altered = bytes.slice();
        altered[at]! ^= 0x10;
        assert.equal(load(altered), FaultNumber.ManifestAltered, `byte ${at}`);
        stillOld();
        unit.board.flash.compact();
      }
      assert.equal(load(bytes), 0);
    });

    it("truncated anywhere in the body", () => {
      const { bytes, head } = seal();
      for (const length of [head.length, head.length + 8, bytes.length - 9]) {
        assert.equal(load(bytes.slice(0, length)), FaultNumber.ManifestTruncated, `${length} bytes`);
        stillOld();
        unit.board.flash.compact();
      }
    });

    it("data without a beginning, out of place, or beyond its end", () => {
      const { bytes, head } = seal();
      const loader = new Loader({
        board: unit.board,
        keys: unit.keys(),
        time: unit.time,
        day: unit.day,
        unsent: () => 0,
      });
      assert.equal(loader.data(head.length, bytes.slice(head.length)), FaultNumber.DockNoLoad);
      assert.equal(loader.commit(), FaultNumber.DockNoLoad);
      assert.equal(loader.begin(head), 0);
      for (const offset of [0, head.length - 8, head.length + 1, bytes.length, 0xffffffff]) {
        assert.equal(loader.data(offset, new Uint8Array(8)), FaultNumber.ManifestTruncated, `offset ${offset}`);
      }
      stillOld();
    });
  });

  it("not when the clock is only estimated and the day seems wrong", () => {
    unit = unit.again({ clockIsSet: false });
    assert.equal(load(seal({ day: DAY + 2 }).bytes), 0);
  });

  it("not a day ahead, nor in the last second of its day", () => {
    assert.equal(load(seal({ day: DAY + 1 }).bytes), 0);
    unit = new UnitDay(loadedImage({ parcels: OLD, sequence: 5 }).image, { start_s: DAY_START_S + 86_399 });
    assert.equal(load(seal().bytes), 0);
  });

  it("too, when signed again with nothing changed: it is the same", () => {
    const { bytes } = sealRound({ parcels: OLD, sequence: 5 });
    resign(bytes, () => undefined);
    refused(bytes, FaultNumber.ManifestAlreadyLoaded);
  });
});
