// The patterns that lint and bundle check let pass mean on the interpreter what they mean in Node; and the trapped ones
// indeed do not, so no trap bans something that works.
import assert from "node:assert/strict";
import { runOnInterpreter } from "../support/interpreter.ts";
import { bannedFixtures } from "../support/banned-fixtures.ts";
import { regexTraps } from "../../scripts/lint/regex-traps.ts";

const PATTERNS = [
  "^[0-9]+$",
  "^a|^b",
  "a\\.b",
  "^(\\d+)-(\\w*)$",
  "[^0-9a-z]",
  "^[A-Z][A-Z]\\d+[A-Z]*$",
  "\\x41\\s*=",
  "(a*)(b+)",
  "[.?*]+$",
];
const TEXTS = ["", "0123", "a.b", "axb", "b", "12-ab", "12-", "AB123456789IT", "A = 1", "what?", "aabb\n", "caf\xe9"];

describe("regular expressions on the interpreter", () => {
  it("that pass the checks match as in Node, groups included", () => {
    for (const pattern of PATTERNS) assert.deepEqual(regexTraps(pattern, ""), [], pattern);
    // As the build writes them: a character above 0x7F in the file would be two bytes.
    const texts = JSON.stringify(TEXTS).replace(/[\x7f-\xff]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
    const script = `[${PATTERNS.map((one) => `/${one}/`).join()}].forEach(function (pattern) {
      ${texts}.forEach(function (text) {
        var match = pattern.exec(text);
        print(match ? JSON.stringify([match.index, match[0].length, match[1] || "", match[2] || ""]) : "no match");
      });
    });`;
    const expected = PATTERNS.flatMap((pattern) =>
      TEXTS.map((text) => {
        const match = new RegExp(pattern).exec(text);
        return match ? JSON.stringify([match.index, match[0].length, match[1] ?? "", match[2] ?? ""]) : "no match";
      }),
    );
    assert.deepEqual(runOnInterpreter(script).trim().split("\n"), expected);
  });

  it("that are trapped differ from Node somewhere", () => {
    const texts = [
      "a",
      "1",
      "01",
      "001",
      "012345678901234567",
      "abab",
      "aab",
      "ab",
      "xay",
      "xby",
      "a\nb",
      "acb",
      "code",
      "aa",
      "A",
      "b\na",
    ];
    const patterns = bannedFixtures("lint")
      .filter(({ rule }) => rule.startsWith("regex-"))
      .map(({ rule, text }) => [rule, /=> (\/.*\/[a-z]*)\.test/.exec(text)?.[1] ?? ""] as const);
    for (const [rule, pattern] of patterns) {
      const loop = (print: string): string =>
        `${JSON.stringify(texts)}.forEach(function (text) { var found; try { found = ${pattern}.test(text); } catch (e) { found = "threw"; } ${print}(found); });`;
      const inNode: unknown[] = [];
      new Function("print", loop("print"))((found: unknown) => inNode.push(found));
      const there = runOnInterpreter(loop("print")).trim().split("\n");
      assert.notDeepEqual(there, inNode.map(String), rule);
    }
  });
});
