// Writes test/vectors/*.json, SPEC.md §13: `tsx scripts/make-vectors.ts`. With --check it writes nothing, and ends
// with 1 when a file differs from what it would write.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./build/project.ts";
import { codeVectors } from "./vectors/code-vectors.ts";
import { cellVectors, updateVectors } from "./vectors/flash-vectors.ts";
import { journalVectors } from "./vectors/journal-vectors.ts";
import { keyFileVectors, keyVectors } from "./vectors/key-vectors.ts";
import { manifestVectors } from "./vectors/manifest-vectors.ts";
import { releaseVectors } from "./vectors/release-vectors.ts";
import { bootVectors, frameVectors, sessionVectors } from "./vectors/service-vectors.ts";
import { syncVectors } from "./vectors/sync-vectors.ts";
import { trackingVectors } from "./vectors/tracking-vectors.ts";

const FOLDER = join(ROOT, "test/vectors");

/** Every file, by name. */
const VECTORS: Record<string, () => object> = {
  "boot-record.json": bootVectors,
  "cells.json": cellVectors,
  "codes.json": codeVectors,
  "frames.json": frameVectors,
  "journal.json": journalVectors,
  "key-file.json": keyFileVectors,
  "keys.json": keyVectors,
  "manifest.json": manifestVectors,
  "releases.json": releaseVectors,
  "sessions.json": sessionVectors,
  "sync.json": syncVectors,
  "tracking-numbers.json": trackingVectors,
  "updates.json": updateVectors,
};

function stored(name: string): string {
  try {
    return readFileSync(join(FOLDER, name), "utf8");
  } catch {
    return "";
  }
}

/** Names of files that are not as they should be, strangers included. */
function staleFiles(made: Map<string, string>): string[] {
  const stale = [...made].filter(([name, content]) => stored(name) !== content).map(([name]) => name);
  return stale.concat(readdirSync(FOLDER).filter((name) => !made.has(name)));
}

mkdirSync(FOLDER, { recursive: true });
const made = new Map(
  Object.entries(VECTORS).map(([name, make]) => [name, `${JSON.stringify(make(), undefined, 2)}\n`] as const),
);
if (process.argv.includes("--check")) {
  const stale = staleFiles(made);
  for (const name of stale) console.error(`test/vectors/${name} is stale: run \`tsx scripts/make-vectors.ts\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [name, content] of made) writeFileSync(join(FOLDER, name), content);
}
