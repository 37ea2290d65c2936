// @noble/hashes through the pipeline, on the interpreter: RFC 4231 (HMAC-SHA-256) and FIPS 180-4 against the native one.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { compile } from "../../scripts/build/compile.ts";
import { checkBundle } from "../../scripts/build/check-bundle.ts";
import { ROOT } from "../../scripts/build/project.ts";
import { runOnInterpreter } from "../support/interpreter.ts";

/** RFC 4231 §4: test cases 1 to 4, 6 and 7 (5 truncates); key and data in hexadecimal. */
const RFC_4231 = [
  ["0b".repeat(20), hex("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    hex("Jefe"),
    hex("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  [
    "aa".repeat(131),
    hex("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    "aa".repeat(131),
    hex(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
] as const;

/** Around the block's edges, where padding changes. */
const LENGTHS = [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 200];

const ENTRY = `
import { NobleHash } from "./hal/portable/noble-hash.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { hmac } from "@noble/hashes/hmac.js";
const hash = new NobleHash();
const toHex = (bytes) => { let text = ""; for (const byte of bytes) text += byte.toString(16).padStart(2, "0"); return text; };
const fromHex = (text) => { const bytes = new Uint8Array(text.length / 2); for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.substring(2 * i, 2 * i + 2), 16); return bytes; };
for (const length of ${JSON.stringify(LENGTHS)}) {
  const data = new Uint8Array(length).map((_, i) => i * 7);
  print([length, toHex(hash.sha256(data)), length === 0 ? "-" : toHex(new Uint8Array(require("crypto").SHA256(data))), hash.crc32(data) === E.CRC32(data) >>> 0].join(" "));
}
for (const [key, data] of ${JSON.stringify(RFC_4231)}) print("hmac " + toHex(hmac(sha256, fromHex(key), fromHex(data))));
`;

describe("noble hashes on the interpreter", () => {
  let lines: string[] = [];

  before(async function () {
    this.timeout(60_000);
    const bundle = await compile({ entry: ENTRY, path: join(ROOT, "noble-test.entry.ts"), name: "noble test" });
    assert.deepEqual(checkBundle(bundle), []);
    lines = runOnInterpreter(bundle, 60_000).trim().split("\n");
  });

  it("SHA-256 and CRC-32 equal the native ones at every padding edge", () => {
    const hashed = lines.filter((line) => !line.startsWith("hmac")).map((line) => line.split(" "));
    assert.equal(hashed.length, LENGTHS.length);
    for (const [length, noble, native, crcEqual] of hashed) {
      assert.equal(crcEqual, "true", `CRC-32 of ${length} bytes`);
      if (length !== "0") assert.equal(noble, native, `SHA-256 of ${length} bytes`);
    }
    assert.equal(
      hashed[0]?.[1],
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "FIPS 180-4, empty",
    );
  });

  it("HMAC-SHA-256 gives the vectors of RFC 4231", () => {
    const made = lines.filter((line) => line.startsWith("hmac ")).map((line) => line.slice(5));
    assert.deepEqual(
      made,
      RFC_4231.map(([, , mac]) => mac),
    );
  });

  it("the vectors above are those that Node computes", () => {
    for (const [key, data, mac] of RFC_4231) {
      const computed = createHmac("sha256", Buffer.from(key, "hex")).update(Buffer.from(data, "hex")).digest("hex");
      assert.equal(computed, mac);
    }
  });
});

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}
