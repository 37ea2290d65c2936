// Runs one case of crypto.cases.ts over a hash. Plain enough for the interpreter, where the same file is compiled in.
import { codeDigest, proofOf, tagOf } from "../../src/shared/crypto/code-digest.ts";
import type { Hash } from "../../src/shared/crypto/hash.ts";
import { hkdf, hmac } from "../../src/shared/crypto/hmac.ts";
import { deviceKey, type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
import { releaseAnswer, releaseChallenge } from "../../src/shared/crypto/release.ts";
import { latin1Bytes, latin1Text, readU16, readU32, writeU32 } from "../../src/shared/wire/bytes.ts";

/** What a case computes. */
export type CryptoOperation =
  | "sha256"
  | "crc32"
  | "hmac"
  | "hkdf"
  | "device key"
  | "subkey"
  | "code digest"
  | "proof"
  | "tag"
  | "challenge"
  | "answer";

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return bytes;
}

function lockOf(fields: Uint8Array): { journalEpoch: number; code: number; index: number } {
  return { journalEpoch: readU32(fields, 0), code: readU32(fields, 4), index: readU32(fields, 8) };
}

/**
 * Computes a case.
 * @param inputs as its operation wants them: see crypto.cases.ts; numbers are little-endian, texts ISO 8859-1
 */
export function runCryptoCase(hash: Hash, operation: CryptoOperation, inputs: Uint8Array[]): Uint8Array {
  const [a, b, c, d] = [inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!];
  switch (operation) {
    case "sha256":
      return hash.sha256(a);
    case "crc32":
      return number(hash.crc32(a));
    case "hmac":
      return hmac(hash, a, inputs.slice(1));
    case "hkdf":
      return hkdf(hash, a, b, c, readU16(d, 0));
    case "device key":
      return deviceKey(hash, a, readU32(b, 0), readU32(b, 4));
    case "subkey":
      return subkey(hash, a, latin1Text(b, 0, b.length) as KeyLabel);
    case "code digest":
      return codeDigest(hash, a, latin1Text(b, 0, b.length));
    case "proof":
      return proofOf(codeDigest(hash, a, latin1Text(b, 0, b.length)));
    case "tag":
      return number(tagOf(codeDigest(hash, a, latin1Text(b, 0, b.length)), c[0]!));
    case "challenge":
      return latin1Bytes(releaseChallenge(hash, a, lockOf(b)));
    default:
      return latin1Bytes(releaseAnswer(hash, a, lockOf(b)));
  }
}
