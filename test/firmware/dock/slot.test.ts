// The technician's way to the flash itself, SPEC.md §10.4.4: what it reads, erases and programs, and what it refuses.
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { concatBytes, latin1Bytes, readU32 } from "../../../src/shared/wire/bytes.ts";
import { SlotStep } from "../../../src/shared/wire/service-data.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { Role } from "../../../src/shared/wire/service-session.ts";
import { type Answer, DockHand } from "../../support/dock-hand.ts";
import { type LoadedHandheld, loadedHandheld } from "../../support/loaded-handheld.ts";
import { manyParcels } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";

/** A page that nothing of the handheld stands in. */
const FREE = 200 * 1024;
const WORDS = Uint8Array.from({ length: 64 }, (_, i) => i * 3);

describe("the slot command", () => {
  let loaded: LoadedHandheld;

  beforeEach(() => {
    loaded = loadedHandheld({ parcels: manyParcels(4, 2) });
  });

  function slot(step: number, offset?: number, rest: Uint8Array = new Uint8Array(0)): Answer {
    const head =
      offset === undefined ? new Uint8Array([step]) : concatBytes([new Uint8Array([step]), u32Bytes(offset)]);
    return loaded.command(Command.Slot, concatBytes([head, rest]));
  }

  const read = (offset: number, length: number): Answer =>
    slot(SlotStep.Read, offset, new Uint8Array([length & 255, length >> 8]));

  it("tells the sizes of Storage's area and of a page", () => {
    const { fault, data } = slot(SlotStep.Sizes);
    assert.deepEqual([fault, readU32(data, 0), readU32(data, 4)], [0, loaded.handheld.image.length, 1024]);
  });

  it("programs, reads, and erases a page", () => {
    assert.equal(slot(SlotStep.Program, FREE + 8, WORDS).fault, 0);
    assert.deepEqual(read(FREE + 8, 64).data, WORDS);
    assert.equal(slot(SlotStep.Program, FREE + 8, WORDS).fault, 0, "the same again is there already");
    assert.equal(
      slot(
        SlotStep.Program,
        FREE + 8,
        WORDS.map((byte) => ~byte),
      ).fault,
      FaultNumber.FlashWriteTorn,
    );
    assert.equal(slot(SlotStep.Erase, FREE).fault, 0);
    assert.ok(read(FREE, 1024).data.every((byte) => byte === 0xff));
    assert.equal(loaded.hello().sequence, 1, "the day is as it was");
  });

  it("gives the sum of a file, and says when it is shorter", () => {
    const head = loaded.handheld.image.slice();
    const file = latin1Bytes("man.a");
    const { fault, data } = slot(SlotStep.Sum, 96, file);
    assert.equal(fault, 0);
    const at = Buffer.from(head).indexOf("PMAN");
    assert.equal(readU32(data, 0), crc32(head.subarray(at, at + 96)));
    assert.equal(slot(SlotStep.Sum, 1_000_000, file).fault, FaultNumber.FlashFileMissing);
    assert.equal(slot(SlotStep.Sum, 8, latin1Bytes("nobody")).fault, FaultNumber.FlashFileMissing);
  });

  it("refuses what is not within the area, not of whole words, or of another form", () => {
    const image = loaded.handheld.image.slice();
    const end = image.length;
    for (const [name, answer] of [
      ["program beyond the end", slot(SlotStep.Program, end - 8, WORDS)],
      ["program at no word", slot(SlotStep.Program, FREE + 4, WORDS)],
      ["program of no word", slot(SlotStep.Program, FREE, WORDS.slice(0, 7))],
      ["erase beyond the end", slot(SlotStep.Erase, end)],
      ["erase far beyond", slot(SlotStep.Erase, 0xffff_fc00)],
      ["erase with more", slot(SlotStep.Erase, FREE, WORDS)],
      ["read beyond the end", read(end - 8, 64)],
      ["read of too much", read(0, 2049)],
      ["read without a length", slot(SlotStep.Read, 0)],
      ["no such step", slot(5, FREE, WORDS)],
      ["nothing", loaded.command(Command.Slot)],
      ["no offset", slot(SlotStep.Program)],
    ] as const) {
      assert.equal(answer.fault, FaultNumber.DockBadFrame, name);
    }
    assert.deepEqual(loaded.handheld.image, image);
  });

  it("is the technician's alone", () => {
    const dock = new DockHand((bytes) => loaded.handheld.service(bytes), { role: Role.Dock });
    for (let step = 0; step <= 4; step++) {
      const data = concatBytes([new Uint8Array([step]), u32Bytes(FREE), WORDS]);
      assert.equal(dock.command(Command.Slot, data).fault, FaultNumber.DockTechnicianOnly);
      assert.equal(dock.open(Command.Slot, data).fault, FaultNumber.DockNoSession);
    }
  });
});
