// The depot's hash provider: SHA-256 by @noble/hashes (FIPS 180-4), CRC-32 by Node's zlib. It keeps nothing it is given.
import { crc32 } from "node:zlib";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "../shared/crypto/hash.ts";

/** The one instance; it has no state. */
export const nobleHash: Hash = {
  sha256: (data) => sha256(data),
  crc32: (data) => crc32(data),
};
