// Hash provider for boards whose interpreter has no native SHA-256: @noble/hashes, FIPS 180-4, and CRC-32 (ISO 3309).
// About 9 kB of bundle, and an estimated one to two seconds a block on a 64 MHz Cortex-M4: native wherever there is one.
import "./noble-shims.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "../contract/hash.ts";

/** zlib's polynomial, reflected. */
const CRC_POLYNOMIAL = 0xedb88320;

export class NobleHash implements Hash {
  /** SHA-256 of `data`: 32 bytes in an array of their own. */
  sha256(data: Uint8Array): Uint8Array {
    return new Uint8Array(sha256(data)); // on the interpreter noble's own result is a plain Array: `slice` makes one
  }

  /** CRC-32 as zlib computes it, 0…2³²−1. */
  crc32(data: Uint8Array): number {
    let crc = ~0;
    for (let i = 0; i < data.length; i++) crc = shiftByte(crc ^ data[i]);
    return ~crc >>> 0;
  }
}

function shiftByte(crc: number): number {
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  return crc;
}
