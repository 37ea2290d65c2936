// Which property names the minifier may shorten: none that anything outside the bundle knows.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { compileFixture } from "../support/language-features.ts";

/** Compiles one module given as text. */
async function compiled(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "parola-names-"));
  try {
    writeFileSync(join(folder, "module.ts"), text);
    return await compileFixture(join(folder, "module.ts"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Statements with a local `given`: what hangs on undeclared names is never renamed to begin with. */
function using(statements: string): string {
  return `declare const out: (x: unknown) => void; out((given: any) => { ${statements} });`;
}

describe("property names in a bundle", () => {
  it("are shortened when only the bundle knows them", async () => {
    assert.doesNotMatch(await compiled(using("out(given.ownName + given.private_);")), /ownName|private_/);
  });

  it("stay when the language has them", async () => {
    assert.match(await compiled(using("given.fill(given.byteLength);")), /\.fill\(\w+\.byteLength\)/);
  });

  it("stay when the interpreter has them", async () => {
    assert.match(await compiled(using("given.getStats().trashBytes;")), /\.getStats\(\)/);
  });

  it("stay when the simulator's host has them, in bundles with simulated parts", async () => {
    const part = 'import { POWER_CUT } from "/hal/sim/host.ts"; export const cut = POWER_CUT;'.replace(
      "/hal",
      `${ROOT}/hal`,
    );
    const use = using("given.erasePage(given.linkIsUp());");
    assert.match(await compiled(`${part} ${use} console.log(cut);`), /\.erasePage\(\w+\.linkIsUp\(\)\)/);
    assert.doesNotMatch(await compiled(use), /linkIsUp/);
  });

  it("stay when the source declares them of something outside", async () => {
    const declared = "declare class Outside { outsideName: number }";
    assert.match(await compiled(`${declared} ${using("out((given as Outside).outsideName);")}`), /\.outsideName/);
  });

  it("stay when they are quoted anywhere", async () => {
    const script = await compiled(
      using('out(given["first-name"], given["a" + given.k]); out(given.oneName, { "two-names": 1 });'),
    );
    assert.match(script, /"first-name"/);
    assert.match(script, /"two-names"/);
    assert.doesNotMatch(script, /oneName/);
  });

  it("never become a word that a class cannot have as a method", async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `property${i}`);
    const script = await compiled(using(names.map((name) => `out(given.${name});`).join(" ")));
    assert.doesNotMatch(script, /\w\.(do|if|in|of|as)\b/);
    assert.match(script, /\w\.[a-z]{2}\b/i);
  });
});
