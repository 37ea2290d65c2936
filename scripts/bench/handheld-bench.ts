// The handheld's benchmarks on the real interpreter: seconds and, where valgrind is present, instructions of a verdict
// and of a boot, each against its floor from the same run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../build/compile.ts";
import { ROOT } from "../build/project.ts";
import { findInterpreter } from "../interpreter-path.ts";
import { benchRound } from "./bench-round.ts";

const ENTRY = join(ROOT, "scripts/bench/device/handheld-bench.ts");
const CALLGRIND_VERDICTS = 10;
const CALLGRIND_PARCELS = 80;

/** What one run of the device side gives; times in seconds. */
interface Run {
  idleVariables: number;
  verdicts_s: number;
  floors_s: number;
  emptyBoots_s: number;
  fullBoots_s: number;
  bootFloors_s: number;
  slots: number;
  bootReads: number;
  instructions: number;
}

/** One figure of the report. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it should not be above, when something was aimed for. */
  aim?: number;
  /** What it should not be below. */
  least?: number;
}

/** Bundle of the device side, as the firmware's are made. */
async function benchBundle(): Promise<string> {
  const entry = `import ${JSON.stringify(ENTRY)};`;
  return compile({ entry, path: `${ENTRY}.entry.ts`, name: "bench" });
}

function runOnce(interpreter: string, bundle: string, parcels: number, options: string, counted: boolean): Run {
  const folder = mkdtempSync(join(tmpdir(), "parola-bench-"));
  try {
    const round = benchRound(parcels);
    const files: [string, string][] = [
      ["bench.man", text(round.manifest)],
      ["bench.key", text(round.keyFile)],
      ["bench.codes", round.codes],
      ["bench.options", options],
      ["bench", bundle],
    ];
    const writes = files.map(([name, data]) => `s.write(${JSON.stringify(name)},atob("${base64(data)}"));`);
    writeFileSync(join(folder, "install.js"), `var s=require("Storage");${writes.join("\n")}quit();`);
    execFileSync(interpreter, ["install.js"], { cwd: folder, timeout: 60_000 });
    writeFileSync(join(folder, "run.js"), `eval(require("Storage").read("bench"));`);
    const instructions = counted ? callgrind(interpreter, folder) : plain(interpreter, folder);
    if (existsSync(join(folder, "error.txt"))) throw new Error(readFileSync(join(folder, "error.txt"), "utf8"));
    const [idleVariables = 0, verdicts_s = 0, floors_s = 0, emptyBoots_s = 0, ...rest] = JSON.parse(
      readFileSync(join(folder, "result.json"), "utf8"),
    ) as number[];
    const [fullBoots_s = 0, bootFloors_s = 0, slots = 0, bootReads = 0, accepted = 0] = rest;
    const asked = Number(options.split(" ")[0]);
    if (accepted !== asked)
      throw new Error(`${accepted} records of ${asked} verdicts: the benchmark drove the app wrongly`);
    const times = { idleVariables, verdicts_s, floors_s, emptyBoots_s, fullBoots_s, bootFloors_s, slots, bootReads };
    return { ...times, instructions };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function plain(interpreter: string, folder: string): number {
  execFileSync(interpreter, ["run.js"], { cwd: folder, timeout: 120_000, stdio: "ignore" });
  return 0;
}

/** Instructions of the whole process. */
function callgrind(interpreter: string, folder: string): number {
  const words = ["--tool=callgrind", "--callgrind-out-file=/dev/null", interpreter, "run.js"];
  const { stderr } = spawnSync("valgrind", words, { cwd: folder, encoding: "utf8", timeout: 900_000 });
  const count = /Collected\s*:\s*(\d+)/.exec(stderr)?.[1];
  if (count === undefined) throw new Error(`valgrind gave no count: ${stderr.slice(-300)}`);
  return Number(count);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function base64(data: string): string {
  return Buffer.from(data, "latin1").toString("base64");
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function hasValgrind(): boolean {
  return spawnSync("valgrind", ["--version"], { stdio: "ignore" }).status === 0;
}

function timedFigures(runs: Run[], parcels: number, codes: number): Figure[] {
  const of = (ratio: (run: Run) => number): number => median(runs.map(ratio));
  const boot = `boot with ${parcels} parcels and a full journal`;
  return [
    { name: "verdict, per verdict", value: (of((run) => run.verdicts_s) / codes) * 1000, unit: "ms" },
    { name: "verdict ÷ floor, time", value: of((run) => run.verdicts_s / run.floors_s), unit: "×", aim: 5 },
    { name: boot, value: of((run) => run.fullBoots_s) * 100, unit: "ms" },
    {
      name: "boot with a full journal ÷ with one record",
      value: of((run) => run.fullBoots_s / run.emptyBoots_s),
      unit: "×",
      aim: 1.2,
    },
    {
      name: "boot ÷ floor (same reads and hashes, one clear and flip)",
      value: of((run) => run.fullBoots_s / run.bootFloors_s),
      unit: "×",
    },
    { name: "journal slots in the full journal", value: of((run) => run.slots), unit: "" },
    { name: "flash reads of a boot", value: of((run) => run.bootReads), unit: "" },
  ];
}

/** Instructions of a verdict, by differences of whole runs: with and without verdicts, with and without floors. */
function counted(interpreter: string, bundle: string, progress: (line: string) => void): Figure[] {
  const at = (options: string): number => {
    progress(`callgrind: ${options}`);
    return runOnce(interpreter, bundle, CALLGRIND_PARCELS, options, true).instructions;
  };
  const none = at("0 0 0");
  const verdicts = (at(`${CALLGRIND_VERDICTS} 0 0`) - none) / CALLGRIND_VERDICTS;
  const floors = (at(`0 ${CALLGRIND_VERDICTS} 0`) - none) / CALLGRIND_VERDICTS;
  return [
    { name: "scan, six digits, verdict and back, instructions", value: verdicts / 1e6, unit: "M" },
    { name: "floor of a verdict, instructions", value: floors / 1e6, unit: "M" },
  ];
}

/**
 * Runs all of them.
 * @param progress told what is under way
 * @returns undefined when there is no interpreter on the PATH
 */
export async function benchHandheld(progress: (line: string) => void): Promise<Figure[] | undefined> {
  const interpreter = findInterpreter();
  if (interpreter === undefined) return undefined;
  const bundle = await benchBundle();
  const parcels = 304;
  const codes = parcels / 4;
  const runs: Run[] = [];
  for (let i = 1; i <= 5; i++) {
    progress(`interpreter run ${i} of 5`);
    runs.push(runOnce(interpreter, bundle, parcels, `${codes} ${codes} 1`, false));
  }
  const figures = timedFigures(runs, parcels, codes);
  if (!hasValgrind()) progress("instructions not counted: there is no valgrind on the PATH");
  return hasValgrind() ? [...figures, ...counted(interpreter, bundle, progress)] : figures;
}
