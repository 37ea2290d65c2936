// The steps of `npm run check`, in the order in which a developer wants to hear of them.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../build/project.ts";
import { checkRecordedSizes } from "./recorded-sizes.ts";
import { GENERATED } from "./generated-files.ts";

/** What a step found. */
export interface Outcome {
  readonly passed: boolean;
  /** Shown when it failed. */
  readonly output: string;
}

/** One line of the check. */
export interface CheckStep {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

/** All steps; each can be run by itself. */
export function checkSteps(): CheckStep[] {
  return [
    {
      name: "format",
      run: () => node("node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
    },
    { name: "lint", run: () => node("node_modules/eslint/bin/eslint.js", "--quiet", ".") },
    { name: "types", run: () => node("node_modules/typescript/bin/tsc", "-b") },
    { name: "import rules", run: () => mocha("test/house/import-rules.test.ts") },
    { name: "documents and files", run: () => mocha("test/house/documents.test.ts", "test/house/files.test.ts") },
    { name: "bundles within their budgets", run: () => tsx("scripts/build.ts") },
    { name: "recorded sizes are current", run: async () => checkRecordedSizes() },
    ...GENERATED.map(({ name, script, args }) => ({
      name: `generated: ${name}`,
      run: () => tsx(script, ...args),
    })),
  ];
}

function mocha(...files: string[]): Promise<Outcome> {
  return tsx("node_modules/mocha/bin/mocha.js", "--no-config", "--reporter", "dot", ...files);
}

function tsx(script: string, ...args: string[]): Promise<Outcome> {
  return spawnNode(["--import", "tsx", join(ROOT, script), ...args]);
}

function node(script: string, ...args: string[]): Promise<Outcome> {
  return spawnNode([join(ROOT, script), ...args]);
}

function spawnNode(args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
    child.on("error", (error) => resolve({ passed: false, output: error.message }));
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });
}
