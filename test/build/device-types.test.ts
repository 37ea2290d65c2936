// The type-level guard: what the interpreter lacks is absent from firmware/language.d.ts, so naming it does not compile.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ABSENT_GLOBALS, ABSENT_STATICS } from "../../scripts/build/absent-names.ts";
import { bannedFixtures, CLEAN } from "../support/banned-fixtures.ts";
import { typeErrors } from "../support/device-types.ts";

/** Declared all the same: the checker wants Symbol (not callable), and the build puts TypeError for RangeError. */
const DECLARED = ["Symbol", "RangeError"];

describe("the device's types", function () {
  this.timeout(30_000);
  const fixtures = bannedFixtures("types");
  let errors = new Map<string, string[]>();

  before(() => {
    errors = typeErrors([...fixtures.map(({ path }) => path), CLEAN]);
  });

  for (const { rule, path, text } of fixtures) {
    it(`refuse ${rule}`, () => {
      const [, expected] = /^\/\/ Expects: (.+)\n/.exec(text) ?? [];
      assert.ok(expected !== undefined, "the fixture's first line says what is expected");
      const messages = (errors.get(basename(path)) ?? []).join("\n");
      assert.ok(messages.includes(expected), `expected “${expected}”, got “${messages}”`);
    });
  }

  it("accept clean source", () => {
    assert.deepEqual(errors.get(basename(CLEAN)), []);
  });

  it("lack every name that the bundle check knows to be absent", () => {
    const names = [...ABSENT_GLOBALS, ...ABSENT_STATICS].filter((name) => !DECLARED.includes(name));
    const folder = mkdtempSync(join(tmpdir(), "parola-types-"));
    const path = join(folder, "absent.ts");
    writeFileSync(path, names.map((name) => `export const value_${name.replace(".", "_")} = ${name};\n`).join(""));
    const messages = (typeErrors([path]).get("absent.ts") ?? []).join("\n");
    rmSync(folder, { recursive: true });
    const accepted = names.filter((name) => !name.split(".").some((part) => messages.includes(`'${part}'`)));
    assert.deepEqual(accepted, []);
  });
});
