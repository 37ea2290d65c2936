// Little-endian fields and byte arrays, SPEC.md §1.1.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  concatBytes,
  copyBytes,
  isErased,
  latin1Bytes,
  latin1Text,
  readU16,
  readU32,
  sameBytes,
  writeU16,
  writeU32,
} from "../../src/shared/wire/bytes.ts";
import { holds, u16, u32 } from "../support/properties.ts";

describe("bytes", () => {
  it("numbers are little-endian", () => {
    const bytes = new Uint8Array(8).fill(0xee);
    writeU16(bytes, 1, 0x1234);
    writeU32(bytes, 3, 0x89abcdef);
    assert.deepEqual([...bytes], [0xee, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89, 0xee]);
  });

  it("every number comes back as it was, unsigned", () => {
    holds(
      fc.property(u16, u32, (small, large) => {
        const bytes = new Uint8Array(6);
        writeU16(bytes, 0, small);
        writeU32(bytes, 2, large);
        assert.equal(readU16(bytes, 0), small);
        assert.equal(readU32(bytes, 2), large);
      }),
    );
  });

  it("a field beyond the end reads zeros and does not throw", () => {
    assert.equal(readU16(new Uint8Array(0), 4), 0);
    assert.equal(readU32(Uint8Array.of(1, 2), 0), 0x0201);
  });

  it("a copy is no view", () => {
    const source = Uint8Array.of(1, 2, 3, 4);
    const copy = copyBytes(source, 1, 2);
    source.fill(0);
    assert.deepEqual([...copy], [2, 3]);
  });

  it("joins, compares and recognises erased flash", () => {
    assert.deepEqual([...concatBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])], [1, 2, 3]);
    assert.ok(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
    assert.ok(!sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
    assert.ok(!sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)));
    assert.ok(isErased(Uint8Array.of(0xff, 0xff)) && !isErased(Uint8Array.of(0xff, 0xfe)));
  });

  it("text is ISO 8859-1, every character of it", () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
    assert.deepEqual(
      [...latin1Bytes(all)],
      Array.from({ length: 256 }, (_, i) => i),
    );
    assert.equal(latin1Text(latin1Bytes(all), 0, 256), all);
  });
});
