// Type-checks files as firmware is checked: the device's tsconfig, its language declarations and nothing else.
import { basename, join } from "node:path";
import ts from "typescript";
import { ROOT } from "../../scripts/build/project.ts";

const DECLARATIONS = ["firmware/language.d.ts", "firmware/language-collections.d.ts"];

/**
 * Checks all files in one program.
 * @param paths - absolute paths
 * @returns messages by file name; files without errors have an empty list
 */
export function typeErrors(paths: readonly string[]): Map<string, string[]> {
  const program = ts.createProgram([...paths, ...DECLARATIONS.map((path) => join(ROOT, path))], deviceOptions());
  const errors = new Map(paths.map((path): [string, string[]] => [basename(path), []]));
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
    const file = diagnostic.file === undefined ? "" : basename(diagnostic.file.fileName);
    const list = errors.get(file);
    if (list === undefined) throw new Error(`${file}: ${message}`);
    list.push(message);
  }
  return errors;
}

/** The options of tsconfig.device.json, without what only matters to a build. */
function deviceOptions(): ts.CompilerOptions {
  const path = join(ROOT, "tsconfig.device.json");
  const { config, error } = ts.readConfigFile(path, (name) => ts.sys.readFile(name));
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, " "));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, {}, path);
  const { rootDir: _rootDir, ...checked } = options;
  return { ...checked, composite: false, incremental: false, emitDeclarationOnly: false, noEmit: true };
}
