// HMAC-SHA-256, every test case of RFC 4231, over @noble/hashes.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { hex } from "../support/hex.ts";
import { cryptoCases } from "../cases/crypto-suite.ts";
import { RFC_4231 } from "../cases/crypto.cases.ts";

cryptoCases("HMAC-SHA-256, every test case of RFC 4231", RFC_4231);

describe("HMAC of a message in pieces", () => {
  it("is the HMAC of the pieces joined", () => {
    const key = new Uint8Array(64).fill(0x5a); // exactly one block: used as it is
    const message = Uint8Array.from({ length: 150 }, (_, i) => i);
    const whole = hmac(nobleHash, key, [message]);
    for (const at of [0, 1, 64, 149, 150]) {
      assert.deepEqual(hmac(nobleHash, key, [message.subarray(0, at), message.subarray(at)]), whole);
    }
    assert.equal(hex(whole), createHmac("sha256", key).update(message).digest("hex"));
  });

  it("takes keys on both sides of a block as RFC 2104 §2 says", () => {
    for (const length of [0, 1, 63, 64, 65, 200]) {
      const key = new Uint8Array(length).fill(7);
      assert.equal(hex(hmac(nobleHash, key, [])), createHmac("sha256", key).digest("hex"), `${length} bytes`);
    }
  });
});
