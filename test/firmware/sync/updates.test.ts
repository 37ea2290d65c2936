// Updates in flash, SPEC.md §7.3: stored strictly in order, each once, whole or not at all.
import assert from "node:assert/strict";
import { createUpdates, Updates } from "../../../firmware/app/sync/updates.ts";
import type { Code } from "../../../firmware/app/manifest/manifest.ts";
import { CodeFlag } from "../../../src/shared/wire/manifest.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { BLANK_UPDATE, encodeUpdate, type Update, UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { RecordingFlash } from "../../support/recording-parts.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { UnitBoard } from "../../support/unit-day.ts";

const EPOCH = 12;
const SLOTS = 4;

function update(number: number, fields: Partial<Update> = {}): Uint8Array {
  return encodeUpdate(nodeHash, { ...BLANK_UPDATE, kind: UpdateKind.Void, code: number, ...fields, number }, EPOCH);
}

describe("updates in flash", () => {
  let image: Uint8Array;
  let unit: UnitBoard;
  let flash: RecordingFlash;
  let updates: Updates;

  function reopen(epoch = EPOCH): FaultNumber {
    unit = new UnitBoard(image);
    flash = new RecordingFlash(unit.board.flash);
    updates = new Updates(flash, nodeHash, "upd", SLOTS, epoch);
    return updates.open();
  }

  function numbers(): number[] {
    const found: number[] = [];
    updates.each((one) => found.push(one.number));
    return found;
  }

  beforeEach(() => {
    image = new Uint8Array(4096).fill(0xff);
    createUpdates(new UnitBoard(image).board.flash, nodeHash, "upd", SLOTS, EPOCH);
    assert.equal(reopen(), 0);
  });

  it("are kept in order, over a restart", () => {
    for (const number of [1, 2, 3]) assert.equal(updates.store(update(number)), 0);
    assert.equal(reopen(), 0);
    assert.deepEqual([numbers(), updates.last], [[1, 2, 3], 3]);
  });

  it("that came before are passed over, without a write", () => {
    updates.store(update(1));
    updates.store(update(2));
    const writes = unit.host.writes.length;
    for (const number of [2, 1]) assert.equal(updates.store(update(number, { code: 99 })), 0);
    assert.equal(unit.host.writes.length, writes);
    assert.deepEqual(numbers(), [1, 2]);
  });

  it("are refused out of order, and nothing is written", () => {
    assert.equal(updates.store(update(2)), FaultNumber.SyncUpdateOrder);
    updates.store(update(1));
    assert.equal(updates.store(update(3)), FaultNumber.SyncUpdateOrder);
    assert.deepEqual(numbers(), [1]);
  });

  it("are refused when any bit is wrong, when cut, and when of another journal", () => {
    const good = update(1);
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(updates.store(bad), FaultNumber.SyncUpdateDamaged, `bit ${bit}`);
    }
    assert.equal(updates.store(good.subarray(0, 63)), FaultNumber.SyncUpdateDamaged);
    const other = encodeUpdate(nodeHash, { ...BLANK_UPDATE, kind: UpdateKind.Void, number: 1 }, EPOCH + 1);
    assert.equal(updates.store(other), FaultNumber.SyncUpdateDamaged);
    assert.equal(unit.host.writes.length, 0);
  });

  it("are refused when no slot is left; those before stay", () => {
    for (let number = 1; number <= SLOTS; number++) assert.equal(updates.store(update(number)), 0);
    assert.equal(updates.store(update(SLOTS + 1)), FaultNumber.SyncUpdatesFull);
    assert.deepEqual(numbers(), [1, 2, 3, 4]);
  });

  it("torn at any byte are passed over, and go to the next slot when they come again", () => {
    const clean = image.slice();
    for (let bytes = 0; bytes < 64; bytes++) {
      image.set(clean);
      reopen();
      updates.store(update(1));
      unit.host.cut = { write: unit.host.writes.length + 1, bytes };
      assert.ok(untilPowerCut(() => updates.store(update(2))));
      assert.equal(reopen(), 0);
      assert.equal(updates.last, 1, `${bytes} bytes`);
      assert.equal(updates.store(update(2)), 0);
      assert.deepEqual(numbers(), [1, 2]);
      assert.equal(reopen(), 0);
      assert.deepEqual(numbers(), [1, 2]);
    }
  });

  it("that the flash lost or tore count only when they come again and hold", () => {
    flash.faults.set("upd", [FaultNumber.FlashWriteLost]);
    assert.equal(updates.store(update(1)), FaultNumber.FlashWriteLost);
    assert.equal(updates.last, 0);
    assert.equal(updates.store(update(1)), 0);
    assert.deepEqual(numbers(), [1]);
  });

  it("replace a code, and that one again, each with a ledger row of its own", () => {
    const replace = (code: number, newCode: number): Partial<Update> => ({
      kind: UpdateKind.Replace,
      code,
      newCode,
      tagBits: 11,
      day: 20_000,
    });
    updates.store(update(1, replace(500, 501)));
    updates.store(update(2, replace(700, 701)));
    updates.store(update(3, replace(501, 502)));
    const code = {
      id: 500,
      row: 3,
      salt: new Uint8Array(16),
      tag: 1,
      tagBits: 11,
      day: 0,
      triesKnown: 0,
      releasesKnown: 0,
      flags: 0,
    };
    const current = (of = code): Code => updates.current({ ...of }, 10, (one) => one.id === 800);
    assert.deepEqual([current().id, current().row, current().flags], [502, 12, 0]);
    updates.store(update(4, { kind: UpdateKind.Void, code: 502 }));
    assert.deepEqual([current().id, current().flags], [502, CodeFlag.Void]);
    assert.equal(current({ ...code, id: 9 }).id, 9, "other codes are left alone");
  });

  it("do not touch a code that was accepted", () => {
    updates.store(update(1, { kind: UpdateKind.Replace, code: 800, newCode: 801 }));
    updates.store(update(2, { kind: UpdateKind.Void, code: 800 }));
    const code = {
      id: 800,
      row: 3,
      salt: new Uint8Array(16),
      tag: 1,
      tagBits: 11,
      day: 0,
      triesKnown: 0,
      releasesKnown: 0,
      flags: 0,
    };
    assert.deepEqual(
      updates.current(code, 10, () => true),
      code,
    );
    assert.equal(updates.current(code, 10, () => false).id, 801);
  });

  it("do not open behind another header", () => {
    assert.equal(reopen(EPOCH + 1), FaultNumber.LedgerHeader);
  });
});
