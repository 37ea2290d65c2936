// HMAC-SHA-256 (RFC 2104, vectors in RFC 4231) and HKDF (RFC 5869) over a hash that is handed in.
// One-shot: a message is joined once in RAM, so callers keep messages under a few kilobytes.
import { concatBytes, zeros } from "../wire/bytes.ts";
import type { Hash } from "./hash.ts";

const BLOCK_BYTES = 64; // SHA-256 block, RFC 2104 §2 "B"

function padded(hash: Hash, key: Uint8Array, pad: number): Uint8Array {
  const block = zeros(BLOCK_BYTES);
  const used = key.length > BLOCK_BYTES ? hash.sha256(key) : key;
  block.fill(pad);
  for (let i = 0; i < used.length; i++) block[i] = used[i] ^ pad;
  return block;
}

/**
 * HMAC-SHA-256 of the parts joined, 32 bytes.
 * @param key any length; longer than 64 bytes is hashed first (RFC 2104 §2)
 * @param parts the message in pieces
 */
export function hmac(hash: Hash, key: Uint8Array, parts: Uint8Array[]): Uint8Array {
  const inner = hash.sha256(concatBytes([padded(hash, key, 0x36)].concat(parts)));
  return hash.sha256(concatBytes([padded(hash, key, 0x5c), inner]));
}

/**
 * HKDF-SHA-256, RFC 5869 §2.
 * @param length bytes wanted, 1…8160
 * @throws RangeError when `length` is out of that range
 */
export function hkdf(hash: Hash, secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(hash, hmac(hash, salt, [secret]), info, length);
}

/** The second half of HKDF (RFC 5869 §2.3), for a key that is already uniform. */
export function hkdfExpand(hash: Hash, key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!(length >= 1 && length <= 8160)) throw new RangeError("length: HKDF gives 1 to 8160 bytes");
  const output = zeros(length);
  let block = zeros(0);
  for (let at = 0, counter = 1; at < length; counter++) {
    block = hmac(hash, key, [block, info, new Uint8Array([counter])]);
    output.set(length - at < 32 ? block.subarray(0, length - at) : block, at);
    at += 32;
  }
  return output;
}
