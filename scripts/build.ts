// `npm run build [-- board…] [-- --record]`: compiles the firmware of each board into dist/<board>/.
// Fails when a bundle breaks a rule of the interpreter's subset or exceeds its board's budget; the files are written
// all the same, so that what is wrong with them can be looked at. `--record` rewrites scripts/build/sizes.json.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildBoard, writeBundle, type BundleFacts } from "./build/build-board.ts";
import { listBoards } from "./build/boards.ts";
import { projectCommit, projectVersion, ROOT, SIZES } from "./build/project.ts";
import { describeChange, readSizes, writeSizes } from "./build/sizes.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { record: { type: "boolean" } } });
  const firmware = join(ROOT, "firmware");
  const known = listBoards(firmware);
  const unknown = positionals.filter((board) => !known.includes(board));
  if (unknown.length > 0) throw new RangeError(`no board ${unknown.join(", ")}; there are ${known.join(", ")}`);
  if (values.record === true && positionals.length > 0) throw new RangeError("--record records all boards at once");

  const context = { firmware, version: projectVersion(), commit: projectCommit() };
  const recorded = readSizes(SIZES);
  const built: BundleFacts[] = [];
  for (const board of positionals.length > 0 ? positionals : known) {
    const bundle = await buildBoard(context, board);
    writeBundle(join(ROOT, "dist"), bundle);
    process.stdout.write(`${board}: ${describeChange(bundle.facts, recorded[board])}\n`);
    for (const fault of bundle.faults) process.stderr.write(`FAIL ${fault}\n`);
    if (bundle.faults.length > 0) process.exitCode = 1;
    built.push(bundle.facts);
  }
  if (values.record === true) writeSizes(SIZES, built);
}

main().catch((error: unknown) => {
  process.stderr.write(`FAIL build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
