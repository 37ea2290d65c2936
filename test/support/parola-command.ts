// Runs the `parola` command as a process of its own, without a terminal, while the test goes on.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** How a command ended. */
export interface CommandOutcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `parola` with arguments; `environment` is added to the test's own. */
export function parola(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
  return new Promise((done) => {
    const env = { ...process.env, ...environment };
    const command = spawn(process.execPath, ["bin/parola.js", ...args], { cwd: ROOT, env, stdio: "pipe" });
    command.stdin.end();
    const outcome = { stdout: "", stderr: "" };
    command.stdout.on("data", (text: Buffer) => (outcome.stdout += text.toString()));
    command.stderr.on("data", (text: Buffer) => (outcome.stderr += text.toString()));
    command.on("close", (code) => done({ code, ...outcome }));
  });
}
