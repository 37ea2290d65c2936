// The build's pipeline, in Node: what it makes of the language fixture behaves as the source does.
import assert from "node:assert/strict";
import { checkBundle } from "../../scripts/build/check-bundle.ts";
import { compileFixture, FEATURES, runInNode } from "../support/language-features.ts";

describe("the pipeline", () => {
  it("keeps the meaning of every language feature", async () => {
    const lines: string[] = [];
    const scope = globalThis as { print?: (text: string) => void };
    scope.print = (text) => lines.push(text);
    await import(FEATURES);
    delete scope.print;
    assert.ok(lines.length > 15);
    assert.equal(runInNode(await compileFixture(FEATURES)), lines.map((line) => line + "\n").join(""));
  });

  it("makes a bundle that the finished-bundle check passes", async () => {
    assert.deepEqual(checkBundle(await compileFixture(FEATURES)), []);
  });

  it("gives the same bytes twice", async () => {
    assert.equal(await compileFixture(FEATURES), await compileFixture(FEATURES));
  });
});
