// Every command that README and docs/ tell a person to type: it exists, it has these options, and it is given what it needs.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parola } from "../support/parola-command.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGES = ["README.md", ...readdirSync(new URL("docs/", ROOT)).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

interface Typed {
  page: string;
  line: string;
  words: string[];
}

/** Lines of shell blocks and of `npx parola …` in running text. */
function typed(page: string): Typed[] {
  const text = readFileSync(new URL(page, ROOT), "utf8");
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split("\n"));
  const inline = [...text.replace(/```[\s\S]*?```/g, "").matchAll(/`(npx parola [^`]+)`/g)].map(([, line]) => line!);
  return [...blocks, ...inline]
    .map((line) =>
      line
        .replace(/\s+#.*$/, "")
        .replace(/\s+>.*$/, "")
        .trim(),
    )
    .filter((line) => /^npx parola [a-z]/.test(line))
    .map((line) => ({ page, line, words: line.split(/\s+/).slice(2) }));
}

const lines = PAGES.flatMap(typed);
const helps = new Map<string, Promise<string>>();

/** What a command says of itself. */
function helpOf(words: readonly string[]): Promise<string> {
  const key = words.join(" ");
  let help = helps.get(key);
  if (help === undefined) {
    help = parola([...words, "--help"]).then(({ stdout }) => stdout);
    helps.set(key, help);
  }
  return help;
}

const GROUPS = new Set(["device", "technician"]);

describe("documented commands", function () {
  this.timeout(60_000);

  it("are many", () => assert.ok(lines.length > 25, `${lines.length} lines`));

  for (const { page, line, words } of lines) {
    it(`${page}: ${line}`, async () => {
      const depth = GROUPS.has(words[0] ?? "") ? 2 : 1;
      const name = words.slice(0, depth).filter((word) => !word.startsWith("-"));
      const help = await helpOf(name);
      assert.match(help, new RegExp(`^Usage: parola ${name.join(" ")}( |$)`, "m"), "no such command");
      for (const option of words.slice(name.length).filter((word) => word.startsWith("--"))) {
        assert.match(help, new RegExp(`^ +(-\\w, )?${option}[ =,\\n]`, "m"), `${option} is no option of it`);
      }
    });
  }

  it("name pages that exist", () => {
    for (const page of PAGES) {
      const text = readFileSync(new URL(page, ROOT), "utf8");
      for (const [, target] of text.matchAll(/\]\(((?!https?:|#)[^)#]+)/g)) {
        assert.ok(existsSync(new URL(target!, new URL(page, ROOT))), `${page}: ${target}`);
      }
    }
  });
});
