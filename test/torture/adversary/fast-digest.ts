// Digests of codes, several times as fast as the product's, for statistics over hundreds of millions of them: Node's
// one-call SHA-256 on one block that is filled in place. A test compares it with codeDigest before any figure counts.
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Hash } from "../../../src/shared/crypto/hash.ts";

/** Codes there are. */
export const CODES = 1_000_000;
const ZERO = 0x30;

/** Node's hashes in one call each, for everything that only needs a hash. */
export const fastHash: Hash = {
  sha256: (data) => new Uint8Array(hash("sha256", data, "buffer")),
  crc32: (data) => crc32(data),
};

/** Digests under one salt at a time. */
export class FastDigest {
  private readonly block = Buffer.from(`parola.1${"\0".repeat(16)}000000`, "latin1");

  /** Every digest from now on is under this salt, 16 bytes. */
  setSalt(salt: Uint8Array): void {
    this.block.set(salt, 8);
  }

  /** The first 24 bits of a code's digest, 0 ≤ code < 1,000,000. */
  first24(code: number): number {
    this.setCode(code);
    const digest = hash("sha256", this.block, "binary");
    return (digest.charCodeAt(0) << 16) | (digest.charCodeAt(1) << 8) | digest.charCodeAt(2);
  }

  /** A code's tag of `bits` bits. */
  tag(code: number, bits: number): number {
    return this.first24(code) >>> (24 - bits);
  }

  private setCode(code: number): void {
    const block = this.block;
    let rest = code;
    for (let at = 29; at >= 24; at--) {
      const tenth = Math.floor(rest / 10);
      block[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
  }
}

/** Tags of at most 16 bits of all codes under a salt, by code. */
export function tagsOfAll(digest: FastDigest, salt: Uint8Array, bits: number): Uint16Array {
  digest.setSalt(salt);
  const tags = new Uint16Array(CODES);
  for (let code = 0; code < CODES; code++) tags[code] = digest.first24(code) >>> (24 - bits);
  return tags;
}

/** A code as its six digits. */
export function digitsOf(code: number): string {
  return String(code).padStart(6, "0");
}

/**
 * Of every code whether one of its near misses, SPEC.md §2.2, has the same tag: such a code is not issued with this salt.
 * @param tags of all codes, by code
 */
export function nearMissFlags(tags: Uint16Array): Uint8Array {
  const flags = new Uint8Array(CODES);
  const compare = (one: number, other: number): void => {
    if (tags[one] === tags[other]) flags[one] = flags[other] = 1;
  };
  for (let unit = 1; unit < CODES; unit *= 10) {
    for (let high = 0; high < CODES; high += unit * 10) {
      for (let low = high; low < high + unit; low++) {
        for (let digit = 0; digit < 10; digit++) {
          for (let other = digit + 1; other < 10; other++) compare(low + digit * unit, low + other * unit);
        }
      }
    }
  }
  for (let unit = 1; unit * 10 < CODES; unit *= 10) {
    for (let code = 0; code < CODES; code++) {
      const right = Math.floor(code / unit) % 10;
      const left = Math.floor(code / (unit * 10)) % 10;
      if (left < right) compare(code, code + (right - left) * unit * 9);
    }
  }
  return flags;
}
