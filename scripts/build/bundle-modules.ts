// Step 1 of the build: esbuild joins the modules of one board into a single script, with the const enums inlined.
// It must not minify or lower anything: that is the business of the later steps.
import { dirname, resolve } from "node:path";
import * as esbuild from "esbuild";

/** Stands in for `require` while esbuild runs, which would look for the interpreter's built-in modules on the disk. */
const REQUIRE_ALIAS = "interpreter_require_";

/** What esbuild is told for every bundle; class fields become plain assignments, as in the type checks. */
const SHARED_OPTIONS = {
  bundle: true,
  write: false,
  format: "iife",
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  treeShaking: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "silent",
  // The interpreter has no RangeError; nothing there tells error classes apart.
  define: { require: REQUIRE_ALIAS, RangeError: "TypeError" },
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
} satisfies esbuild.BuildOptions;

/** A joined script, and what it was made of. */
export interface JoinedModules {
  /** One ES2022 script, `(() => { … })();`. */
  readonly script: string;
  /** Absolute paths of the files in it, without libraries. */
  readonly sources: readonly string[];
}

/**
 * Bundles a synthesised entry module.
 * @param entrySource - TypeScript text of the entry; its imports are resolved from the folder of `entryPath`
 * @param entryPath - absolute path that the entry is said to have: of no file that exists
 * @throws Error with esbuild's messages when an import is missing or the source does not parse
 */
export async function bundleModules(entrySource: string, entryPath: string): Promise<JoinedModules> {
  const result = await esbuild.build({
    ...SHARED_OPTIONS,
    metafile: true,
    absWorkingDir: dirname(entryPath),
    stdin: { contents: entrySource, sourcefile: entryPath, resolveDir: dirname(entryPath), loader: "ts" },
  });
  const sources = Object.keys(result.metafile.inputs)
    .map((path) => resolve(dirname(entryPath), path))
    .filter((path) => path !== entryPath && !path.includes("node_modules"));
  return { script: onlyOutput(result), sources };
}

/**
 * Reads one exported value of a module without running the modules it imports, unless the value needs them:
 * a board file imports drivers that name interpreter globals, and its budget is wanted in Node.
 * @param modulePath - absolute path of the module
 * @param exportName - the export to evaluate
 * @throws Error when the module has no such export
 */
export async function readExport(modulePath: string, exportName: string): Promise<unknown> {
  const entry = `export { ${exportName} as value } from ${JSON.stringify(modulePath)};`;
  const result = await esbuild.build({
    ...SHARED_OPTIONS,
    format: "esm",
    plugins: [importsHaveNoSideEffects],
    stdin: { contents: entry, sourcefile: "read-export.ts", resolveDir: dirname(modulePath), loader: "ts" },
  });
  const url = `data:text/javascript;base64,${Buffer.from(onlyOutput(result)).toString("base64")}`;
  const loaded = (await import(url)) as { value?: unknown };
  return loaded.value;
}

/** Marks every module as free of side effects, so that what the wanted export does not use is left out. */
const importsHaveNoSideEffects: esbuild.Plugin = {
  name: "imports-have-no-side-effects",
  setup(build) {
    build.onResolve({ filter: /.*/ }, async (args) => {
      if (args.pluginData === "resolved") return undefined;
      const resolved = await build.resolve(args.path, {
        kind: args.kind,
        importer: args.importer,
        resolveDir: args.resolveDir,
        pluginData: "resolved",
      });
      return { ...resolved, sideEffects: false };
    });
  },
};

function onlyOutput(result: esbuild.BuildResult<{ write: false }>): string {
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("esbuild gave no output");
  return output.text.replaceAll(REQUIRE_ALIAS, "require");
}
