// A session's proofs and seals, SPEC.md §10.2 and §10.3, against the stored vectors, and every way of tampering with them.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { concatBytes } from "../../src/shared/wire/bytes.ts";
import {
  type Challenge,
  CHALLENGE_BYTES,
  decodeChallenge,
  encodeChallenge,
  encodeOpen,
  Role,
  roleLabel,
  seal,
  SEAL_BYTES,
  sessionHmac,
  transcript,
  unseal,
} from "../../src/shared/wire/service-session.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  roleKey: string;
  role: Role;
  hostNonce: string;
  open: string;
  transcript: string;
  challenge: Omit<Challenge, "deviceNonce" | "proof"> & { deviceNonce: string; proof: string; bytes: string };
  hostProof: string;
  sessionKey: string;
  sealed: { sequence: number; command: number; payload: string; data: string }[];
}>("sessions");
const ROLE_KEY = unhex(stored.roleKey);
const HOST_NONCE = unhex(stored.hostNonce);
const SESSION_KEY = unhex(stored.sessionKey);
const { bytes: CHALLENGE_HEX, ...told } = stored.challenge;
const CHALLENGE: Challenge = { ...told, deviceNonce: unhex(told.deviceNonce), proof: unhex(told.proof) };

describe("a challenge", () => {
  it("is the vector's, and comes back as it was", () => {
    assert.equal(hex(encodeOpen(stored.role, HOST_NONCE)), stored.open);
    assert.equal(hex(encodeChallenge(CHALLENGE)), CHALLENGE_HEX);
    assert.deepEqual(decodeChallenge(unhex(CHALLENGE_HEX)), CHALLENGE);
  });

  it("of another length is none", () => {
    for (const shorter of truncations(unhex(CHALLENGE_HEX))) assert.equal(decodeChallenge(shorter), undefined);
    assert.equal(decodeChallenge(new Uint8Array(CHALLENGE_BYTES + 1)), undefined);
  });
});

describe("proofs and session key", () => {
  const said = transcript(CHALLENGE, HOST_NONCE);

  it("are the vector's", () => {
    assert.equal(hex(said), stored.transcript);
    assert.equal(hex(sessionHmac(nobleHash, ROLE_KEY, "d", said).slice(0, 16)), stored.challenge.proof);
    assert.equal(hex(sessionHmac(nobleHash, ROLE_KEY, "h", said).slice(0, 16)), stored.hostProof);
    assert.equal(hex(sessionHmac(nobleHash, ROLE_KEY, "s", said)), stored.sessionKey);
  });

  it("say the host's nonce first, the device's second, and not the proof", () => {
    assert.deepEqual(said.slice(10, 26), HOST_NONCE);
    assert.deepEqual(said.slice(26), CHALLENGE.deviceNonce);
    assert.equal(said.length, 42);
    const swapped = transcript({ ...CHALLENGE, deviceNonce: HOST_NONCE }, CHALLENGE.deviceNonce);
    assert.notDeepEqual(swapped, said);
    assert.deepEqual(transcript({ ...CHALLENGE, proof: new Uint8Array(16) }, HOST_NONCE), said);
  });

  it("differ for each bit that was said, each bit of the key, and from one another", () => {
    const all = new Set<string>();
    let count = 0;
    const add = (key: Uint8Array, what: "d" | "h" | "s", over: Uint8Array): void => {
      all.add(hex(sessionHmac(nobleHash, key, what, over).slice(0, 16)));
      count++;
    };
    for (const what of ["d", "h", "s"] as const) {
      add(ROLE_KEY, what, said);
      for (const { flipped } of bitFlips(said)) add(ROLE_KEY, what, flipped);
      for (const { flipped } of bitFlips(ROLE_KEY)) add(flipped, what, said);
    }
    assert.equal(all.size, count);
  });

  it("each role has a key of its own", () => {
    assert.deepEqual([roleLabel(Role.Dock), roleLabel(Role.Technician)], ["dock", "technician"]);
  });
});

describe("a seal", () => {
  for (const { sequence, command, payload, data } of stored.sealed) {
    it(`is the vector's of command ${command}, and opens`, () => {
      assert.equal(hex(seal(nobleHash, SESSION_KEY, sequence, command, unhex(payload))), data);
      assert.deepEqual(unseal(nobleHash, SESSION_KEY, sequence, command, unhex(data)), unhex(payload));
    });

    it(`no bit of data, sequence, command or key of command ${command} may be turned`, () => {
      const sealed = unhex(data);
      const opens = (key: Uint8Array, number: number, byte: number, bytes: Uint8Array): boolean =>
        unseal(nobleHash, key, number, byte, bytes) !== undefined;
      for (const { bit, flipped } of bitFlips(sealed)) {
        assert.ok(!opens(SESSION_KEY, sequence, command, flipped), `bit ${bit}`);
      }
      for (let bit = 0; bit < 16; bit++) assert.ok(!opens(SESSION_KEY, sequence ^ (1 << bit), command, sealed));
      for (let bit = 0; bit < 8; bit++) assert.ok(!opens(SESSION_KEY, sequence, command ^ (1 << bit), sealed));
      for (const { flipped } of bitFlips(SESSION_KEY)) assert.ok(!opens(flipped, sequence, command, sealed));
    });

    it(`nothing cut from command ${command} opens, nor anything longer`, () => {
      const sealed = unhex(data);
      for (const shorter of truncations(sealed)) {
        assert.equal(unseal(nobleHash, SESSION_KEY, sequence, command, shorter), undefined);
      }
      const longer = concatBytes([sealed, new Uint8Array(1)]);
      assert.equal(unseal(nobleHash, SESSION_KEY, sequence, command, longer), undefined);
    });
  }

  it("is 8 bytes", () => {
    assert.equal(seal(nobleHash, SESSION_KEY, 1, 0x41, new Uint8Array(0)).length, SEAL_BYTES);
  });
});
