// SHA-256 and CRC-32, native where the board has them.
export type { Hash } from "../../src/shared/crypto/hash.ts";
