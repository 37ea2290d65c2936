// The loader on the real interpreter: a bundle that throws, loops or never says that it is up gives way to the one that
// was up before. E.reboot ends the Linux build's process, and its watchdog does nothing: the test starts it anew, and
// stands in for the watchdog by killing it.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { loaderFile } from "../../src/technician/flash/board-files.ts";
import { isInstalled, killNow, makeFolder, removeFolder } from "../support/interpreter-process.ts";
import { flashText } from "../torture/flash/flash-cuts.ts";

const LINUX = { start: 0x10000000, bytes: 262_144, pageBytes: 1024, slotBytes: 52_224 };
const STAYS = "setInterval(function(){},1000);";

function good(name: string): string {
  return `print("RUN ${name}");parolaBoot.up();print("UP ${name} in "+parolaBoot.slot);${STAYS}\n`;
}

describe("roll-back on the real interpreter", function () {
  this.timeout(60_000);
  let folder: string;
  let running: ChildProcess | undefined;

  before(function () {
    if (isInstalled("espruino")) return;
    console.warn("\n===== SKIPPED: roll-back: no `espruino` on the PATH; CONTRIBUTING.md says how to build it =====\n");
    this.skip();
  });

  beforeEach(() => {
    folder = makeFolder();
    writeFileSync(join(folder, "espruino.flash"), new Uint8Array(LINUX.bytes).fill(0xff));
  });

  afterEach(async () => {
    if (running !== undefined) await killNow(running);
    running = undefined;
    removeFolder(folder);
  });

  /** Flashes into the interpreter's own file, as the uploader would through a console. */
  async function put(text: string, limit_ms = 60_000): Promise<void> {
    const path = join(folder, "espruino.flash");
    const chip = new SimChip(new Uint8Array(readFileSync(path)), { pageBytes: LINUX.pageBytes });
    const loader = loaderFile().text.replace("60000", String(limit_ms));
    await flashText(chip, text, { geometry: LINUX, loader: new Uint8Array(Buffer.from(loader, "latin1")) });
    writeFileSync(path, chip.image);
  }

  /** Starts it until it prints `wanted`, or ends by itself; what it printed, and whether it ended. */
  async function start(wanted: RegExp): Promise<{ printed: string; ended: boolean }> {
    const child = spawn("espruino", [], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    running = child;
    let printed = "";
    const ended = await new Promise<boolean>((resolve) => {
      const take = (bytes: Buffer): void => {
        printed += bytes.toString("latin1");
        if (wanted.test(printed)) resolve(false);
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.once("exit", () => resolve(true));
    });
    await killNow(child);
    return { printed, ended };
  }

  it("starts a bundle, and the one after it from the other slot, and the one after that from the first", async () => {
    await put(good("v1"));
    assert.equal((await start(/UP v1 in a/)).ended, false);
    await put(good("v2"));
    assert.equal((await start(/UP v2 in b/)).ended, false);
    await put(good("v3"));
    assert.equal((await start(/UP v3 in a/)).ended, false);
    assert.equal((await start(/UP v3 in a/)).ended, false, "it goes on doing so");
  });

  it("gives a bundle that throws two starts", async () => {
    await put(good("v1"));
    await start(/UP v1 /);
    await put(`print("RUN bad");throw "broken";\n`);
    for (const _ of [1, 2]) {
      const { printed, ended } = await start(/UP v/);
      assert.match(printed, /RUN bad/);
      assert.ok(ended, "it was ended by a reboot");
    }
    assert.equal((await start(/UP v1 in a/)).ended, false);
  });

  it("gives a bundle that loops for ever two starts, each ended by the battery in the watchdog's place", async () => {
    await put(good("v1"));
    await start(/UP v1 /);
    await put(`print("RUN loop");while(true);\n`);
    for (const _ of [1, 2]) assert.equal((await start(/RUN loop/)).ended, false);
    assert.match((await start(/UP v1 in a|RUN loop/)).printed, /UP v1/);
  });

  it("ends a bundle that never says that it is up", async () => {
    await put(good("v1"), 1000);
    await start(/UP v1 /);
    await put(`print("RUN silent");${STAYS}\n`, 1000);
    for (const _ of [1, 2]) {
      const { printed, ended } = await start(/UP v/);
      assert.match(printed, /RUN silent/);
      assert.ok(ended, "its time was over");
    }
    assert.equal((await start(/UP v1 in a/)).ended, false);
  });

  it("starts nothing, and leaves the console on, when the only bundle was given up", async () => {
    await put(`throw "broken";\n`);
    for (const _ of [1, 2]) assert.ok((await start(/UP v/)).ended);
    assert.equal((await start(/>/)).ended, false);
  });
});
