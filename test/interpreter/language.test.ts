// The build's pipeline, on the interpreter: its output prints there what it prints in Node.
import assert from "node:assert/strict";
import { runFromStorage, runOnInterpreter } from "../support/interpreter.ts";
import { compileFixture, FEATURES, runInNode } from "../support/language-features.ts";

describe("compiled language features on the interpreter", () => {
  it("print what they print in Node", async () => {
    const script = await compileFixture(FEATURES);
    assert.equal(runOnInterpreter(script), runInNode(script));
  });

  it("leave no variable behind in the global scope, run from Storage as on a device", async () => {
    // The built-ins that were used show up there as well; minified names have one or two letters.
    const short = "print(Object.keys(global).filter(function (name) { return name.length < 3; }).join());";
    const pins = "D0,D1,D2,D3,D4,D5,D6,D7,D8,D9";
    assert.equal(
      runFromStorage(await compileFixture(FEATURES), short)
        .trim()
        .split("\n")
        .at(-1),
      pins,
    );
  });

  it("leave out the searches that find the beginning of a text at the end of another", () => {
    const searches = `"abc".indexOf("cd"), "abc".includes("cd"), "abc".replace("cd", "x"), "abc".replaceAll("cd", "x")`;
    const right = `"abc".lastIndexOf("cd"), "abc".startsWith("abcd"), "abc".endsWith("cd"), "abc".split("cd").length`;
    const print = (values: string): string => runOnInterpreter(`print([${values}].join());`).trim();
    assert.equal(print(searches), "2,true,abx,abx", "no longer wrong: firmware/language.d.ts may have them again");
    assert.equal(print(right), "-1,false,false,1");
  });
});
