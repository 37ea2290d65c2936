// Putting the linux bundle onto a blank interpreter over TCP: through our uploader, and through the interpreter's own tool, each
// read back afterwards. What does not read back does not count.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../hal/sim/sim-storage.ts";
import { bundleFile, loaderFile } from "../../src/technician/flash/board-files.ts";
import { makeFolder, removeFolder, serveConsole } from "../../test/support/interpreter-process.ts";
import { ROOT } from "../build/project.ts";
import type { Figure } from "./handheld-bench.ts";

const LIMIT_S = "90";
const TRIES = 3;

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "ignore" });
    child.on("exit", () => done());
  });
}

/** Seconds that an upload takes from a blank Storage; undefined when what is there afterwards is not the bundle. */
async function timed(bundle: string, upload: (port: string) => Promise<void>): Promise<number | undefined> {
  const folder = makeFolder();
  try {
    const console = await serveConsole(folder);
    const start_ms = performance.now();
    try {
      await upload(`tcp://127.0.0.1:${console.port}`);
    } finally {
      console.stop();
    }
    const took_s = (performance.now() - start_ms) / 1000;
    const chip = new SimChip(new Uint8Array(readFileSync(join(folder, "espruino.flash"))));
    return new SimStorage(chip).read("parola.a", 0, bundle.length) === bundle ? took_s : undefined;
  } finally {
    removeFolder(folder);
  }
}

async function bestOf(what: string, once: () => Promise<number | undefined>): Promise<number> {
  for (let turn = 0; turn < TRIES; turn++) {
    const took_s = await once();
    if (took_s !== undefined) return took_s;
  }
  throw new Error(`${what}: the bundle did not read back in ${TRIES} tries`);
}

/** Both ways; needs the interpreter, socat and the package's tool. */
export async function benchFlash(): Promise<Figure[]> {
  const { text } = bundleFile("linux");
  const files = makeFolder();
  try {
    // A loader that starts nothing: what is timed is the upload.
    const loader = join(files, "loader.js");
    writeFileSync(loader, `// ${" ".repeat(loaderFile().text.length)}\n`);
    const ours = await bestOf("our uploader", () =>
      timed(text, (port) =>
        run(process.execPath, ["--import", "tsx", "scripts/flash.ts", "--port", port, "--no-restart"]),
      ),
    );
    const tool = join(ROOT, "node_modules/.bin/espruino");
    const bundle = join(ROOT, "dist/linux/bundle.js");
    const stock = await bestOf("the stock tool", () =>
      timed(text, (port) => {
        const storage = ["--storage", `.boot0:${loader}`, "--storage", `parola.a:${bundle}`];
        return run("timeout", ["-s", "KILL", LIMIT_S, tool, "--no-ble", "-p", port, ...storage, "-e", "1"]);
      }),
    );
    return [
      { name: "flash a blank board, our uploader", value: ours, unit: "s" },
      { name: "flash a blank board, the stock tool", value: stock, unit: "s" },
      { name: "our uploader ÷ the stock tool", value: ours / stock, unit: "×", aim: 0.5 },
    ];
  } finally {
    removeFolder(files);
  }
}
