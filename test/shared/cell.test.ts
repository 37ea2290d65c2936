// Cells of ledger and parcel index, SPEC.md §6.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { CELL_BYTES, cellIsWhole, encodeCell, encodeCellHeader } from "../../src/shared/wire/cell.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { garbage, holds, u16, u32, u8 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

interface StoredHeader {
  magic: string;
  rows: number;
  bytes: string;
}
const stored = vectors<{
  journalEpoch: number;
  ledgerHeader: StoredHeader;
  indexHeader: StoredHeader;
  cells: { kind: number; count: number; row: number; position: number; bytes: string }[];
}>("cells");
const EPOCH = stored.journalEpoch;

const isWhole = (bytes: Uint8Array, position: number, epoch = EPOCH, offset = 0): boolean =>
  cellIsWhole(nobleHash, bytes, offset, epoch, position);

describe("cells", () => {
  for (const { magic, rows, bytes } of [stored.ledgerHeader, stored.indexHeader]) {
    it(`the header ${magic} is the vector's`, () => {
      assert.equal(hex(encodeCellHeader(nobleHash, magic, rows, EPOCH)), bytes);
    });
  }

  for (const { bytes, position, ...cell } of stored.cells) {
    it(`kind ${cell.kind} in row ${cell.row} at position ${position} is the vector's`, () => {
      assert.equal(hex(encodeCell(nobleHash, cell, EPOCH, position)), bytes);
      assert.ok(isWhole(unhex(bytes), position));
    });
  }

  it("are whole only at their position, in their journal", () => {
    holds(
      fc.property(u8, u8, u16, u32, u32, u32, (kind, count, row, position, epoch, other) => {
        const bytes = encodeCell(nobleHash, { kind, count, row }, epoch, position);
        const behind = Uint8Array.of(1, 2, 3, ...bytes);
        assert.ok(isWhole(behind, position, epoch, 3));
        assert.equal(isWhole(bytes, other, epoch), other === position);
        assert.equal(isWhole(bytes, position, other), other === epoch);
      }),
    );
  });

  it("show every turned bit and every missing byte, even where that byte is zero", () => {
    for (let position = 0; position < 2000; position++) {
      const bytes = encodeCell(nobleHash, { kind: 1, count: 1, row: 0 }, EPOCH, position);
      for (const short of truncations(bytes)) assert.ok(!isWhole(short, position), `${short.length} bytes`);
    }
    const first = stored.cells[0]!;
    for (const { bit, flipped } of bitFlips(unhex(first.bytes)))
      assert.ok(!isWhole(flipped, first.position), `bit ${bit}`);
  });

  it("a cell that a power cut tore in any byte is never whole", () => {
    for (const { bytes, position } of stored.cells) {
      for (let written = 1; written < CELL_BYTES; written++) {
        const torn = new Uint8Array(CELL_BYTES).fill(0xff);
        torn.set(unhex(bytes).subarray(0, written));
        if (hex(torn) !== bytes) assert.ok(!isWhole(torn, position), `${written} bytes of ${bytes}`);
      }
    }
  });

  it("garbage never throws", () => {
    holds(fc.property(garbage(20, []), u32, (bytes, position) => void isWhole(bytes, position)));
  });
});
