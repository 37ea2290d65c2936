// The real interpreter for tests: runs a script, or a script from its Storage as a device would, and gives what it
// printed. Each run has a folder of its own, and so an empty Storage.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInterpreter } from "../../scripts/interpreter-path.ts";

const BEGIN = "<<<output>>>";
const END = "<<<end>>>";
const DEFAULT_LIMIT_MS = 20_000;

/**
 * Runs a script.
 * @returns what it printed
 * @throws Error when it does not get to its end in time
 */
export function runOnInterpreter(script: string, limit_ms: number = DEFAULT_LIMIT_MS): string {
  return withFolder((folder) => runIn(folder, script, limit_ms));
}

/**
 * Puts a script into Storage, starts it from `.boot0` as a device does, and then runs another one.
 * @returns what the second one printed
 */
export function runFromStorage(script: string, after: string, limit_ms: number = DEFAULT_LIMIT_MS): string {
  const store = (name: string, text: string): string =>
    `if (!require("Storage").write(${JSON.stringify(name)}, ${JSON.stringify(text)})) throw new Error("full");`;
  return withFolder((folder) => {
    runIn(folder, store("script", script) + store(".boot0", 'eval(require("Storage").read("script"));'), limit_ms);
    return runIn(folder, after, limit_ms);
  });
}

/** Variables in use once a bundle was started from `.boot0`. */
export function variablesAtRest(bundle: string): number {
  return Number(runFromStorage(bundle, "print(process.memory().usage);").trim().split("\n").at(-1));
}

function runIn(folder: string, script: string, limit_ms: number): string {
  const file = join(folder, "script.js");
  writeFileSync(file, `print("${BEGIN}");\n${script}\nprint("${END}");\nclearInterval();\nquit();\n`);
  const interpreter = findInterpreter();
  if (interpreter === undefined) throw new Error("no `espruino` on the PATH: see CONTRIBUTING.md");
  const run = spawnSync(interpreter, [file], {
    cwd: folder,
    encoding: "utf8",
    input: "",
    timeout: limit_ms,
    killSignal: "SIGKILL",
  });
  const output = run.stdout.replaceAll("\r", "");
  const end = output.indexOf(`\n${END}`);
  if (run.error !== undefined || end < 0) {
    throw new Error(`the interpreter did not get to the end of the script: ${run.error?.message ?? ""}\n${output}`);
  }
  const begin = output.indexOf(`${BEGIN}\n`) + BEGIN.length + 1;
  return output.slice(begin, Math.max(begin, end + 1));
}

function withFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "parola-interpreter-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
