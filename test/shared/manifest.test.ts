// The manifest's bytes, SPEC.md §4.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { latin1Text, readU16, readU32, writeU16, writeU32 } from "../../src/shared/wire/bytes.ts";
import {
  checkManifestHead,
  CODE_BYTES,
  decodeManifestHeader,
  DIGEST_BYTES,
  headBytes,
  HEADER_BYTES,
  manifestMac,
  MANIFEST_MAC_BYTES,
  PARCEL_BYTES,
  worstDaySlots,
} from "../../src/shared/wire/manifest.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { garbage, holds } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  manifestKey: string;
  header: ReturnType<typeof decodeManifestHeader>;
  parcels: (Record<"parcel" | "key" | "stop" | "codeIndex" | "flags" | "atThisStop", number> &
    Record<"tracking" | "address", string>)[];
  codes: (Record<"code" | "tag" | "triesKnown" | "releasesKnown" | "flags", number> & { salt: string })[];
  head: string;
  body: string;
}>("manifest");
const KEY = unhex(stored.manifestKey);
const HEAD = unhex(stored.head);
const BODY = unhex(stored.body);
const { device, keyEpoch } = stored.header;

const check = (head: Uint8Array, asDevice = device, asEpoch = keyEpoch): FaultNumber =>
  checkManifestHead(nobleHash, KEY, head, asDevice, asEpoch);

/** The vector's head with other header bytes, and a MAC that holds. */
function resigned(change: (head: Uint8Array) => void): Uint8Array {
  const head = Uint8Array.from(HEAD);
  change(head);
  const signed = head.length - MANIFEST_MAC_BYTES;
  head.set(manifestMac(nobleHash, KEY, head.subarray(0, signed)), signed);
  return head;
}

/** A head for a round of any size without texts, all its sizes agreeing, and a MAC that holds. */
function headFor(parcels: number, codes: number): Uint8Array {
  const body = parcels * PARCEL_BYTES + codes * CODE_BYTES;
  const chunks = Math.ceil(body / 2048);
  const head = new Uint8Array(headBytes(chunks));
  head.set(HEAD.subarray(0, HEADER_BYTES));
  writeU16(head, 38, parcels);
  writeU16(head, 40, codes);
  writeU32(head, 48, 0);
  writeU32(head, 52, head.length + body);
  writeU16(head, 58, chunks);
  const signed = head.length - MANIFEST_MAC_BYTES;
  head.set(manifestMac(nobleHash, KEY, head.subarray(0, signed)), signed);
  return head;
}

describe("manifest head", () => {
  it("decodes as the vector says, and checks", () => {
    assert.deepEqual(decodeManifestHeader(HEAD), stored.header);
    assert.equal(check(HEAD), FaultNumber.None);
  });

  it("every turned bit is refused", () => {
    for (const { bit, flipped } of bitFlips(HEAD)) assert.notEqual(check(flipped), FaultNumber.None, `bit ${bit}`);
  });

  it("names what is wrong: another device, another key epoch, an altered head", () => {
    assert.equal(check(HEAD, device + 1), FaultNumber.ManifestOtherDevice);
    assert.equal(check(HEAD, device, keyEpoch + 1), FaultNumber.ManifestOtherKeyEpoch);
    const altered = Uint8Array.from(HEAD);
    altered[70]! ^= 1;
    assert.equal(check(altered), FaultNumber.ManifestAltered);
    assert.equal(checkManifestHead(nobleHash, new Uint8Array(32), HEAD, device, keyEpoch), FaultNumber.ManifestAltered);
  });

  it("names a newer format, and takes nothing for it that is older or something else", () => {
    assert.equal(check(resigned((head) => writeU16(head, 4, 2))), FaultNumber.ManifestNewerFormat);
    assert.equal(check(resigned((head) => writeU16(head, 4, 65535))), FaultNumber.ManifestNewerFormat);
    assert.equal(check(resigned((head) => writeU16(head, 4, 0))), FaultNumber.ManifestNotOne);
    assert.equal(check(resigned((head) => head.set([0x50, 0x4d, 0x41, 0x4d]))), FaultNumber.ManifestNotOne);
  });

  it("every truncation is refused, without a throw", () => {
    for (const short of truncations(HEAD)) {
      const fault = check(short);
      const expected = short.length < HEADER_BYTES ? FaultNumber.ManifestNotOne : FaultNumber.ManifestTruncated;
      assert.equal(fault, expected, `${short.length} bytes`);
    }
    assert.equal(check(Uint8Array.of(...HEAD, 0)), FaultNumber.ManifestTruncated);
  });

  for (const [field, offset, value] of [
    ["513 parcels", 38, 513],
    ["65,535 parcels", 38, 65535],
    ["more codes than parcels", 40, 4],
    ["other chunk bytes", 56, 1024],
    ["a parcel less", 38, 2],
  ] as const) {
    it(`is refused under a right MAC when its sizes disagree: ${field}`, () => {
      assert.equal(check(resigned((head) => writeU16(head, offset, value))), FaultNumber.ManifestNotOne);
    });
  }

  it("is refused when it has too many parcels or codes, though all sizes agree", () => {
    assert.equal(check(headFor(512, 512)), FaultNumber.None);
    assert.equal(check(headFor(513, 0)), FaultNumber.ManifestNotOne);
    assert.equal(check(headFor(65535, 0)), FaultNumber.ManifestNotOne);
    assert.equal(check(headFor(10, 11)), FaultNumber.ManifestNotOne);
  });

  it("is refused when text or total bytes are absurd, even where 32 bits would wrap", () => {
    for (const value of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, stored.header.textBytes + 1]) {
      assert.equal(check(resigned((head) => writeU32(head, 48, value))), FaultNumber.ManifestNotOne, `text ${value}`);
      assert.equal(check(resigned((head) => writeU32(head, 52, value))), FaultNumber.ManifestNotOne, `total ${value}`);
    }
  });

  it("never throws on garbage", () => {
    holds(
      fc.property(garbage(300, [HEAD]), (bytes) => {
        assert.equal(check(bytes) === FaultNumber.None, hex(bytes) === stored.head);
        decodeManifestHeader(bytes);
      }),
    );
  });

  it("the UTC offset is signed", () => {
    for (const offset of [-720, -1, 0, 60, 840]) {
      assert.equal(decodeManifestHeader(resigned((head) => writeU16(head, 80, offset))).utcOffset_min, offset);
    }
  });
});

describe("manifest body", () => {
  it("its chunks have the digests of the head", () => {
    for (let chunk = 0; chunk < stored.header.chunks; chunk++) {
      const digest = HEAD.subarray(HEADER_BYTES + chunk * DIGEST_BYTES, HEADER_BYTES + (chunk + 1) * DIGEST_BYTES);
      assert.equal(hex(nobleHash.sha256(BODY.subarray(chunk * 2048, (chunk + 1) * 2048))), hex(digest));
    }
    assert.equal(HEAD.length, headBytes(stored.header.chunks));
    assert.equal(HEAD.length + BODY.length, stored.header.totalBytes);
  });

  it("its parcels lie where §4.2 says, sorted by key, with their texts", () => {
    const texts = stored.header.parcels * PARCEL_BYTES + stored.header.codes * CODE_BYTES;
    stored.parcels.forEach((parcel, i) => {
      const at = i * PARCEL_BYTES;
      assert.equal(readU32(BODY, at), parcel.key);
      assert.equal(readU32(BODY, at + 4), parcel.parcel);
      assert.equal(readU16(BODY, at + 8), parcel.stop);
      assert.equal(readU16(BODY, at + 10), parcel.codeIndex);
      assert.equal(BODY[at + 14], parcel.flags);
      assert.equal(BODY[at + 15], parcel.atThisStop);
      const text = texts + readU16(BODY, at + 12);
      const tracking = BODY[text]!;
      assert.equal(latin1Text(BODY, text + 1, tracking), parcel.tracking);
      assert.equal(latin1Text(BODY, text + 2 + tracking, BODY[text + 1 + tracking]!), parcel.address);
      if (i > 0) assert.ok(parcel.key > stored.parcels[i - 1]!.key);
    });
  });

  it("its codes lie where §4.3 says, sorted by id", () => {
    stored.codes.forEach((code, i) => {
      const at = stored.header.parcels * PARCEL_BYTES + i * CODE_BYTES;
      assert.equal(readU32(BODY, at), code.code);
      assert.equal(hex(BODY.subarray(at + 4, at + 20)), code.salt);
      assert.equal(BODY[at + 20]! | (BODY[at + 21]! << 8) | (BODY[at + 22]! << 16), code.tag);
      assert.deepEqual([...BODY.subarray(at + 26, at + 29)], [code.triesKnown, code.releasesKnown, code.flags]);
      assert.equal(stored.parcels[readU16(BODY, at + 30)]!.codeIndex, i);
    });
  });
});

describe("sizes of a day", () => {
  it("the journal of the largest round fits its field", () => {
    assert.equal(worstDaySlots(3, 2), stored.header.journalSlots);
    assert.equal(worstDaySlots(512, 512), 2624);
  });
});
