// FAULTS.md against the code's fault numbers, in both directions.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { type MarkdownTable, markdownTables } from "../support/markdown-tables.ts";
import { sourceEnums } from "../support/source-enums.ts";

const ROOT = new URL("../../", import.meta.url);
const SHARED = new URL("src/shared/faults.ts", ROOT);
const DEPOT = new URL("src/depot/faults.ts", ROOT);
const BENCH = new URL("src/technician/faults.ts", ROOT);
const TEXT = readFileSync(new URL("FAULTS.md", ROOT), "utf8");

const tables: MarkdownTable[] = markdownTables(TEXT).filter(({ columns }) => columns[1] === "Name");
const rows = tables.flatMap((table) => table.rows);

/** Every fault of the code but None, by number. */
const faults = new Map(
  [SHARED, DEPOT, BENCH]
    .filter((url) => existsSync(url))
    .flatMap((url) => [...sourceEnums(url).values()])
    .flatMap((members) => [...members])
    .filter(([, number]) => number !== 0)
    .map(([name, number]) => [number, name] as const),
);

describe("FAULTS.md", () => {
  it("has every fault of the code under its number and name, and no other", () => {
    assert.deepEqual(new Map(rows.map(([number, name]) => [Number(number), name])), faults);
    assert.equal(rows.length, faults.size, "no number twice");
  });

  it("is in order, each fault in the table of its range", () => {
    const ranges = tables.map((table) => [...new Set(table.rows.map(([number]) => Math.floor(Number(number) / 100)))]);
    assert.deepEqual(ranges, [[1], [2], [3], [4], [5], [6], [7], [8], [9], [10]].slice(0, ranges.length));
    const numbers = rows.map(([number]) => Number(number));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.deepEqual(TEXT.match(/^## \d+xx/gm)?.length, ranges.length);
  });

  it("says of each what it means and what to do", () => {
    for (const [number, , meaning, remedy] of rows) {
      assert.match(meaning!, /^[A-Z].*\.$/, `F${number}`);
      assert.match(remedy!, /\S.*[.?]$/, `F${number}`);
    }
  });

  it("gives the depot's faults the words that the depot gives them", async function () {
    if (!existsSync(DEPOT)) return this.skip();
    const { DEPOT_FAULTS } = (await import(DEPOT.href)) as { DEPOT_FAULTS: readonly (readonly unknown[])[] };
    const stated = rows.filter(([number]) => number!.startsWith("9"));
    assert.deepEqual(
      stated.map(([number, , meaning, remedy]) => [Number(number), meaning, remedy]),
      DEPOT_FAULTS.map((row) => [...row]),
    );
  });
});
