// The finished-bundle check: one small failing script for each rule, and clean source that passes them all.
import assert from "node:assert/strict";
import { ABSENT_GLOBALS, ABSENT_METHODS, ABSENT_STATICS } from "../../scripts/build/absent-names.ts";
import { BUNDLE_RULE_NAMES } from "../../scripts/build/bundle-rules.ts";
import { checkBundle } from "../../scripts/build/check-bundle.ts";
import { bannedFixtures, CLEAN } from "../support/banned-fixtures.ts";
import { compileFixture } from "../support/language-features.ts";

const FIXTURES = bannedFixtures("bundle");

describe("the finished-bundle check", () => {
  it("has a fixture for every rule, and no other", () => {
    assert.deepEqual(FIXTURES.map(({ rule }) => rule).sort(), [...BUNDLE_RULE_NAMES].sort());
  });

  for (const { rule, text } of FIXTURES) {
    it(`names ${rule}`, () => {
      const names = checkBundle(text).map((finding) => finding.split(/[: ]/)[0]);
      assert.deepEqual([...new Set(names)], [rule]);
    });
  }

  it("passes clean source", async () => {
    assert.deepEqual(checkBundle(await compileFixture(CLEAN)), []);
  });

  it("says where: line and column", () => {
    assert.match(checkBundle("(function () {\n  debugger;\n})();").join(), /^no-debugger at 2:3: /);
  });

  for (const name of ABSENT_GLOBALS) {
    it(`knows that ${name} is absent, and that asking for its type is harmless`, () => {
      assert.match(checkBundle(`(function () { ${name}(); })();`).join(), /^absent-global /);
      assert.deepEqual(checkBundle(`(function () { return typeof ${name}; })();`), []);
    });
  }

  for (const name of ABSENT_STATICS) {
    it(`knows that ${name} is absent unless the bundle supplies it`, () => {
      assert.match(checkBundle(`(function (x) { return ${name}(x); })();`).join(), /^absent-method /);
      assert.deepEqual(checkBundle(`(function (x) { ${name} = x; return ${name}(x); })();`), []);
    });
  }

  for (const name of ABSENT_METHODS) {
    it(`knows that no built-in has .${name}()`, () => {
      assert.match(checkBundle(`(function (x) { return x.${name}(); })();`).join(), /^absent-method /);
      assert.deepEqual(checkBundle(`(function (x) { return { ${name}: x }.${name}(); })();`), []);
    });
  }
});
