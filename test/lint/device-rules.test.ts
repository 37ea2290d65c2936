// The lint of source that the interpreter runs: one small failing fixture for each rule, and clean source that passes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ESLint } from "eslint";
import { ROOT } from "../../scripts/build/project.ts";
import { DEVICE_RULES } from "../../scripts/lint/plugin.ts";
import { bannedFixtures, CLEAN } from "../support/banned-fixtures.ts";

/** Rules that hold for device source beside the local ones. */
const OTHER_RULES = [
  "kebab-case-file",
  "no-eval",
  "no-new-func",
  "no-restricted-globals",
  "no-restricted-imports",
  "prefer-rest-params",
];
const FIXTURES = bannedFixtures("lint");

describe("the lint of device source", function () {
  this.timeout(30_000);
  const eslint = new ESLint({ cwd: ROOT });

  /** Names of the rules that a text breaks when it stands at a place in the project. */
  async function broken(text: string, place: string): Promise<string[]> {
    const [result] = await eslint.lintText(text, { filePath: join(ROOT, place) });
    const rules = (result?.messages ?? []).map((one) => one.ruleId ?? one.message);
    return [...new Set(rules)];
  }

  it("has a fixture for every rule, and no other", () => {
    assert.deepEqual(FIXTURES.map(({ rule }) => rule).sort(), [...Object.keys(DEVICE_RULES), ...OTHER_RULES].sort());
  });

  for (const { rule, text } of FIXTURES) {
    it(`names ${rule}`, async () => {
      const name = rule in DEVICE_RULES || rule === "kebab-case-file" ? `parola/${rule}` : rule;
      const place = rule === "kebab-case-file" ? "firmware/app/Not_Kebab.ts" : "firmware/app/fixture.ts";
      const rules = await broken(text, place);
      assert.ok(rules.includes(name), `expected ${name}, got ${rules.join(", ") || "nothing"}`);
    });
  }

  for (const place of ["firmware/app", "firmware/boards", "hal/contract", "hal/espruino", "hal/sim", "src/shared"]) {
    it(`holds in ${place}`, async () => {
      assert.deepEqual(await broken("export const code = (): number => Math.random();", `${place}/fixture.ts`), [
        "parola/no-math-random",
      ]);
    });
  }

  it("lets drivers and boards name interpreter globals, and nobody else", async () => {
    const text = "declare const E: { hwRand(): number };\nexport const random = (): number => E.hwRand();";
    const global = "export const random = (): number => E.hwRand();";
    assert.deepEqual(await broken(text, "hal/espruino/fixture.ts"), []);
    assert.deepEqual(await broken(global, "hal/espruino/fixture.ts"), []);
    assert.deepEqual(await broken(global, "firmware/boards/fixture.board.ts"), []);
    assert.deepEqual(await broken(global, "firmware/app/fixture.ts"), ["no-restricted-globals"]);
    assert.deepEqual(await broken(global, "src/shared/fixture.ts"), ["no-restricted-globals"]);
  });

  it("refuses files above 350 lines", async () => {
    assert.deepEqual(await broken("export {};\n".repeat(351), "src/depot/fixture.ts"), ["max-lines"]);
  });

  it("passes clean source", async () => {
    assert.deepEqual(await broken(readFileSync(CLEAN, "utf8"), "firmware/app/fixture.ts"), []);
  });
});
