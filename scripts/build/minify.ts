// Step 3 of the build: terser shortens the ES5 script. The interpreter reads source text as it runs, so short is fast.
import { minify as terser, type MinifyOptions } from "terser";

/** First run: less code. Names stay, so that what texts are left can be compared with them before the second run. */
const compressed = (): MinifyOptions => ({
  ecma: 5,
  // With toplevel, terser would dissolve the one function around the bundle and leave its variables global.
  toplevel: false,
  compress: {
    passes: 2,
    // A function moved into its one caller would be made anew, and its text skipped again, on every call.
    reduce_funcs: false,
    keep_fargs: false,
    keep_infinity: true,
    // Nothing in a bundle has a getter that does anything.
    pure_getters: true,
  },
  mangle: false,
  format: { ecma: 5, ascii_only: true, comments: false },
});

/** Second run: short names for variables, and for properties but those given. */
const renamed = (reserved: string[]): MinifyOptions => ({
  ecma: 5,
  compress: false,
  // `builtins` only means that terser brings no list of reserved names of its own: that of browsers is far too long.
  mangle: { properties: { builtins: true, reserved } },
  // Escapes below 0x100 mean one character in every build; what lies above is refused by the finished-bundle check.
  format: { ecma: 5, ascii_only: true, comments: false },
});

/**
 * Minifies an ES5 script: local names become short, and so does every property that is not foreign.
 * @param foreign - given the script without its dead code, the property names to keep; see foreign-names.ts
 * @throws Error when terser cannot parse the script
 */
export async function minify(source: string, foreign: (script: string) => string[]): Promise<string> {
  const script = await run(source, compressed());
  return run(script, renamed(foreign(script)));
}

/** @param options - a fresh object: terser writes into it */
async function run(source: string, options: MinifyOptions): Promise<string> {
  const { code } = await terser(source, options);
  if (code === undefined) throw new Error("terser gave no code");
  return code;
}
