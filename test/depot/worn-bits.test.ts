// Mending one bit of a record, by itself: every bit of body and MAC is found, two never are, and what holds stays as it is.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { isSameButOneBit, mendRecord } from "../../src/depot/sync/mend-record.ts";
import { encodeBody, joinRecord, recordMac } from "../../src/shared/wire/journal.ts";
import { testBody } from "../support/unit-journal.ts";

const SLOT = 3;
const CHAIN = {
  hash: nobleHash,
  key: new Uint8Array(32).fill(5),
  journalEpoch: 9,
  before: new Uint8Array(16).fill(7),
};

/** The record of slot 3, with these bits turned. */
function record(...bits: number[]): Uint8Array {
  const body = encodeBody(nobleHash, testBody(1), CHAIN.journalEpoch, SLOT);
  const bytes = joinRecord(body, recordMac(nobleHash, CHAIN.key, CHAIN.journalEpoch, CHAIN.before, SLOT, body));
  for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes;
}

describe("mending a record", () => {
  it("leaves one that holds", () => {
    assert.deepEqual(mendRecord(CHAIN, SLOT, record()), record());
  });

  it("finds every single bit, in body and MAC, and changes nothing that it was given", () => {
    for (let bit = 0; bit < 512; bit++) {
      const worn = record(bit);
      assert.deepEqual(mendRecord(CHAIN, SLOT, worn), record(), `bit ${bit}`);
      assert.deepEqual(worn, record(bit));
    }
  });

  it("finds no two bits, wherever they are", () => {
    for (const [a, b] of [
      [0, 1],
      [5, 300],
      [383, 384],
      [384, 385],
      [400, 511],
      [7, 8],
    ] as const) {
      assert.equal(mendRecord(CHAIN, SLOT, record(a, b)), undefined, `bits ${a} and ${b}`);
    }
  });

  it("takes none of another slot, journal, chain or key, nor one of another length", () => {
    assert.equal(mendRecord(CHAIN, SLOT + 1, record()), undefined);
    assert.equal(mendRecord({ ...CHAIN, journalEpoch: 10 }, SLOT, record()), undefined);
    assert.equal(mendRecord({ ...CHAIN, before: new Uint8Array(16) }, SLOT, record()), undefined);
    assert.equal(mendRecord({ ...CHAIN, key: new Uint8Array(32) }, SLOT, record()), undefined);
    for (const length of [0, 48, 63]) assert.equal(mendRecord(CHAIN, SLOT, record().subarray(0, length)), undefined);
    assert.equal(mendRecord(CHAIN, SLOT, new Uint8Array([...record(), 0])), undefined);
  });
});

describe("records that differ by a bit", () => {
  it("are the same but for one, up to one", () => {
    assert.equal(isSameButOneBit(record(), record()), true);
    for (const bit of [0, 8, 300, 511]) assert.equal(isSameButOneBit(record(), record(bit)), true);
    for (const bits of [
      [0, 1],
      [0, 511],
      [6, 7],
    ])
      assert.equal(isSameButOneBit(record(), record(...bits)), false);
  });

  it("are of one length", () => {
    assert.equal(isSameButOneBit(record(), record().subarray(0, 63)), false);
    assert.equal(isSameButOneBit(record().subarray(0, 63), record()), false);
  });
});
