// The pipeline from TypeScript modules to the one script that the interpreter runs; see CONTRIBUTING.md, "The build".
import { bundleModules } from "./bundle-modules.ts";
import { foreignNames } from "./foreign-names.ts";
import { lowerToEs5 } from "./lower-to-es5.ts";
import { minify } from "./minify.ts";
import { restoreArrows } from "./restore-arrows.ts";
import { restoreClasses } from "./restore-classes.ts";
import { settleDeclarations } from "./settle-declarations.ts";

/** One entry module to compile. */
export interface Source {
  /** Text of the entry module; its imports are resolved from the folder of `path`. */
  readonly entry: string;
  /** Absolute path that the entry is said to have; no file may be there. */
  readonly path: string;
  /** Short name for messages and for the first line of the bundle. */
  readonly name: string;
}

/**
 * Compiles an entry module to a script in the interpreter's subset: ES5, classes without parents, and arrows.
 * @returns the script, its first line a comment with the name
 * @throws Error when a step fails
 */
export async function compile(source: Source): Promise<string> {
  const bundled = await bundleModules(source.entry, source.path);
  const lowered = lowerToEs5(bundled.script, source.name);
  const minified = await minify(lowered, (script) => foreignNames(bundled.sources, script));
  return `// ${source.name}\n${restoreArrows(restoreClasses(settleDeclarations(minified))).trimEnd()}\n`;
}
