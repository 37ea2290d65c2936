// Journal records, SPEC.md §5.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { isErased } from "../../src/shared/wire/bytes.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  encodeBody,
  encodeJournalHeader,
  joinRecord,
  RECORD_BYTES,
  RECORD_MAC_BYTES,
  type RecordBody,
  RecordFlag,
  recordMac,
} from "../../src/shared/wire/journal.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { bytesOf, garbage, holds, u16, u32, u8 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

interface StoredBody extends Omit<RecordBody, "proof"> {
  proof: string;
}
const stored = vectors<{
  recordKey: string;
  device: number;
  journalEpoch: number;
  sequence: number;
  journalSlots: number;
  start: string;
  header: string;
  slots: { slot: number; state: string; body?: StoredBody; macBefore: string; record: string }[];
  sealed: { slot: number; record: string }[];
}>("journal");
const KEY = unhex(stored.recordKey);
const EPOCH = stored.journalEpoch;
const FIRST = unhex(stored.slots[0]!.record);

const bodyOf = (body: StoredBody): RecordBody => ({ ...body, proof: unhex(body.proof) });
const isWhole = (record: Uint8Array, slot: number, epoch = EPOCH): boolean =>
  bodyIsWhole(nobleHash, record, epoch, slot);
const macOf = (before: Uint8Array, slot: number, body: Uint8Array, epoch = EPOCH): string =>
  hex(recordMac(nobleHash, KEY, epoch, before, slot, body));

describe("journal vectors", () => {
  it("the header is the vector's", () => {
    const { device, sequence, journalSlots, header } = stored;
    assert.equal(hex(encodeJournalHeader(nobleHash, device, EPOCH, sequence, journalSlots)), header);
  });

  for (const { slot, state, body, macBefore, record } of stored.slots) {
    it(`slot ${slot}: ${state}`, () => {
      const bytes = unhex(record);
      assert.equal(bytes.length, RECORD_BYTES);
      assert.equal(isWhole(bytes, slot), body !== undefined);
      if (body === undefined) return;
      assert.deepEqual(decodeBody(bytes), bodyOf(body));
      assert.equal(hex(encodeBody(nobleHash, bodyOf(body), EPOCH, slot)), record.slice(0, 2 * BODY_BYTES));
      const mac = bytes.subarray(BODY_BYTES);
      const holdsMac = macOf(unhex(macBefore), slot, bytes) === hex(mac);
      assert.equal(holdsMac, state === "valid");
      assert.equal(isErased(mac), state === "unsealed");
    });
  }

  it("the chain leads from the manifest's MAC over the valid records, past void slots", () => {
    let before = unhex(stored.start);
    for (const { slot, record } of stored.sealed) {
      const bytes = unhex(record);
      const mac = recordMac(nobleHash, KEY, EPOCH, before, slot, bytes);
      assert.equal(hex(joinRecord(bytes.slice(0, BODY_BYTES), mac)), record, `slot ${slot}`);
      before = mac;
    }
    assert.deepEqual(
      stored.sealed.map(({ slot }) => slot),
      [0, 3, 4, 5],
    );
    assert.ok(decodeBody(unhex(stored.sealed[1]!.record)).flags & RecordFlag.Restated);
  });
});

describe("journal record", () => {
  const body: fc.Arbitrary<RecordBody> = fc.record(
    {
      type: u8,
      flags: u8,
      reason: u8,
      tries: u8,
      time_s: u32,
      parcel: u32,
      code: u32,
      proof: bytesOf(16),
      handedOver: u16,
      detail: u16,
      triesInAll: u16,
      battery: u8,
      acknowledged: u16,
    },
    { noNullPrototype: true },
  );

  it("comes back as it was, and only in its slot and journal", () => {
    holds(
      fc.property(body, u32, u16, u32, u16, (fields, epoch, slot, otherEpoch, otherSlot) => {
        const bytes = encodeBody(nobleHash, fields, epoch, slot);
        assert.deepEqual(decodeBody(bytes), fields);
        assert.ok(isWhole(bytes, slot, epoch));
        if (otherSlot !== slot) assert.ok(!isWhole(bytes, otherSlot, epoch));
        if (otherEpoch !== epoch) assert.ok(!isWhole(bytes, slot, otherEpoch));
      }),
    );
  });

  it("every turned bit of the body breaks its check and its MAC", () => {
    const before = unhex(stored.start);
    const mac = macOf(before, 0, FIRST);
    for (const { bit, flipped } of bitFlips(FIRST.slice(0, BODY_BYTES))) {
      assert.ok(!isWhole(flipped, 0), `bit ${bit}`);
      assert.notEqual(macOf(before, 0, flipped), mac, `bit ${bit}`);
    }
  });

  it("the MAC covers journal, slot, key and the MAC before, bit by bit", () => {
    const before = unhex(stored.start);
    const mac = macOf(before, 0, FIRST);
    assert.equal(mac.length, 2 * RECORD_MAC_BYTES);
    assert.notEqual(macOf(before, 1, FIRST), mac);
    assert.notEqual(macOf(before, 0, FIRST, EPOCH + 1), mac);
    assert.notEqual(hex(recordMac(nobleHash, new Uint8Array(32), EPOCH, before, 0, FIRST)), mac);
    for (const { bit, flipped } of bitFlips(before)) assert.notEqual(macOf(flipped, 0, FIRST), mac, `bit ${bit}`);
  });

  it("a body of which the end is missing is never whole, even when that end is zero", () => {
    let checkEndsInZero: Uint8Array | undefined;
    for (let time_s = 0; checkEndsInZero === undefined; time_s++) {
      const bytes = encodeBody(nobleHash, { ...decodeBody(FIRST), time_s }, EPOCH, 0);
      if (bytes[BODY_BYTES - 1] === 0) checkEndsInZero = bytes;
    }
    for (const short of truncations(checkEndsInZero)) assert.ok(!isWhole(short, 0), `${short.length} bytes`);
  });

  it("an erased slot and zeros are not whole, and garbage never throws", () => {
    for (let slot = 0; slot < 3000; slot++) {
      assert.ok(!isWhole(new Uint8Array(RECORD_BYTES).fill(0xff), slot));
      assert.ok(!isWhole(new Uint8Array(RECORD_BYTES), slot));
    }
    holds(
      fc.property(garbage(100, [FIRST]), u16, (bytes, slot) => {
        isWhole(bytes, slot);
        decodeBody(bytes);
      }),
    );
  });
});
