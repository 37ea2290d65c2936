// `npm run flash` against the real interpreter over TCP: a blank one, updates from slot to slot, one that another tool
// flashed, ports on which nothing of the kind answers.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { isInstalled, makeFolder, removeFolder, runScript, serveConsole } from "../support/interpreter-process.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FILLER = 'var quote = "\'\\\\n\\t"; // any ASCII a bundle may hold: <<1:2:1>> ~\n';

interface Outcome {
  code: number | null;
  output: string;
}

function run(command: string, args: readonly string[], cwd = ROOT): Promise<Outcome> {
  return new Promise((done) => {
    const tool = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    tool.stdout.on("data", (text: Buffer) => (output += text.toString()));
    tool.stderr.on("data", (text: Buffer) => (output += text.toString()));
    tool.on("exit", (code) => done({ code, output }));
  });
}

function flash(port: string, dist: string, ...more: string[]): Promise<Outcome> {
  return run(process.execPath, ["--import", "tsx", "scripts/flash.ts", port, "--dist", dist, "--no-restart", ...more]);
}

function writeDist(dist: string, text: string, changed: Record<string, unknown> = {}): void {
  mkdirSync(join(dist, "linux"), { recursive: true });
  writeFileSync(join(dist, "linux", "bundle.js"), text, "latin1");
  const sum = crc32(Buffer.from(text, "latin1")).toString(16).padStart(8, "0");
  const storage = { start: 0x10000000, bytes: 262_144, page_bytes: 1024, slot_bytes: 52_224 };
  const facts = { board: "linux", version: "9.9.9", bytes: text.length, crc32: sum, storage, ...changed };
  writeFileSync(join(dist, "linux", "bundle.json"), JSON.stringify(facts));
}

/** A bundle that says it is up, and leaves the console on. */
function bundle(name: string, times = 40): string {
  return `${FILLER.repeat(times)}parolaBoot.up();print("UP ${name} in "+parolaBoot.slot);\n`;
}

describe("npm run flash", function () {
  this.timeout(90_000);
  let folder: string;
  let dist: string;

  before(function () {
    if (isInstalled("espruino") && isInstalled("socat")) return;
    console.warn(
      "\n===== SKIPPED: npm run flash: needs `espruino` (see CONTRIBUTING.md) and `socat` on the PATH =====\n",
    );
    this.skip();
  });

  beforeEach(() => {
    folder = makeFolder();
    dist = join(folder, "dist");
  });

  afterEach(() => removeFolder(folder));

  async function withConsole<T>(use: (port: string) => Promise<T>): Promise<T> {
    const console = await serveConsole(folder);
    try {
      return await use(`tcp://127.0.0.1:${console.port}`);
    } finally {
      console.stop();
    }
  }

  function flashInterpreter(...more: string[]): Promise<Outcome> {
    return withConsole((port) => flash(port, dist, ...more));
  }

  function started(): string {
    return runScript(folder, "print('started');");
  }

  it("lays a blank one down and flashes it; updates go from slot to slot; what is up already is left alone", async () => {
    writeDist(dist, bundle("v1", 300));
    const { code, output } = await flashInterpreter();
    assert.match(output, /^OK flash linux 9\.9\.9, \d+ bytes: slot a/m);
    assert.equal(code, 0);
    assert.match(started(), /UP v1 in a/);
    writeDist(dist, bundle("v2"));
    assert.match((await flashInterpreter()).output, /^OK flash .*slot b/m);
    assert.match(started(), /UP v2 in b/);
    assert.match((await flashInterpreter()).output, /^OK flash .*already there, in slot b; nothing was written/m);
    writeDist(dist, bundle("v3"));
    assert.match((await flashInterpreter()).output, /^OK flash .*slot a/m);
    assert.match(started(), /UP v3 in a/);
  });

  it("refuses what another tool flashed, in words, until it is told to erase", async () => {
    const files = `s.write(".boot0","eval(require('Storage').read('parola.a'))");s.write("parola.a","print(1)");`;
    runScript(folder, `var s=require("Storage");s.write("key","k");${files}`);
    writeDist(dist, bundle("v1"));
    const refused = await flashInterpreter();
    assert.match(refused.output, /^ERROR 1007 ".*--erase/m);
    assert.equal(refused.code, 1);
    assert.match(runScript(folder, `print("key="+require("Storage").read("key"))`), /key=k/, "nothing was changed");
    assert.match((await flashInterpreter("--erase")).output, /^OK/m);
    assert.match(started(), /UP v1 in a/);
  });

  it("works with the stock tool: it stores loader and bundle, and the loader starts a bundle without a record", async () => {
    const boot = join(folder, "loader.js");
    const { loaderFile } = await import("../../src/technician/flash/board-files.ts");
    writeFileSync(boot, loaderFile().text, "latin1");
    const text = join(folder, "bundle.js");
    writeFileSync(text, `print("RUN stock "+(global.parolaBoot===undefined));\n`, "latin1");
    const tool = join(ROOT, "node_modules/.bin/espruino");
    let said = "";
    // The tool now and then loses a piece on the way, and says nothing: reading back is the user's part, and doing it again.
    for (let attempt = 1; attempt <= 3 && !said.includes("RUN stock"); attempt++) {
      await withConsole(async (port) => {
        const args = [
          "--no-ble",
          "-p",
          port,
          "--storage",
          `.boot0:${boot}`,
          "--storage",
          `parola.a:${text}`,
          "-e",
          "1",
        ];
        // It may not end by itself, and its exit code tells nothing.
        await run("timeout", ["-s", "KILL", "30", tool, ...args]);
      });
      said = started();
    }
    assert.match(said, /RUN stock true/);
  });

  it("refuses another board and too large a bundle, before it writes", async () => {
    writeDist(dist, bundle("v1"), { interpreter: "ESP32" });
    assert.match((await flashInterpreter()).output, /^ERROR 1004 "the interpreter is built for LINUX/m);
    writeDist(dist, FILLER.repeat(1000));
    assert.match((await flashInterpreter()).output, /^ERROR 1006 /m);
    writeDist(dist, bundle("v1"), {
      storage: { start: 0x10000000, bytes: 131_072, page_bytes: 1024, slot_bytes: 52_224 },
    });
    assert.match((await flashInterpreter()).output, /^ERROR 1008 /m);
    assert.match(runScript(folder, `print("files="+require("Storage").list().length)`), /files=0/);
  });

  it("says ERROR when nothing is there, nothing of the kind answers, or no port is named", async () => {
    writeDist(dist, bundle("v1"));
    const silent = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const port = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    for (const [wrong, number, exit] of [
      ["tcp://127.0.0.1:1", 1020, 1],
      ["/dev/no-such-port", 1020, 1],
      [port, 1001, 1],
      ["nowhere", 1020, 2],
    ] as const) {
      const { code, output } = await flash(wrong, dist);
      assert.match(output, new RegExp(`^ERROR ${number} "`, "m"), wrong);
      assert.equal(code, exit, wrong);
    }
    silent.close();
  });

  it("refuses a bundle that is not ASCII, not the one described, or not built", async () => {
    writeDist(dist, "print('\u00e9')");
    assert.match((await flash("tcp://127.0.0.1:1", dist)).output, /ERROR 1005 ".*character 0xe9 at 7/);
    writeDist(dist, FILLER, { crc32: "00000001" });
    assert.match((await flash("tcp://127.0.0.1:1", dist)).output, /ERROR 1005 ".*do not belong together/);
    assert.match((await flash("tcp://127.0.0.1:1", join(folder, "none"))).output, /ERROR 1005 ".*npm run build/);
  });
});
