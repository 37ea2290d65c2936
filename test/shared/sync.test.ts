// Sync request and reply, SPEC.md §9.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { concatBytes, writeU16 } from "../../src/shared/wire/bytes.ts";
import {
  checkReply,
  decodeReply,
  encodeReply,
  encodeRequest,
  openRequest,
  RECORDS_PER_REQUEST,
  REPLY_HEADER_BYTES,
  REQUEST_HEADER_BYTES,
  requestSender,
  SLOT_AND_RECORD_BYTES,
  SYNC_MAC_BYTES,
  type SyncReply,
  type SyncRequest,
  UPDATES_PER_REPLY,
} from "../../src/shared/wire/sync.ts";
import { UPDATE_BYTES } from "../../src/shared/wire/update.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { bytesOf, garbage, holds, u16, u32, u8 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

type Hexed<Message, Lists> = {
  [Key in keyof Message]: Message[Key] extends Uint8Array ? string : Message[Key];
} & Lists;
const stored = vectors<{
  syncKey: string;
  requests: (Hexed<Omit<SyncRequest, "records">, { records: { slot: number; record: string }[] }> & {
    bytes: string;
  })[];
  replies: (Hexed<Omit<SyncReply, "updates">, { updates: string[] }> & { bytes: string })[];
}>("sync");
const KEY = unhex(stored.syncKey);
const REQUESTS = stored.requests.map(({ bytes }) => unhex(bytes));
const REPLIES = stored.replies.map(({ bytes }) => unhex(bytes));

/** A message's bytes changed, with a MAC that holds. */
function resigned(message: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = message.slice(0, message.length - SYNC_MAC_BYTES);
  change(bytes);
  return concatBytes([bytes, hmac(nobleHash, KEY, [bytes])]);
}

const RECORD = { slot: 0, record: new Uint8Array(64) };
const slots = (...numbers: number[]): SyncRequest["records"] => numbers.map((slot) => ({ ...RECORD, slot }));

function requestWith(change: Partial<SyncRequest>): Uint8Array {
  const request = openRequest(nobleHash, KEY, REQUESTS[0]!);
  assert.ok(request);
  return encodeRequest(nobleHash, KEY, { ...request, ...change });
}

describe("sync request", () => {
  for (const { bytes, nonce, records, ...fields } of stored.requests) {
    it(`the vector with ${records.length} records decodes and encodes`, () => {
      const request = {
        ...fields,
        nonce: unhex(nonce),
        records: records.map(({ slot, record }) => ({ slot, record: unhex(record) })),
      };
      assert.deepEqual(openRequest(nobleHash, KEY, unhex(bytes)), request);
      assert.equal(hex(encodeRequest(nobleHash, KEY, request)), bytes);
      assert.deepEqual(requestSender(unhex(bytes)), { device: fields.device, keyEpoch: fields.keyEpoch });
    });
  }

  it("comes back as it was", () => {
    const records = fc
      .uniqueArray(fc.tuple(u16, bytesOf(64)), { selector: ([slot]) => slot, maxLength: RECORDS_PER_REQUEST })
      .map((entries) => entries.sort(([a], [b]) => a - b).map(([slot, record]) => ({ slot, record })))
      .filter((entries) => entries.every(({ slot }) => slot < 65535));
    const numbers = fc.tuple(u16, u32, u32, u32, u32, u32, u32, u8, u32);
    holds(
      fc.property(numbers, bytesOf(16), records, u16, (n, nonce, entries, more) => {
        const to = (entries.at(-1)?.slot ?? -1) + 1;
        const request: SyncRequest = {
          flags: n[0],
          device: n[1],
          keyEpoch: n[2],
          sequence: n[3],
          journalEpoch: n[4],
          nonce,
          time_s: n[5],
          lastUpdate: n[6],
          from: entries[0]?.slot ?? 0,
          to,
          end: Math.max(to, more),
          battery: n[7],
          firmware: n[8],
          records: entries,
        };
        assert.deepEqual(openRequest(nobleHash, KEY, encodeRequest(nobleHash, KEY, request)), request);
      }),
      100,
    );
  });

  it("every turned bit and every missing byte is refused", () => {
    for (const message of REQUESTS) {
      for (const { bit, flipped } of bitFlips(message)) {
        assert.equal(openRequest(nobleHash, KEY, flipped), undefined, `bit ${bit}`);
      }
      for (const short of truncations(message)) {
        assert.equal(openRequest(nobleHash, KEY, short), undefined);
        assert.equal(requestSender(short), undefined);
      }
      assert.equal(openRequest(nobleHash, KEY, Uint8Array.of(...message, 0)), undefined);
      assert.equal(openRequest(nobleHash, new Uint8Array(32), message), undefined);
    }
  });

  for (const [name, change] of [
    ["from behind to", { from: 2, to: 1, end: 6 }],
    ["to behind end", { from: 0, to: 7, end: 6 }],
    ["a slot below from", { from: 2, to: 5, end: 6, records: slots(1) }],
    ["a slot at to", { from: 2, to: 5, end: 6, records: slots(4, 5) }],
    ["slots out of order", { from: 0, to: 5, end: 6, records: slots(2, 1) }],
    ["a slot twice", { from: 0, to: 5, end: 6, records: slots(2, 2) }],
    ["25 records", { from: 0, to: 25, end: 25, records: slots(...Array.from({ length: 25 }, (_, i) => i)) }],
  ] satisfies [string, Partial<SyncRequest>][]) {
    it(`is refused under a right MAC: ${name}`, () => {
      assert.equal(openRequest(nobleHash, KEY, requestWith(change)), undefined);
    });
  }

  it("takes 24 records, an empty span, and void slots at both ends", () => {
    const full = { from: 0, to: 24, end: 30, records: slots(...Array.from({ length: 24 }, (_, i) => i)) };
    assert.ok(openRequest(nobleHash, KEY, requestWith(full)));
    assert.ok(openRequest(nobleHash, KEY, requestWith({ from: 6, to: 6, end: 6, records: [] })));
    assert.ok(openRequest(nobleHash, KEY, requestWith({ from: 0, to: 5, end: 6, records: slots(2) })));
  });

  it("of a newer version is not a request to this depot", () => {
    const newer = resigned(REQUESTS[1]!, (bytes) => writeU16(bytes, 4, 2));
    assert.equal(requestSender(newer), undefined);
    assert.equal(openRequest(nobleHash, KEY, newer), undefined);
  });

  it("never throws on garbage, nor on any number of records", () => {
    holds(
      fc.property(garbage(400, REQUESTS), (bytes) => {
        requestSender(bytes);
        openRequest(nobleHash, KEY, bytes);
      }),
    );
    for (const count of [0, 1, 3, 5, 24, 25, 0x7fff, 0xffff]) {
      const wrong = resigned(REQUESTS[1]!, (bytes) => writeU16(bytes, 54, count));
      assert.equal(openRequest(nobleHash, KEY, wrong), undefined, `${count} records`);
    }
  });

  it("is 1,680 bytes at most", () => {
    assert.equal(REQUEST_HEADER_BYTES + RECORDS_PER_REQUEST * SLOT_AND_RECORD_BYTES + SYNC_MAC_BYTES, 1680);
  });
});

describe("sync reply", () => {
  const check = (bytes: Uint8Array, nonce: Uint8Array, key = KEY): FaultNumber =>
    checkReply(nobleHash, key, bytes, nonce);
  const nonceOf = (index: number): Uint8Array => unhex(stored.replies[index]!.nonce);

  for (const { bytes, nonce, lastMac, updates, ...fields } of stored.replies) {
    it(`the vector of status ${fields.status} with ${updates.length} updates decodes and encodes`, () => {
      const reply = { ...fields, nonce: unhex(nonce), lastMac: unhex(lastMac), updates: updates.map(unhex) };
      assert.equal(check(unhex(bytes), unhex(nonce)), FaultNumber.None);
      assert.deepEqual(decodeReply(unhex(bytes)), reply);
      assert.equal(hex(encodeReply(nobleHash, KEY, reply)), bytes);
    });
  }

  it("comes back as it was", () => {
    const reply: fc.Arbitrary<SyncReply> = fc.record(
      {
        status: u16,
        device: u32,
        journalEpoch: u32,
        nonce: bytesOf(16),
        time_s: u32,
        acknowledged: u16,
        lastMac: bytesOf(16),
        updates: fc.array(bytesOf(UPDATE_BYTES), { maxLength: UPDATES_PER_REPLY }),
      },
      { noNullPrototype: true },
    );
    holds(
      fc.property(reply, (fields) => {
        const bytes = encodeReply(nobleHash, KEY, fields);
        assert.equal(check(bytes, fields.nonce), FaultNumber.None);
        assert.deepEqual(decodeReply(bytes), fields);
      }),
      100,
    );
  });

  it("every turned bit and every missing byte is refused", () => {
    REPLIES.forEach((message, i) => {
      for (const { bit, flipped } of bitFlips(message)) {
        assert.notEqual(check(flipped, nonceOf(i)), FaultNumber.None, `bit ${bit}`);
      }
      for (const short of truncations(message)) assert.equal(check(short, nonceOf(i)), FaultNumber.SyncGarbage);
      assert.equal(check(Uint8Array.of(...message, 0), nonceOf(i)), FaultNumber.SyncGarbage);
    });
  });

  it("names what is wrong: garbage, version, MAC, an older nonce", () => {
    const [first] = REPLIES as [Uint8Array];
    assert.equal(check(REQUESTS[0]!, nonceOf(0)), FaultNumber.SyncGarbage);
    assert.equal(
      check(
        resigned(first, (bytes) => writeU16(bytes, 4, 2)),
        nonceOf(0),
      ),
      FaultNumber.SyncVersion,
    );
    assert.equal(check(first, nonceOf(0), new Uint8Array(32)), FaultNumber.SyncMac);
    assert.equal(check(first, nonceOf(1)), FaultNumber.SyncStale);
    assert.equal(check(first, new Uint8Array(0)), FaultNumber.SyncStale);
  });

  it("more than 8 updates, or any false number of them, is garbage", () => {
    const many = { ...decodeReply(REPLIES[0]!), updates: Array.from({ length: 9 }, () => new Uint8Array(64)) };
    assert.equal(check(encodeReply(nobleHash, KEY, many), nonceOf(0)), FaultNumber.SyncGarbage);
    for (const count of [0, 1, 3, 8, 9, 0xffff]) {
      const wrong = resigned(REPLIES[1]!, (bytes) => writeU16(bytes, 38, count));
      assert.equal(check(wrong, nonceOf(1)), FaultNumber.SyncGarbage, `${count} updates`);
    }
  });

  it("never throws on garbage", () => {
    holds(fc.property(garbage(300, REPLIES), bytesOf(16), (bytes, nonce) => void check(bytes, nonce)));
  });

  it("is 608 bytes at most", () => {
    assert.equal(REPLY_HEADER_BYTES + UPDATES_PER_REPLY * UPDATE_BYTES + SYNC_MAC_BYTES, 608);
  });
});
