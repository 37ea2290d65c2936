// SPEC.md against src/shared, in both directions: fields, sizes, enumerations, commands, families.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { Field } from "../../src/shared/wire/field.ts";
import { type MarkdownTable, markdownTables } from "../support/markdown-tables.ts";
import { sourceEnums } from "../support/source-enums.ts";

const ROOT = new URL("../../", import.meta.url);
const SHARED = new URL("src/shared/", ROOT);
const SPEC = readFileSync(new URL("SPEC.md", ROOT), "utf8");
const TABLES = markdownTables(SPEC);

/** Source files of src/shared that hold formats. */
const FILES = ["crypto", "wire"].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, SHARED)).map((name) => new URL(`${folder}/${name}`, SHARED)),
);
const SOURCES = FILES.map((url) => readFileSync(url, "utf8"));
const MODULES = await Promise.all(FILES.map(async (url) => (await import(url.href)) as Record<string, unknown>));

/** What the modules export, by name. */
const EXPORTS = new Map(MODULES.flatMap((module) => Object.entries(module)));

const tablesWith = (...columns: string[]): MarkdownTable[] =>
  TABLES.filter((table) => columns.every((column, i) => table.columns[i] === column));

/** Every exported field table: the section its comment cites, and its rows. */
function codeFieldTables(): Map<string, { name: string; fields: readonly Field[] }> {
  const found = new Map<string, { name: string; fields: readonly Field[] }>();
  for (const source of SOURCES) {
    const pattern = /\/\*\*([^*]*)\*\/\nexport const (\w+): readonly Field\[\]/g;
    for (const [, comment, name] of source.matchAll(pattern)) {
      const section = /SPEC\.md §(\d+(?:\.\d+)*)/.exec(comment!)?.[1];
      assert.ok(section, `${name} cites no section of SPEC.md`);
      assert.ok(!found.has(section), `two field tables cite §${section}`);
      found.set(section, { name: name!, fields: EXPORTS.get(name!) as readonly Field[] });
    }
  }
  return found;
}

describe("SPEC.md: fields", () => {
  const code = codeFieldTables();
  const spec = tablesWith("Field", "Offset", "Length", "Meaning");

  it("every field table of the code has its table, and the other way round", () => {
    const exported = [...EXPORTS].filter(([, value]) => Array.isArray(value)).map(([name]) => name);
    assert.deepEqual([...code.values()].map(({ name }) => name).sort(), exported.sort());
    assert.deepEqual(spec.map(({ section }) => section).sort(), [...code.keys()].sort());
    assert.equal(spec.length, 18);
  });

  for (const { section, rows } of spec) {
    it(`§${section}: names, offsets and lengths are the code's`, () => {
      const stated = rows.map(([name, offset, length]) => [name, Number(offset), Number(length)]);
      assert.deepEqual(stated, code.get(section)?.fields);
    });

    it(`§${section}: its fields lie one behind the other, and each has a meaning`, () => {
      let next = 0;
      for (const [name, offset, length, meaning] of rows) {
        assert.equal(Number(offset), next, name);
        assert.ok(Number(length) > 0 && meaning !== "", name);
        next += Number(length);
      }
    });
  }

  it("the tables are as long as the sizes of §1.3 say", () => {
    const lengths: Record<string, string> = {
      KEY_FILE: "KEY_FILE_BYTES",
      MANIFEST_HEADER: "HEADER_BYTES",
      MANIFEST_PARCEL: "PARCEL_BYTES",
      MANIFEST_CODE: "CODE_BYTES",
      JOURNAL_HEADER: "JOURNAL_HEADER_BYTES",
      JOURNAL_RECORD: "RECORD_BYTES",
      CELL_HEADER: "CELL_HEADER_BYTES",
      CELL: "CELL_BYTES",
      UPDATE_HEADER: "UPDATE_HEADER_BYTES",
      UPDATE: "UPDATE_BYTES",
      SYNC_REQUEST: "REQUEST_HEADER_BYTES",
      SYNC_RECORD: "SLOT_AND_RECORD_BYTES",
      SYNC_REPLY: "REPLY_HEADER_BYTES",
      CHALLENGE: "CHALLENGE_BYTES",
      HELLO: "HELLO_BYTES",
      SETTINGS: "SETTINGS_BYTES",
      DIAGNOSTICS: "DIAGNOSTICS_BYTES",
      BOOT_CELL: "BOOT_CELL_BYTES",
    };
    for (const { name, fields } of code.values()) {
      const [, offset, length] = fields.at(-1)!;
      assert.equal(offset + length, EXPORTS.get(lengths[name]!), name);
    }
  });
});

describe("SPEC.md: sizes", () => {
  it("§1.3 lists every number that src/shared exports, with its value", () => {
    const [table] = tablesWith("Constant", "Value");
    const stated = table!.rows.map(([name, value]) => [name!, Number(value)]);
    const exported = [...EXPORTS].filter(([, value]) => typeof value === "number");
    assert.deepEqual(new Map(stated as [string, number][]), new Map(exported as [string, number][]));
    assert.equal(stated.length, exported.length);
  });
});

describe("SPEC.md: enumerations", () => {
  const enums = new Map(FILES.flatMap((url) => [...sourceEnums(url)]));

  /** The enumeration's name stands in backticks before its table. */
  const stated = [...SPEC.matchAll(/\(`(\w+)`\):\n\n((?:\|.*\n)+)/g)].map(
    ([, name, table]) => [name!, markdownTables(table!)[0]!] as const,
  );
  const reasons = tablesWith("Value", "Name", "Meaning").filter(({ section }) => section === "5.4");
  const tables = new Map([...stated, ["Reason", reasons[0]!] as const]);

  it("every enumeration of the formats has its table, and the other way round", () => {
    assert.deepEqual([...tables.keys(), "Command"].sort(), [...enums.keys()].sort());
  });

  for (const [name, table] of tables) {
    it(`${name}: numbers and names are the code's`, () => {
      const rows = table.rows.map(([value, member]) => [member!, Number(value)] as const);
      assert.deepEqual(new Map(rows), enums.get(name));
      assert.equal(new Set(rows.map(([, value]) => value)).size, rows.length, "no number twice");
    });
  }

  it("commands are the code's", () => {
    const [table] = tablesWith("Command", "Number");
    const rows = table!.rows.map(([name, value]) => [name!, Number(value)] as const);
    assert.deepEqual(new Map(rows), enums.get("Command"));
  });

  it("families of tracking numbers are the code's", () => {
    const [table] = tablesWith("Value", "Family");
    const rows = table!.rows.map(([value, name]) => [name!, Number(value)] as const);
    const code = sourceEnums(new URL("tracking-number.ts", SHARED)).get("TrackingFamily");
    assert.deepEqual(new Map(rows), code);
  });
});

describe("SPEC.md: what it refers to", () => {
  const headings = new Set([...SPEC.matchAll(/^#+ (\d+(?:\.\d+)*) /gm)].map(([, number]) => number!));

  it("every section that it or the code cites is there", () => {
    const cited = [SPEC, ...SOURCES, readFileSync(new URL("tracking-number.ts", SHARED), "utf8")].flatMap((text) => [
      ...text
        .replace(/(RFC \d+|S10-12|Specifications|DESIGN\.md(\]\(\S+\))?) §[\d.]+/g, "")
        .matchAll(/§(\d+(?:\.\d+)*)/g),
    ]);
    const missing = cited.map(([, number]) => number!).filter((number) => !headings.has(number));
    assert.deepEqual([...new Set(missing)], []);
    assert.ok(cited.length > 60);
  });

  it("every fault it names has the number that it gives it", () => {
    const faults = sourceEnums(new URL("faults.ts", SHARED)).get("FaultNumber")!;
    const named = [...SPEC.matchAll(/\b([1-8]\d\d) ([A-Z][a-z]+[A-Z]\w+)/g)];
    for (const [whole, number, name] of named) assert.equal(faults.get(name!), Number(number), whole);
    assert.ok(named.length > 40);
  });

  it("every vector file is listed, and the other way round", () => {
    const [table] = tablesWith("File", "Holds", "Section");
    const listed = table!.rows.map(([file]) => file!.replaceAll("`", ""));
    assert.deepEqual(listed.sort(), readdirSync(new URL("test/vectors/", ROOT)).sort());
  });
});
