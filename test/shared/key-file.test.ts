// The key file, SPEC.md §3.2.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { decodeKeyFile, encodeKeyFile, KEY_FILE_BYTES } from "../../src/shared/wire/key-file.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { bytesOf, garbage, holds, u32 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  files: { device: number; keyEpoch: number; depotUrl: string; bytes: string }[];
  provisionAgain: { currentTechnicianKey: string; data: string };
  damaged: { why: string; bytes: string }[];
}>("key-file");
const FIRST = unhex(stored.files[0]!.bytes);

describe("key file", () => {
  for (const { bytes, ...fields } of stored.files) {
    it(`decodes and encodes the vector of device ${fields.device}`, () => {
      const file = decodeKeyFile(nobleHash, unhex(bytes));
      assert.ok(file);
      const { key, ...rest } = file;
      assert.deepEqual(rest, fields);
      assert.equal(hex(encodeKeyFile(nobleHash, { ...fields, key })), bytes);
    });
  }

  for (const { why, bytes } of stored.damaged) {
    it(`refuses a file that is damaged: ${why}`, () => {
      assert.equal(decodeKeyFile(nobleHash, unhex(bytes)), undefined);
    });
  }

  it("provisioning again carries the MAC of the key it replaces", () => {
    const data = unhex(stored.provisionAgain.data);
    const mac = hmac(nobleHash, unhex(stored.provisionAgain.currentTechnicianKey), [data.subarray(0, KEY_FILE_BYTES)]);
    assert.equal(hex(data.subarray(KEY_FILE_BYTES)), hex(mac));
    assert.equal(decodeKeyFile(nobleHash, data)?.keyEpoch, 3);
  });

  it("comes back as it was", () => {
    const url = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 76 });
    holds(
      fc.property(u32, u32, bytesOf(32), url, (device, keyEpoch, key, depotUrl) => {
        const file = { device, keyEpoch, key, depotUrl };
        assert.deepEqual(decodeKeyFile(nobleHash, encodeKeyFile(nobleHash, file)), file);
      }),
    );
  });

  it("shows every turned bit and every missing byte", () => {
    for (const { bit, flipped } of bitFlips(FIRST)) {
      assert.equal(decodeKeyFile(nobleHash, flipped), undefined, `bit ${bit}`);
    }
    for (const short of truncations(FIRST)) assert.equal(decodeKeyFile(nobleHash, short), undefined);
  });

  it("is refused without its last byte, even where that byte is zero", () => {
    const file = decodeKeyFile(nobleHash, FIRST);
    assert.ok(file);
    for (let device = 1; ; device++) {
      const bytes = encodeKeyFile(nobleHash, { ...file, device });
      if (bytes[KEY_FILE_BYTES - 1] !== 0) continue;
      assert.equal(decodeKeyFile(nobleHash, bytes.slice(0, KEY_FILE_BYTES - 1)), undefined);
      break;
    }
  });

  it("never throws on garbage", () => {
    holds(fc.property(garbage(200, [FIRST]), (bytes) => void decodeKeyFile(nobleHash, bytes)));
  });
});
