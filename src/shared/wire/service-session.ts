// A session on the service port, SPEC.md §10.2 and §10.3: who proves what to whom, and the seal on every frame after it.
// Both ends use these functions; neither keeps state here.
import type { Hash } from "../crypto/hash.ts";
import { hmac } from "../crypto/hmac.ts";
import type { KeyLabel } from "../crypto/keys.ts";
import { concatBytes, copyBytes, latin1Bytes, readU32, sameBytes, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Field } from "./field.ts";

/** Version of the session. */
export const SESSION_VERSION = 1;
/** Bytes of a host's or device's nonce. */
export const SESSION_NONCE_BYTES = 16;
/** Bytes of a host's or device's proof. */
export const SESSION_PROOF_BYTES = 16;
/** Bytes of a seal. */
export const SEAL_BYTES = 8;
/** Bytes of a challenge. */
export const CHALLENGE_BYTES = 42;

/** Who a host says it is, SPEC.md §10.2. */
export const enum Role {
  Dock = 1,
  Technician = 2,
}

/** The subkey that proves a role. */
export function roleLabel(role: Role): KeyLabel {
  return role === Role.Technician ? "technician" : "dock";
}

/** What the answer to Open says, SPEC.md §10.2.1. */
export interface Challenge {
  version: number;
  role: number;
  device: number;
  keyEpoch: number;
  /** 16 bytes. */
  deviceNonce: Uint8Array;
  /** 16 bytes. */
  proof: Uint8Array;
}

/** SPEC.md §10.2.1. */
export const CHALLENGE: readonly Field[] = [
  ["version", 0, 1],
  ["role", 1, 1],
  ["device", 2, 4],
  ["key epoch", 6, 4],
  ["device nonce", 10, 16],
  ["device proof", 26, 16],
];

/** Data of Open: version, role, nonce of 16 bytes. */
export function encodeOpen(role: Role, hostNonce: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([SESSION_VERSION, role]), hostNonce]);
}

/** Encodes a challenge. */
export function encodeChallenge(challenge: Challenge): Uint8Array {
  const bytes = zeros(CHALLENGE_BYTES);
  bytes[0] = challenge.version;
  bytes[1] = challenge.role;
  writeU32(bytes, 2, challenge.device);
  writeU32(bytes, 6, challenge.keyEpoch);
  bytes.set(challenge.deviceNonce, 10);
  bytes.set(challenge.proof, 26);
  return bytes;
}

/** Decodes a challenge of {@link CHALLENGE_BYTES}; undefined when it has another length. */
export function decodeChallenge(bytes: Uint8Array): Challenge | undefined {
  if (bytes.length !== CHALLENGE_BYTES) return undefined;
  return {
    version: bytes[0],
    role: bytes[1],
    device: readU32(bytes, 2),
    keyEpoch: readU32(bytes, 6),
    deviceNonce: copyBytes(bytes, 10, SESSION_NONCE_BYTES),
    proof: copyBytes(bytes, 26, SESSION_PROOF_BYTES),
  };
}

/** T of SPEC.md §10.2: all that both sides have said, 42 bytes. */
export function transcript(challenge: Challenge, hostNonce: Uint8Array): Uint8Array {
  const said = encodeChallenge(challenge);
  return concatBytes([said.subarray(0, 10), hostNonce, challenge.deviceNonce]);
}

/** HMAC(role key, "parola." ‖ what ‖ T), 32 bytes; `what`: "d" device proof, "h" host proof, "s" session key. */
export function sessionHmac(hash: Hash, roleKey: Uint8Array, what: "d" | "h" | "s", said: Uint8Array): Uint8Array {
  return hmac(hash, roleKey, [latin1Bytes("parola." + what), said]);
}

function sealOf(hash: Hash, key: Uint8Array, sequence: number, command: number, payload: Uint8Array): Uint8Array {
  const head = zeros(3);
  writeU16(head, 0, sequence);
  head[2] = command;
  return hmac(hash, key, [head, payload]).subarray(0, SEAL_BYTES);
}

/**
 * The data of a sealed frame: payload and seal.
 * @param command command byte as sent, with its bits
 */
export function seal(hash: Hash, key: Uint8Array, sequence: number, command: number, payload: Uint8Array): Uint8Array {
  return concatBytes([payload, sealOf(hash, key, sequence, command, payload)]);
}

/** The payload of a sealed frame's data, a view of it; undefined when its seal does not hold. */
export function unseal(
  hash: Hash,
  key: Uint8Array,
  sequence: number,
  command: number,
  data: Uint8Array,
): Uint8Array | undefined {
  const end = data.length - SEAL_BYTES;
  if (end < 0) return undefined;
  const payload = data.subarray(0, end);
  return sameBytes(sealOf(hash, key, sequence, command, payload), data.subarray(end)) ? payload : undefined;
}
