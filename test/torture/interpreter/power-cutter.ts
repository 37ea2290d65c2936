// The battery that fails: power-cut.c compiled with the C compiler of this computer, and the tear shapes it knows. No
// binary is kept: it lies in a temporary folder as long as this process runs.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findInterpreter } from "../../../scripts/interpreter-path.ts";
import { isInstalled } from "../../support/interpreter-process.ts";
import { Random } from "../random.ts";

const SOURCE = join(import.meta.dirname, "power-cut.c");
const COMPILERS = ["cc", "gcc", "clang"];
const OPTIONS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC"];

let library: string | undefined;

/** What is missing for these sweeps, and how to get it; undefined when nothing is. */
export function whatIsMissing(): string | undefined {
  if (process.platform !== "linux") return "it preloads a library and kills processes as only Linux lets it: use Linux";
  if (findInterpreter() === undefined) {
    return "there is no `espruino` on the PATH: build it for BOARD=LINUX from its own repository, see CONTRIBUTING.md";
  }
  if (!COMPILERS.some(isInstalled)) {
    return "there is no C compiler: install one, for example `apt-get install gcc libc6-dev`";
  }
  return undefined;
}

/** Path of the compiled library. @throws Error with the compiler's words when it does not compile */
export function powerCutter(): string {
  if (library !== undefined) return library;
  const compiler = COMPILERS.find(isInstalled);
  if (compiler === undefined) throw new Error(whatIsMissing());
  const folder = mkdtempSync(join(tmpdir(), "parola-power-cut-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  library = join(folder, "power-cut.so");
  execFileSync(compiler, [...OPTIONS, "-o", library, SOURCE, "-ldl"], { stdio: ["ignore", "inherit", "inherit"] });
  return library;
}

/** One write of flash, as the library logs it. */
export interface LoggedWrite {
  number: number;
  offset: number;
  length: number;
  /** Bits that it changes. */
  bits: number;
}

/** Reads the library's log. */
export function readLog(text: string): LoggedWrite[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [number = 0, offset = 0, length = 0, bits = 0] = line.split(" ").map(Number);
      return { number, offset, length, bits };
    });
}

/** Tear shapes of one write, in an order in which the first few are as different as can be; power-cut.c explains them. */
export function tearShapes({ number, length, bits }: LoggedWrite, seed: number): string[] {
  if (bits === 0) return ["all"]; // nothing changes: every shape is the same
  const random = new Random(seed + number);
  const half = length >> 1;
  const shapes = [
    "nothing",
    `first:${half}`,
    "mask:55",
    `but-bit:${random.below(bits)}`,
    `last:${half}`,
    "all",
    `bit:${random.below(bits)}`,
    `first:${1 + random.below(length - 1)}`,
    "mask:AA",
    `last:${1 + random.below(length - 1)}`,
  ];
  return [...new Set(shapes)];
}
