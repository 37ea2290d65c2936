// `npm run flash` against the real interpreter over TCP: a blank one, one too full, one that reads back otherwise.
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

function flash(port: string, dist: string): Promise<Outcome> {
  return new Promise((done) => {
    const tool = spawn(process.execPath, ["--import", "tsx", "scripts/flash.ts", port, "--dist", dist], { cwd: ROOT });
    let output = "";
    tool.stdout.on("data", (text: Buffer) => (output += text.toString()));
    tool.stderr.on("data", (text: Buffer) => (output += text.toString()));
    tool.on("exit", (code) => done({ code, output }));
  });
}

function writeDist(dist: string, text: string, sum = crc32(Buffer.from(text, "latin1"))): void {
  mkdirSync(join(dist, "linux"), { recursive: true });
  writeFileSync(join(dist, "linux", "bundle.js"), text, "latin1");
  const facts = { board: "linux", version: "9.9.9", bytes: text.length, crc32: sum.toString(16).padStart(8, "0") };
  writeFileSync(join(dist, "linux", "bundle.json"), JSON.stringify(facts));
}

describe("npm run flash", function () {
  this.timeout(60_000);
  let folder: string;
  let dist: string;

  before(function () {
    if (!isInstalled("espruino") || !isInstalled("socat")) this.skip();
  });

  beforeEach(() => {
    folder = makeFolder();
    dist = join(folder, "dist");
  });

  afterEach(() => removeFolder(folder));

  async function flashInterpreter(): Promise<Outcome> {
    const console = await serveConsole(folder);
    try {
      return await flash(`tcp://127.0.0.1:${console.port}`, dist);
    } finally {
      console.stop();
    }
  }

  it("puts bundle and loader onto a blank interpreter, which then starts the bundle", async () => {
    const text = `${FILLER.repeat(500)}print("bundle runs");\n`;
    writeDist(dist, text);
    const { code, output } = await flashInterpreter();
    assert.match(output, /^OK flash: linux 9\.9\.9, \d+ bytes/m);
    assert.equal(code, 0);
    const report = runScript(folder, `var s=require("Storage").read("parola.a");print(s.length,E.CRC32(s));`);
    assert.match(report, new RegExp(`${text.length} ${crc32(text)}`));
    assert.match(report, /bundle runs/, "the loader ran it at the start");
  });

  it("replaces a bundle by a shorter one", async () => {
    writeDist(dist, FILLER.repeat(200));
    assert.match((await flashInterpreter()).output, /^OK/m);
    writeDist(dist, FILLER);
    assert.match((await flashInterpreter()).output, /^OK/m);
    assert.match(
      runScript(folder, `print("n="+require("Storage").read("parola.a").length)`),
      RegExp(`n=${FILLER.length}`),
    );
  });

  it("says ERROR when Storage is too small", async () => {
    runScript(folder, `require("Storage").write("full","x",0,240000)`);
    writeDist(dist, FILLER.repeat(500));
    const { code, output } = await flashInterpreter();
    assert.match(output, /^ERROR flash: .*parola\.a/m);
    assert.equal(code, 1);
    assert.doesNotMatch(output, /^OK/m);
  });

  it("says ERROR when the read-back differs, and leaves no loader behind", async () => {
    writeDist(dist, FILLER.repeat(20));
    const server = createServer((socket) => {
      socket.on("data", (bytes) => {
        for (const line of bytes.toString("latin1").split("\n")) {
          const number = /"<<"\+"(\d+):/.exec(line)?.[1];
          const value = line.includes("E.CRC32") ? `[${FILLER.length * 20},12345]` : "true";
          if (number !== undefined) socket.write(`<<${number}:${value}:${number}>>\r\n>`);
        }
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { code, output } = await flash(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, dist);
    server.close();
    assert.match(output, /^ERROR flash: parola\.a: .*another CRC-32/m);
    assert.equal(code, 1);
    assert.doesNotMatch(output, /\.boot0/);
  });

  it("asks again when an answer is lost, and says ERROR at once when the device goes away", async () => {
    writeDist(dist, FILLER);
    let questions = 0;
    const server = createServer((socket) => {
      socket.on("data", (bytes) => {
        const line = bytes.toString("latin1");
        const number = /"<<"\+"(\d+):/.exec(line)?.[1];
        if (number === undefined || ++questions === 2) return;
        if (questions === 4) socket.end();
        else socket.write(`<<${number}:true:${number}>>\r\n>`);
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { code, output } = await flash(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, dist);
    server.close();
    assert.match(output, /PROGRESS parola\.a/, "the second question was asked again");
    assert.match(output, /^ERROR flash: the connection ended/m);
    assert.equal(code, 1);
  });

  it("says ERROR for a refused connection, a port that is not listed, and a silent one", async () => {
    writeDist(dist, FILLER);
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const port = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    for (const wrong of ["tcp://127.0.0.1:1", "/dev/no-such-port", port]) {
      const { code, output } = await flash(wrong, dist);
      assert.match(output, /^ERROR flash: /m, wrong);
      assert.equal(code, 1, wrong);
    }
    silent.close();
  });

  it("refuses a bundle that is not ASCII or not the one described, before opening the port", async () => {
    writeDist(dist, "print('\u00e9')");
    assert.match((await flash("tcp://127.0.0.1:1", dist)).output, /ERROR flash: parola\.a: character 0xe9 at 7/);
    writeDist(dist, FILLER, 1);
    assert.match((await flash("tcp://127.0.0.1:1", dist)).output, /ERROR flash: .*do not belong together/);
    assert.match((await flash("tcp://127.0.0.1:1", join(folder, "none"))).output, /ERROR flash: .*npm run build/);
  });
});
