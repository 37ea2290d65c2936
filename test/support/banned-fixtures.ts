// The fixtures of what may not be written, one file a rule, in test/fixtures/banned/<guard>/<rule>.<ts or js>.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";

const BANNED = join(ROOT, "test/fixtures/banned");

/** Source that must pass every guard. */
export const CLEAN = join(ROOT, "test/fixtures/clean.ts");

/** One fixture and the rule that must name itself when it meets it. */
export interface BannedFixture {
  readonly rule: string;
  readonly path: string;
  readonly text: string;
}

/** The fixtures of one guard, by name. */
export function bannedFixtures(guard: "lint" | "bundle" | "types"): BannedFixture[] {
  const folder = join(BANNED, guard);
  return readdirSync(folder).map((file) => {
    const path = join(folder, file);
    return { rule: file.replace(/\.(ts|js)$/, ""), path, text: readFileSync(path, "utf8") };
  });
}
