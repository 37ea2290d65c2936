// Which regular expressions the interpreter gets right; test/interpreter/regex.test.ts shows that it does.
import assert from "node:assert/strict";
import { regexTraps } from "../../scripts/lint/regex-traps.ts";

describe("regexTraps", () => {
  for (const pattern of [
    "^[0-9]+$",
    "a\\.b",
    "[.?*{}|()]+",
    "^(\\d+)-(\\w*)$",
    "^a|^b",
    "\\x41",
    "\\?\\{3\\}",
    "[^\\]]",
    "",
  ]) {
    it(`lets /${pattern}/ pass`, () => assert.deepEqual(regexTraps(pattern, "gi"), []));
  }

  const TRAPPED: readonly (readonly [string, string])[] = [
    ["a{2,3}", "regex-counted"],
    ["[ab]?", "regex-optional"],
    ["(a)?", "regex-quantified-group"],
    ["(a){2}", "regex-quantified-group"],
    ["((a)|b)", "regex-alternation-in-group"],
    ["(?<!a)b", "regex-lookaround"],
    ["(?!a)b", "regex-lookaround"],
    ["[\\u0041]", "regex-unicode-escape"],
    ["a.*", "regex-dot"],
    ["\\B", "regex-word-boundary"],
  ];
  for (const [pattern, trap] of TRAPPED) {
    it(`finds ${trap} in /${pattern}/`, () => assert.deepEqual(regexTraps(pattern, ""), [trap]));
  }

  it("finds several traps in one pattern", () => {
    assert.deepEqual(regexTraps("^\\(?00\\)?\\d{18}$", "u").sort(), ["regex-counted", "regex-flags", "regex-optional"]);
  });
});
