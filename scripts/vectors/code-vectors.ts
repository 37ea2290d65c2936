// Vectors of codes, tags and proofs: SPEC.md §2.
import { fixedBytes, hex, sha256, text } from "./encode.ts";

/** A code and the salt it was issued with. */
export interface IssuedCode {
  digits: string;
  salt: Buffer;
}

export const FIRST_CODE: IssuedCode = { digits: "402917", salt: fixedBytes("salt 1", 16) };
export const SECOND_CODE: IssuedCode = { digits: "000000", salt: fixedBytes("salt 2", 16) };

export const digestOf = (code: IssuedCode): Buffer => sha256(text("parola.1"), code.salt, text(code.digits));
export const proofOf = (code: IssuedCode): Buffer => digestOf(code).subarray(16);

/** The first `bits` of the digest, taken from its binary digits. */
export function tagOf(code: IssuedCode, bits: number): number {
  const binary = [...digestOf(code).subarray(0, 3)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return parseInt(binary.slice(0, bits), 2);
}

function vector(code: IssuedCode): object {
  const tags = [1, 8, 10, 11, 12, 16, 17, 24].map((bits) => ({ bits, tag: tagOf(code, bits) }));
  return {
    digits: code.digits,
    salt: hex(code.salt),
    digest: hex(digestOf(code)),
    tags,
    proof: hex(proofOf(code)),
  };
}

/** All codes one wrong digit or one swap of unequal neighbours away, by looking at every number. */
function nearMisses(digits: string): string[] {
  return Array.from({ length: 1_000_000 }, (_, n) => String(n).padStart(6, "0")).filter((other) => {
    const places = [...other].flatMap((digit, i) => (digit === digits[i] ? [] : [i]));
    if (places.length === 1) return true;
    const [i = 0, j = 0] = places;
    return places.length === 2 && j === i + 1 && other[i] === digits[j] && other[j] === digits[i];
  });
}

/** The first of a row of fixed salts under which `digits` shares its tag with a near miss. */
function refusedSalt(digits: string, misses: string[], bits: number): object {
  for (let n = 0; ; n++) {
    const salt = fixedBytes(`refused salt ${n}`, 16);
    const tag = tagOf({ digits, salt }, bits);
    const miss = misses.find((other) => tagOf({ digits: other, salt }, bits) === tag);
    if (miss !== undefined) return { digits, salt: hex(salt), bits, tag, miss };
  }
}

export function codeVectors(): object {
  const digits = "402911";
  const misses = nearMisses(digits);
  const codes = [FIRST_CODE, SECOND_CODE, { digits: "999999", salt: Buffer.alloc(16, 0xff) }];
  return {
    spec: "§2",
    codes: codes.map(vector),
    nearMisses: { digits, misses },
    refusedSalt: refusedSalt(digits, misses, 11),
  };
}
