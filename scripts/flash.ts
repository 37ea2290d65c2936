// `npm run flash -- PORT [--board linux]`: puts a board's bundle and the loader into an interpreter's Storage over a
// serial port or tcp://host:port, reads both back and compares. One OK or ERROR line at the end, exit 0 only for OK,
// and it always ends. It never writes firmware of the interpreter itself.
import { parseArgs } from "node:util";
import { bundleFile, loaderFile } from "./flash/board-files.ts";
import { openConsolePort } from "./flash/espruino-port.ts";
import { InterpreterConsole } from "./flash/interpreter-console.ts";
import { fenced, verifyStorageFile, writeStorageFile, type StorageFile } from "./flash/storage-file.ts";

/** Seconds after which flashing counts as failed. */
const TIME_LIMIT_S = 180;

const USAGE = "npm run flash -- PORT [--board linux] [--dist FOLDER]; PORT is a serial port or tcp://host:port";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function put(console: InterpreterConsole, file: StorageFile): Promise<void> {
  let shown = -1;
  await writeStorageFile(console, file, (written) => {
    const tenth = Math.floor((written * 10) / file.text.length);
    if (tenth !== shown) say(`PROGRESS ${file.name} ${written} of ${file.text.length} bytes`);
    shown = tenth;
  });
  await verifyStorageFile(console, file);
  say(`# ${file.name} read back: length and CRC-32 agree`);
}

async function flash(path: string, board: string, dist: string | undefined): Promise<string> {
  const bundle = bundleFile(board, dist);
  const port = await openConsolePort(path);
  try {
    const console = new InterpreterConsole(port);
    say(`# interpreter ${await console.hello()}`);
    // The loader comes last: after a failure the device starts into its console, and can be flashed again.
    await put(console, bundle);
    await put(console, await fenced(console, loaderFile()));
    return `${board} ${bundle.version}, ${bundle.text.length} bytes; starts at the next power-up`;
  } finally {
    port.close();
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { board: { type: "string", default: "linux" }, dist: { type: "string" } },
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new Error(USAGE);
  say(`OK flash: ${await flash(path, values.board, values.dist)}`);
}

function finish(code: number): void {
  process.stdout.write("", () => process.exit(code)); // the package's drivers keep the process alive otherwise
}

function fail(error: unknown): void {
  say(`ERROR flash: ${error instanceof Error ? error.message : String(error)}`);
  finish(1);
}

// The espruino package prints on every occasion; what it says is no verdict.
for (const level of ["log", "info", "warn", "error"] as const) console[level] = () => undefined;
setTimeout(() => fail(new Error(`not finished after ${TIME_LIMIT_S} s`)), TIME_LIMIT_S * 1000).unref();
main().then(() => finish(0), fail);
