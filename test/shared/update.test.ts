// Updates from the depot, SPEC.md §7.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import {
  decodeUpdate,
  encodeUpdate,
  encodeUpdatesHeader,
  type Update,
  UPDATE_BYTES,
  updateIsWhole,
} from "../../src/shared/wire/update.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { bytesOf, garbage, holds, u16, u32, u8 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  journalEpoch: number;
  header: { slots: number; bytes: string };
  updates: (Omit<Update, "salt"> & { salt: string; bytes: string })[];
}>("updates");
const EPOCH = stored.journalEpoch;

describe("updates", () => {
  it("the header is the vector's", () => {
    assert.equal(hex(encodeUpdatesHeader(nobleHash, stored.header.slots, EPOCH)), stored.header.bytes);
  });

  for (const { bytes, salt, ...fields } of stored.updates) {
    it(`update ${fields.number} of kind ${fields.kind} is the vector's`, () => {
      const update = { ...fields, salt: unhex(salt) };
      assert.ok(updateIsWhole(nobleHash, unhex(bytes), EPOCH));
      assert.deepEqual(decodeUpdate(unhex(bytes)), update);
      assert.equal(hex(encodeUpdate(nobleHash, update, EPOCH)), bytes);
    });
  }

  it("come back as they were, and only in their journal", () => {
    const update: fc.Arbitrary<Update> = fc.record(
      {
        number: u32,
        kind: u8,
        code: u32,
        parcel: u32,
        newCode: u32,
        tagBits: u8,
        tag: u32,
        salt: bytesOf(16),
        day: u16,
        releaseIndex: u8,
        triesKnown: u8,
      },
      { noNullPrototype: true },
    );
    holds(
      fc.property(update, u32, u32, (fields, epoch, other) => {
        const bytes = encodeUpdate(nobleHash, fields, epoch);
        assert.equal(bytes.length, UPDATE_BYTES);
        assert.deepEqual(decodeUpdate(bytes), fields);
        assert.ok(updateIsWhole(nobleHash, bytes, epoch));
        assert.equal(updateIsWhole(nobleHash, bytes, other), other === epoch);
      }),
    );
  });

  it("show every turned bit and every missing byte", () => {
    for (const { bytes } of stored.updates) {
      for (const { bit, flipped } of bitFlips(unhex(bytes))) {
        assert.ok(!updateIsWhole(nobleHash, flipped, EPOCH), `bit ${bit}`);
      }
      for (const short of truncations(unhex(bytes))) assert.ok(!updateIsWhole(nobleHash, short, EPOCH));
    }
    let endsInZero: Uint8Array | undefined;
    for (let number = 1; endsInZero === undefined; number++) {
      const bytes = encodeUpdate(nobleHash, { ...decodeUpdate(unhex(stored.updates[0]!.bytes)), number }, EPOCH);
      if (bytes[UPDATE_BYTES - 1] === 0) endsInZero = bytes;
    }
    assert.ok(!updateIsWhole(nobleHash, endsInZero.slice(0, UPDATE_BYTES - 1), EPOCH));
  });

  it("an erased slot is not whole, and garbage never throws", () => {
    assert.ok(!updateIsWhole(nobleHash, new Uint8Array(UPDATE_BYTES).fill(0xff), EPOCH));
    holds(
      fc.property(
        garbage(
          80,
          stored.updates.map(({ bytes }) => unhex(bytes)),
        ),
        (bytes) => {
          updateIsWhole(nobleHash, bytes, EPOCH);
          decodeUpdate(bytes);
        },
      ),
    );
  });
});
