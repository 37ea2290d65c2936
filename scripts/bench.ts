// `npm run bench`: figures of handheld and depot as ratios to what cannot be avoided. `--json` prints them as JSON;
// progress goes to the error stream. What needs the interpreter or valgrind is left out aloud where that is missing.
import { execFileSync } from "node:child_process";
import { benchBundles, benchVariables } from "./bench/bundle-bench.ts";
import { benchDepot } from "./bench/depot-bench.ts";
import { benchDock, benchLoading } from "./bench/dock-bench.ts";
import { benchFlash } from "./bench/flash-bench.ts";
import { benchHandheld, type Figure } from "./bench/handheld-bench.ts";
import { ROOT } from "./build/project.ts";
import { findInterpreter, pathWithoutPackages } from "./interpreter-path.ts";

const PLACES = 3;

function progress(line: string): void {
  process.stderr.write(`# ${line}\n`);
}

function judgement({ value, aim, least }: Figure): string {
  if (aim !== undefined) return `   aim ≤ ${aim}${value <= aim ? "" : "   MISSED"}`;
  if (least !== undefined) return `   aim ≥ ${least}${value >= least ? "" : "   MISSED"}`;
  return "";
}

function lineOf(figure: Figure): string {
  const { name, value, unit } = figure;
  const shown = Number.isInteger(value) ? String(value) : value.toPrecision(PLACES);
  const judged = judgement(figure);
  return `${name.padEnd(58)} ${shown.padStart(9)} ${unit}${judged}`;
}

async function main(): Promise<void> {
  process.env["PATH"] = pathWithoutPackages(); // npm puts a tool of the interpreter's name first
  progress("building");
  execFileSync(process.execPath, ["--import", "tsx", "scripts/build.ts"], { cwd: ROOT, stdio: "ignore" });
  const figures = await benchBundles();
  progress("depot");
  figures.push(...benchDepot());
  progress("dock: one handheld, then sixteen, at a UART's pace");
  figures.push(...(await benchDock()));
  if (findInterpreter() === undefined) {
    progress("SKIPPED: verdict, boot and variables: there is no `espruino` on the PATH (see CONTRIBUTING.md)");
  } else {
    progress("variables");
    figures.push(...(await benchVariables()));
    figures.push(...(await benchLoading()));
    progress("flashing a blank board, twice");
    figures.push(...(await benchFlash()));
    figures.push(...((await benchHandheld(progress)) ?? []));
  }
  const text = process.argv.includes("--json") ? JSON.stringify(figures, null, 2) : figures.map(lineOf).join("\n");
  process.stdout.write(`${text}\n`);
}

await main();
