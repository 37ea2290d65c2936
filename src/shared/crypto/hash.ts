// What every hash provider offers: native on boards that have one, @noble/hashes elsewhere and at the depot.
// Source: FIPS 180-4 (SHA-256), ISO 3309 / zlib (CRC-32). A provider never keeps what it was given.

/** A hash that is handed in; nothing in `src/shared` knows where it comes from. */
export interface Hash {
  /** SHA-256 of `data`: 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** CRC-32 as zlib computes it, 0…2³²−1. */
  crc32(data: Uint8Array): number;
}
