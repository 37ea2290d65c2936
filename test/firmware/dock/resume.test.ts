// A load that was cut off goes on where it stopped, SPEC.md §4.6: after an unplugged cable, after a restart, at any byte; what
// is there is never trusted without its digests.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { concatBytes, readU32 } from "../../../src/shared/wire/bytes.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { crc32 } from "node:zlib";
import { type LoadedHandheld, loadedHandheld } from "../../support/loaded-handheld.ts";
import { manyParcels, sealRound, type SealedRound } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";

const CHUNK_BYTES = 2048;
const PIECE_BYTES = 976;

describe("a load that was cut off", () => {
  let loaded: LoadedHandheld;
  let sealed: SealedRound;

  beforeEach(() => {
    loaded = loadedHandheld({ parcels: manyParcels(4, 2) });
    sealed = sealRound({ parcels: manyParcels(200, 120), sequence: 2 });
    assert.ok(sealed.bytes.length > 4 * CHUNK_BYTES);
  });

  /** Begins; how many bytes are there. */
  function begin(): number {
    const { fault, data } = loaded.command(Command.LoadBegin, sealed.head);
    assert.equal(fault, 0);
    return readU32(data, 0);
  }

  function send(from: number, to: number, bytes = sealed.bytes): number {
    for (let at = from; at < to; at += PIECE_BYTES) {
      const piece = bytes.slice(at, Math.min(at + PIECE_BYTES, to));
      const { fault } = loaded.command(Command.LoadData, concatBytes([u32Bytes(at), piece]));
      if (fault !== 0) return fault;
    }
    return 0;
  }

  it("tells how much is there, in whole chunks, and goes on from there", () => {
    const head = sealed.head.length;
    assert.equal(begin(), head, "nothing yet");
    for (const pieces of [1, 3, 5, 7]) {
      const there = begin();
      assert.equal((there - head) % CHUNK_BYTES, 0);
      assert.equal(send(there, head + pieces * PIECE_BYTES), 0);
      assert.equal(begin(), head + Math.floor((pieces * PIECE_BYTES) / CHUNK_BYTES) * CHUNK_BYTES);
    }
    loaded.restart();
    assert.equal(loaded.hello().sequence, 1, "the old manifest stands");
    const there = begin();
    assert.equal(there, head + Math.floor((7 * PIECE_BYTES) / CHUNK_BYTES) * CHUNK_BYTES);
    assert.equal(send(there, sealed.bytes.length), 0);
    assert.equal(loaded.command(Command.LoadCommit).fault, 0);
    assert.equal(loaded.hello().sequence, 2);
    const check = loaded.command(Command.LoadCheck).data;
    assert.deepEqual([readU32(check, 0), readU32(check, 4)], [sealed.bytes.length, crc32(sealed.bytes)]);
  });

  it("goes on from any word, pieces cut otherwise than before", () => {
    const head = sealed.head.length;
    begin();
    for (const sent of [8, 1000, 2040, 3000]) assert.equal(send(head, head + sent), 0);
    assert.equal(send(begin(), sealed.bytes.length), 0);
    assert.equal(loaded.command(Command.LoadCommit).fault, 0);
  });

  it("begins anew where the bytes that are there are not the manifest's", () => {
    const head = sealed.head.length;
    const altered = sealed.bytes.slice();
    altered[head + 100]! ^= 4;
    begin();
    assert.equal(send(head, head + 1500, altered), 0);
    assert.equal(begin(), head);
    assert.equal(send(head, sealed.bytes.length), FaultNumber.FlashWriteTorn);
    assert.equal(loaded.command(Command.LoadData, concatBytes([u32Bytes(head), new Uint8Array(8)])).fault, 703);
    assert.equal(begin(), head);
    assert.equal(send(head, sealed.bytes.length), 0);
    assert.equal(loaded.command(Command.LoadCommit).fault, 0);
  });

  it("begins anew for another manifest", () => {
    begin();
    assert.equal(send(sealed.head.length, sealed.head.length + 3000), 0);
    sealed = sealRound({ parcels: manyParcels(200, 120), sequence: 3 });
    assert.equal(begin(), sealed.head.length);
    assert.equal(send(sealed.head.length, sealed.bytes.length), 0);
    assert.equal(loaded.command(Command.LoadCommit).fault, 0);
    assert.equal(loaded.hello().sequence, 3);
  });
});
