// The documents: what they tell the reader to run exists, and where they point to is there.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { projectFiles, readProjectFile } from "../support/project-files.ts";

const DOCUMENTS = projectFiles(".md");

describe("the documents", () => {
  for (const path of DOCUMENTS) {
    const text = readProjectFile(path);

    it(`${path}: npm scripts exist`, () => {
      const { scripts } = JSON.parse(readProjectFile("package.json")) as { scripts: Record<string, string> };
      const missing = npmScripts(text).filter((name) => !(name in scripts));
      assert.deepEqual(missing, []);
    });

    it(`${path}: parola subcommands exist`, () => {
      const known = subcommands();
      if (known.length === 0) return;
      const missing = parolaCommands(text).filter((name) => !known.includes(name));
      assert.deepEqual(missing, []);
    });

    it(`${path}: relative links resolve`, () => {
      const missing = relativeLinks(text).filter((link) => !resolves(path, link));
      assert.deepEqual(missing, []);
    });
  }

  it("checks find what is wrong", () => {
    const text =
      "```sh\nnpm run nonsense\nnpx parola nonsense --flag\n```\n[a](missing.md#part) [b](https://example.org)";
    assert.deepEqual(npmScripts(text), ["nonsense"]);
    assert.deepEqual(parolaCommands(text), ["nonsense"]);
    assert.deepEqual(relativeLinks(text), ["missing.md#part"]);
    assert.equal(resolves("README.md", "missing.md#part"), false);
    assert.equal(resolves("README.md", "package.json"), true);
  });
});

/** `npm run x`, and the short forms of start and test, anywhere in the text. */
function npmScripts(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][a-z:-]*)/g)].map(([, name]) => name ?? "");
  const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name ?? "");
  return [...new Set([...named, ...short])];
}

/** First words after `parola` where a line of a code block, or a whole piece of code in text, starts with it. */
function parolaCommands(text: string): string[] {
  const pattern = /(?:^|`)(?:\$ )?(?:npx |node bin\/)?parola(?:\.js)? ([a-z][a-z-]*)/gm;
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ""))];
}

/** Subcommands that src/cli declares with commander's `.command("name …")` or `new Command("name")`. */
function subcommands(): string[] {
  const sources = projectFiles(".ts").filter((path) => path.startsWith("src/cli/"));
  const declared = sources.flatMap((path) => [
    ...readProjectFile(path).matchAll(/(?:\.command\(|new Command\(|createCommand\()\s*["'`]([a-z][a-z-]*)/g),
  ]);
  // commander adds `help` to what a program with subcommands has.
  return declared.length === 0 ? [] : ["help", ...declared.map(([, name]) => name ?? "")];
}

function relativeLinks(text: string): string[] {
  const withoutCode = text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link ?? "")
    .filter((link) => !/^(?:[a-z]+:|#)/.test(link));
}

function resolves(document: string, link: string): boolean {
  return existsSync(join(ROOT, dirname(document), decodeURI(link.split("#")[0] ?? "")));
}
