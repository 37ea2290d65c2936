// Compiles the language fixture and runs what came out in Node; its twin on the interpreter is in test/interpreter.
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { compile } from "../../scripts/build/compile.ts";
import { ROOT } from "../../scripts/build/project.ts";

export const FEATURES = join(ROOT, "test/fixtures/language/features.ts");

/** The pipeline's output for one fixture file. */
export function compileFixture(path: string): Promise<string> {
  return compile({ entry: `import ${JSON.stringify(path)};`, path: `${path}.entry.ts`, name: "fixture" });
}

/** What a script prints in Node, one line for each `print`. */
export function runInNode(script: string): string {
  const lines: string[] = [];
  runInNewContext(script, { print: (text: string) => lines.push(text) });
  return lines.map((line) => line + "\n").join("");
}
