// `npm run test:interpreter`: builds the bundles and runs the tests that need the real interpreter. Where there is none
// on the PATH it says so, loudly, and ends well: those tests are a developer's, not a user's.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./build/project.ts";
import { findInterpreter, pathWithoutPackages } from "./interpreter-path.ts";

const SKIPPED = `
=============================================================================
 SKIPPED: the interpreter's tests. There is no \`espruino\` on the PATH.
 To get it, build Espruino for BOARD=LINUX as README_BuildProcess in its own
 repository (espruino/Espruino on GitHub) says, and put the binary on the PATH.
=============================================================================
`;

/** Runs a script; the interpreter is the `espruino` on its PATH. */
function run(script: string, ...args: string[]): number {
  const env = { ...process.env, PATH: pathWithoutPackages() };
  return (
    spawnSync(process.execPath, ["--import", "tsx", script, ...args], { cwd: ROOT, env, stdio: "inherit" }).status ?? 1
  );
}

function main(): number {
  if (findInterpreter() === undefined) {
    process.stdout.write(SKIPPED);
    return 0;
  }
  const built = run(join(ROOT, "scripts/build.ts"));
  if (built !== 0) return built;
  const mocha = join(ROOT, "node_modules/mocha/bin/mocha.js");
  const options = ["--no-config", "--forbid-only", "--timeout", "60000", "test/interpreter/**/*.test.ts"];
  return run(mocha, ...options, ...process.argv.slice(2));
}

process.exitCode = main();
