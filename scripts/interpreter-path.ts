// Finds the interpreter on the PATH. npm puts node_modules/.bin first on the PATH of what it runs, and there the package
// `espruino`, a command-line tool, has a program of the interpreter's name: those folders are left out.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const PROGRAM = "espruino";

/** The PATH without folders of npm packages. */
export function pathWithoutPackages(path = process.env["PATH"] ?? ""): string {
  return path
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]/.test(folder))
    .join(delimiter);
}

/** Absolute path of the interpreter, or undefined when there is none on the PATH. */
export function findInterpreter(): string | undefined {
  return pathWithoutPackages()
    .split(delimiter)
    .map((folder) => join(folder, PROGRAM))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
