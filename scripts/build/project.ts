// Where the project's own files are, and what its manifest and checkout say about it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Absolute path of the project's root folder. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** The recorded sizes of all bundles: committed, rewritten by `npm run build -- --record`. */
export const SIZES = join(ROOT, "scripts/build/sizes.json");

/** Version in package.json. */
export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  return version;
}

/** Short commit of the checkout, `-dirty` appended when files differ from it; "unknown" outside a checkout. */
export function projectCommit(): string {
  try {
    const commit = git("rev-parse", "--short", "HEAD");
    return git("status", "--porcelain") === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
