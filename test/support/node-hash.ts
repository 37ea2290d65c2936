// SHA-256 and CRC-32 by Node itself: tests compare others against it. Never used outside tests.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Hash } from "../../src/shared/crypto/hash.ts";

/** Node's own hashes. */
export const nodeHash: Hash = {
  sha256: (data) => new Uint8Array(createHash("sha256").update(data).digest()),
  crc32: (data) => crc32(data),
};
