// Compiles one file and prints the script: to look at what the pipeline makes of a piece of source.
// `tsx scripts/build/compile-file.ts <file.ts>`
import { resolve } from "node:path";
import { compile } from "./compile.ts";

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: tsx scripts/build/compile-file.ts <file.ts>\n");
  process.exitCode = 2;
} else {
  const path = resolve(file);
  process.stdout.write(
    await compile({ entry: `import ${JSON.stringify(path)};`, path: `${path}.entry.ts`, name: file }),
  );
}
