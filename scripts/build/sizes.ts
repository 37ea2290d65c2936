// `sizes.json`: what each bundle weighed when the sizes were last recorded, so that every build can show the change.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { BundleFacts } from "./build-board.ts";

/** The recorded figures of one board. */
export type Sizes = Pick<BundleFacts, "bytes" | "functions" | "variables_estimated">;

const FIGURES = ["bytes", "functions", "variables_estimated"] as const;

/** Recorded sizes by board; empty when none are recorded. */
export function readSizes(path: string): Record<string, Sizes> {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, Sizes>) : {};
}

/** Records the sizes of the given bundles, and forgets boards that are no more. */
export function writeSizes(path: string, bundles: readonly BundleFacts[]): void {
  const sizes = Object.fromEntries(bundles.map((facts) => [facts.board, sizesOf(facts)]));
  writeFileSync(path, `${JSON.stringify(sizes, null, 2)}\n`);
}

/** One line a figure: `bytes 41,200 → 41,350 (+150)`; without an arrow when nothing was recorded or nothing changed. */
export function describeChange(facts: BundleFacts, recorded: Sizes | undefined): string {
  return FIGURES.map((figure) => {
    const [now, then] = [facts[figure], recorded?.[figure]];
    const name = figure.replace("_", " ");
    if (then === undefined || then === now) return `${name} ${format(now)}`;
    return `${name} ${format(then)} → ${format(now)} (${now > then ? "+" : "−"}${format(Math.abs(now - then))})`;
  }).join(", ");
}

/** True when the recorded figures are those of the bundle. */
export function isRecorded(facts: BundleFacts, recorded: Sizes | undefined): boolean {
  return recorded !== undefined && FIGURES.every((figure) => recorded[figure] === facts[figure]);
}

function sizesOf({ bytes, functions, variables_estimated }: BundleFacts): Sizes {
  return { bytes, functions, variables_estimated };
}

function format(figure: number): string {
  return figure.toLocaleString("en");
}
