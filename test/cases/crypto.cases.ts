// Crypto cases for any hash on any runtime: inputs and expected bytes in hexadecimal. Node runs them in
// test/shared; for the interpreter, compile run-crypto-case.ts in and hand it this list as JSON.
// Sources: FIPS 180-4 examples, RFC 4231 §4, RFC 5869 appendix A, and this project's own vectors (SPEC.md §13).
import { hexOf } from "../support/hex.ts";
import { vectors } from "../support/vectors.ts";
import type { CryptoOperation } from "./run-crypto-case.ts";

/** One case; `expected` may be shorter than the result: then its first bytes count. */
export interface CryptoCase {
  name: string;
  operation: CryptoOperation;
  inputs: string[];
  expected: string;
}

/** FIPS 180-4 examples, as NIST publishes them for SHA-256. */
export const FIPS_180_4: readonly CryptoCase[] = [
  ["empty message", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc, one block", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "448 bits, two blocks",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  [
    "896 bits, two blocks",
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
  ],
].map(([name, message, expected]) => ({
  name: `FIPS 180-4: ${name}`,
  operation: "sha256",
  inputs: [hexOf(message!)],
  expected: expected!,
}));

/** RFC 4231 §4.2 to §4.8, HMAC-SHA-256; case 5 is truncated to 128 bits. */
export const RFC_4231: readonly CryptoCase[] = [
  ["0b".repeat(20), hexOf("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    hexOf("Jefe"),
    hexOf("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  ["0c".repeat(20), hexOf("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"],
  [
    "aa".repeat(131),
    hexOf("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    "aa".repeat(131),
    hexOf(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
].map(([key, data, expected], i) => ({
  name: `RFC 4231: test case ${i + 1}`,
  operation: "hmac",
  inputs: [key!, data!],
  expected: expected!,
}));

function ascending(first: number, last: number): string {
  return Buffer.from(Array.from({ length: last - first + 1 }, (_, i) => first + i)).toString("hex");
}

/** RFC 5869 A.1 to A.3, HKDF-SHA-256: secret, salt, info, length (u16). */
export const RFC_5869: readonly CryptoCase[] = [
  [
    "0b".repeat(22),
    ascending(0x00, 0x0c),
    ascending(0xf0, 0xf9),
    "2a00",
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  ],
  [
    ascending(0x00, 0x4f),
    ascending(0x60, 0xaf),
    ascending(0xb0, 0xff),
    "5200",
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  ],
  [
    "0b".repeat(22),
    "",
    "",
    "2a00",
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  ],
].map(([secret, salt, info, length, expected], i) => ({
  name: `RFC 5869: test case ${i + 1}`,
  operation: "hkdf",
  inputs: [secret!, salt!, info!, length!],
  expected: expected!,
}));

const little = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("hex");
};

const keys = vectors<{
  masterKey: string;
  devices: { device: number; keyEpoch: number; deviceKey: string }[];
  subkeys: Record<string, string>;
}>("keys");
const codes = vectors<{
  codes: { digits: string; salt: string; digest: string; tags: { bits: number; tag: number }[]; proof: string }[];
}>("codes");
const releases = vectors<{
  releaseKey: string;
  locks: { journalEpoch: number; code: number; index: number; challenge: string; answer: string }[];
}>("releases");

function keyCases(): CryptoCase[] {
  const { deviceKey, ...labels } = keys.subkeys;
  const devices = keys.devices.map(({ device, keyEpoch, deviceKey: expected }) => ({
    name: `device key ${device}/${keyEpoch}`,
    operation: "device key" as const,
    inputs: [keys.masterKey, little(device) + little(keyEpoch)],
    expected,
  }));
  const subkeys = Object.entries(labels).map(([label, expected]) => ({
    name: `subkey ${label}`,
    operation: "subkey" as const,
    inputs: [deviceKey!, hexOf(label)],
    expected,
  }));
  return [...devices, ...subkeys];
}

function codeCases(): CryptoCase[] {
  return codes.codes.flatMap(({ digits, salt, digest, tags, proof }) => {
    const inputs = [salt, hexOf(digits)];
    return [
      { name: `digest of ${digits}`, operation: "code digest" as const, inputs, expected: digest },
      { name: `proof of ${digits}`, operation: "proof" as const, inputs, expected: proof },
      ...tags.map(({ bits, tag }) => ({
        name: `${bits} tag bits of ${digits}`,
        operation: "tag" as const,
        inputs: [...inputs, little(bits)],
        expected: little(tag),
      })),
    ];
  });
}

function releaseCases(): CryptoCase[] {
  return releases.locks.flatMap(({ journalEpoch, code, index, challenge, answer }) => {
    const inputs = [releases.releaseKey, little(journalEpoch) + little(code) + little(index)];
    return [
      { name: `challenge ${challenge}`, operation: "challenge" as const, inputs, expected: hexOf(challenge) },
      { name: `answer ${answer}`, operation: "answer" as const, inputs, expected: hexOf(answer) },
    ];
  });
}

/** This project's own: keys, codes, releases, CRC-32. */
export const OWN_CASES: readonly CryptoCase[] = [
  { name: "CRC-32 check value", operation: "crc32", inputs: [hexOf("123456789")], expected: little(0xcbf43926) },
  { name: "CRC-32 of nothing", operation: "crc32", inputs: [""], expected: little(0) },
  ...keyCases(),
  ...codeCases(),
  ...releaseCases(),
];

/** All of them. */
export const CRYPTO_CASES: readonly CryptoCase[] = [...FIPS_180_4, ...RFC_4231, ...RFC_5869, ...OWN_CASES];
