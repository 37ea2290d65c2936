// A handheld's life at bench and dock, on the real interpreter and by the commands that people type: a blank board is
// flashed, given its key, tested, loaded with a round of 287 parcels, used, brought back, locked and unlocked, flashed anew.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../hal/sim/sim-storage.ts";
import { Key } from "../../hal/contract/keypad.ts";
import { ROOT } from "../../scripts/build/project.ts";
import { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import { openPort } from "../../src/dock/open-port.ts";
import { InterpreterBoard } from "../support/interpreter-board.ts";
import { freePort, isInstalled, makeFolder, removeFolder, waitForPort } from "../support/interpreter-process.ts";
import { nodeHash } from "../support/node-hash.ts";
import { type CommandOutcome, parola } from "../support/parola-command.ts";
import { type Door, leave, tryCode, until, untilKeysCount } from "../scenario/door.ts";

const PARCELS = 287;
/** Every fourth needs a code. */
const needsCode = (i: number): boolean => i % 4 === 0;
const tracking = (i: number): string => `TBA${100_000_000_000 + i}`;

describe("a handheld's life at the bench, on the real interpreter", function () {
  this.timeout(240_000);
  let folder: string;
  let board: InterpreterBoard;
  let service: string;

  before(async function () {
    if (!isInstalled("espruino")) {
      console.warn(
        "\n===== SKIPPED: the bench: no `espruino` on the PATH; CONTRIBUTING.md says how to build it =====\n",
      );
      this.skip();
    }
    folder = makeFolder();
    mkdirSync(join(folder, "flash"));
    board = await InterpreterBoard.make(join(folder, "flash"));
  });

  after(async () => {
    await board?.stop();
    if (folder !== undefined) removeFolder(folder);
  });

  async function run(...args: string[]): Promise<CommandOutcome> {
    return parola(["--data", join(folder, "depot"), ...args]);
  }

  /** A command that must end well; what it printed. */
  async function fine(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  const technician = (verb: string, ...args: string[]): Promise<string> =>
    fine("technician", verb, "--port", service, "--ticket", join(folder, "7.ticket"), ...args);

  /** What the console says to a line, within a second and a half. */
  function consoleSays(line: string): Promise<string> {
    return new Promise((done) => {
      let said = "";
      const socket = connect(Number(board.console.split(":").at(-1)), "127.0.0.1");
      socket.on("data", (bytes) => (said += bytes.toString("latin1")));
      socket.write(`\x10${line}\n`);
      setTimeout(() => {
        socket.destroy();
        done(said);
      }, 1500);
    });
  }

  it("is flashed through its console, and starts", async () => {
    service = `tcp://127.0.0.1:${await freePort()}`;
    const said = await fine("technician", "flash", "--port", service, "--console", board.console, "--no-restart");
    assert.match(said, /OK flash linux \S+, \d+ bytes: slot a/);
    // The port is a setting of this bench's: put beside the bundle before it starts for the first time.
    board.restarts = false;
    await board.stop();
    const path = join(folder, "flash/espruino.flash");
    const chip = new SimChip(new Uint8Array(readFileSync(path)));
    new SimStorage(chip).write("bench.port", new Uint8Array(Buffer.from(service.split(":").at(-1) ?? "")), 0);
    writeFileSync(path, chip.image);
    board = await InterpreterBoard.make(join(folder, "flash"));
    await waitForPort(Number(service.split(":").at(-1)), 15_000);
    assert.equal(await consoleSays("print('CON'+'SOLE')"), "", "its console is off");
  });

  it("is given its key by a ticket, its settings and a label", async () => {
    await fine("init", "--timezone", "UTC", "--threshold", "1000");
    await fine("device", "add", "7");
    await fine("device", "ticket", "7", "--out", join(folder, "7.ticket"));
    const label = join(folder, "7.svg");
    assert.match(await technician("provision", "--language", "it", "--board-revision", "3", "--label", label), /key 1/);
    assert.match(readFileSync(label, "utf8"), /^<svg/);
    const info = await technician("info");
    assert.match(info, /interpreter: 2v\d+ a/);
    assert.match(info, /language it, board revision 3/);
  });

  it("passes the self-test", async () => {
    const said = await technician("self-test", "--bench", "--report", join(folder, "7.json"));
    for (const part of ["digest", "flash", "clock", "radio", "keypad", "scanner", "display"]) {
      assert.match(said, new RegExp(`^OK ${part}: `, "m"));
    }
  });

  it("is loaded at the dock with a round of 287 parcels", async () => {
    const lines = Array.from({ length: PARCELS }, (_, i) =>
      [tracking(i), 1 + (i >> 1), `"Via Roma ${i}, 20121 Milano"`, "10.00", needsCode(i) ? "yes" : "no"].join(","),
    );
    const path = join(folder, "R1.csv");
    writeFileSync(path, ["tracking,stop,address,value,asked", ...lines, ""].join("\n"));
    const day = new Date().toISOString().slice(0, 10);
    await fine("import", path, "--day", day, "--round", "R1");
    assert.match(await fine("dock", "--port", service, "--once", "--assign-free"), /handheld 7: ready.*\n1 of 1 ready/);
    assert.match(await fine("dock", "--port", service, "--once"), /already loaded/);
  });

  it("is worked with, brought back, and its results are in the books", async () => {
    const bench = new BenchHandheld(await openPort(service), nodeHash);
    const door: Door = {
      press: (key) => bench.press(key),
      type: (digits) => bench.type(digits),
      scan: (label) => bench.scan(label),
      scanRaw: (raw) => bench.scanRaw(Buffer.from(raw, "latin1")),
      screen: () => bench.screen(),
      link: (up) => bench.link(up),
      cutPower: () => Promise.reject(new Error("not here")),
    };
    await door.link(false);
    const { code } = JSON.parse(await fine("track", tracking(0), "--json")) as { code: string };
    const wrong = code === "123456" ? "123457" : "123456";
    assert.match((await tryCode(door, tracking(0), wrong)).join("\n"), /WRONG CODE/);
    await leave(door);
    await tryCode(door, tracking(0), code);
    await until(door, /ACCEPTED/);
    await door.press(Key.Enter);
    await untilKeysCount(door);
    await leave(door);
    bench.close();
    assert.match(await fine("dock", "--port", service, "--once", "--results-only"), /handheld 7: results taken/);
    const report = await fine("report", "--json");
    assert.match(report, /"delivered": 1\b/);
  });

  it("is locked, unlocked and locked again", async () => {
    assert.equal(await consoleSays("print('CON'+'SOLE')"), "");
    await technician("unlock");
    assert.match(await consoleSays("print('CON'+'SOLE')"), /CONSOLE/);
    await technician("lock");
    assert.equal(await consoleSays("print('CON'+'SOLE')"), "");
    const { code, stdout } = await run("technician", "flash", "--port", service, "--console", board.console);
    assert.equal(code, 1);
    assert.match(stdout, /ERROR 1001 .*--ticket/);
  });

  it("is flashed anew over its session, day and key on it, and comes up from the other slot", async () => {
    const dist = join(folder, "dist");
    mkdirSync(join(dist, "linux"), { recursive: true });
    const text = `${readFileSync(join(ROOT, "dist/linux/bundle.js"), "latin1")}//\n`;
    const facts = JSON.parse(readFileSync(join(ROOT, "dist/linux/bundle.json"), "utf8")) as Record<string, unknown>;
    const sum = crc32(Buffer.from(text, "latin1")).toString(16).padStart(8, "0");
    writeFileSync(join(dist, "linux/bundle.js"), text, "latin1");
    writeFileSync(join(dist, "linux/bundle.json"), JSON.stringify({ ...facts, bytes: text.length, crc32: sum }));
    assert.match(await technician("flash", "--dist", dist), /OK flash .*slot b, and up/);
    const info = await technician("info");
    assert.match(info, /interpreter: 2v\d+ b/);
    assert.match(info, new RegExp(`${PARCELS} parcels`));
  });
});
