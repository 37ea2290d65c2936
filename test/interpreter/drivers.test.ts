// The drivers on the interpreter: hashes and crypto cases over native and noble, display, clock, entropy, scanner's line,
// and the link against a real HTTP server. What a driver gives is printed there and judged here.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { findInterpreter } from "../../scripts/interpreter-path.ts";
import { compile } from "../../scripts/build/compile.ts";
import { ROOT } from "../../scripts/build/project.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { CRYPTO_CASES } from "../cases/crypto.cases.ts";
import { runOnInterpreter } from "../support/interpreter.ts";
import { makeFolder, removeFolder } from "../support/interpreter-process.ts";

/** Noble takes some 30 ms a block there: of each kind of case a few suffice for it. */
const NOBLE_CASES = CRYPTO_CASES.filter((_, i) => i % 4 === 0);

async function compiled(entry: string): Promise<string> {
  return compile({ entry, path: join(ROOT, "driver-test.entry.ts"), name: "driver test" });
}

async function linesOf(entry: string): Promise<string[]> {
  const output = runOnInterpreter(await compiled(entry), 60_000);
  return said(output);
}

/** What `say` printed: the console may put its prompt before it. */
function said(output: string): string[] {
  return [...output.matchAll(/say:(.*?)\r?\n/g)].map(([, text]) => text!);
}

const HEX = `
const fromHex = (text) => { const bytes = new Uint8Array(text.length / 2); for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16); return bytes; };
const toHex = (bytes) => { let text = ""; for (let i = 0; i < bytes.length; i++) text += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16); return text; };
const say = (text) => print("say:" + text);
`;

describe("drivers on the interpreter", function () {
  this.timeout(90_000);

  for (const [name, path, make, cases] of [
    ["NativeHash", "./hal/espruino/native-hash.ts", 'new NativeHash(require("crypto"))', CRYPTO_CASES],
    ["NobleHash", "./hal/portable/noble-hash.ts", "new NobleHash()", NOBLE_CASES],
  ] as const) {
    it(`${name} gives the published values and this project's own: ${cases.length} cases`, async () => {
      const inputs = JSON.stringify(cases.map(({ operation, inputs }) => [operation, inputs]));
      const lines = await linesOf(`
        import { ${name} } from "${path}";
        import { runCryptoCase } from "./test/cases/run-crypto-case.ts";
        ${HEX}
        const hash = ${make};
        for (const one of ${inputs}) say(toHex(runCryptoCase(hash, one[0], one[1].map(fromHex))));
      `);
      assert.equal(lines.length, cases.length);
      cases.forEach(({ name: title, expected }, i) =>
        assert.equal(lines[i]!.slice(0, expected.length), expected, title),
      );
    });
  }

  it("the display sets pixels for text, dark ones inside a bar, and clears them", async () => {
    const lines = await linesOf(`
      import { GraphicsDisplay } from "./hal/espruino/graphics-display.ts";
      ${HEX}
      const graphics = Graphics.createArrayBuffer(128, 64, 1, { msb: true });
      let flips = 0;
      const display = new GraphicsDisplay(graphics, () => { flips++; });
      const lit = (x1, y1, x2, y2) => { let count = 0; for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) count += graphics.getPixel(x, y); return count; };
      say([display.width, display.height, flips].join());
      display.text(0, 0, 1, "H", false);
      say("small " + (lit(0, 0, 5, 7) > 5) + " " + lit(6, 0, 127, 63) + " " + lit(0, 8, 127, 63));
      display.clear();
      say("cleared " + lit(0, 0, 127, 63));
      display.text(0, 16, 3, "1234567", false);
      say("huge " + (lit(108, 16, 125, 39) > 40) + " " + lit(126, 0, 127, 63) + " " + lit(0, 40, 127, 63) + " " + lit(0, 0, 127, 15));
      display.clear();
      display.bar(0, 0, 127, 7);
      say("bar " + lit(0, 0, 127, 7) + " " + lit(0, 8, 127, 63));
      display.text(0, 0, 1, "TITLE", true);
      say("inverted " + (lit(0, 0, 29, 7) < 240) + " " + lit(30, 0, 127, 7));
      display.text(0, 20, 1, "H", false);
      say("after it " + (lit(0, 20, 5, 27) > 5) + " " + (lit(0, 20, 5, 27) < 30));
      display.flip();
      say("flips " + flips);
    `);
    assert.deepEqual(lines, [
      "128,64,0",
      "small true 0 0",
      "cleared 0",
      "huge true 0 0 0",
      "bar 1024 0",
      "inverted true 784",
      "after it true true",
      "flips 1",
    ]);
  });

  it("the clock is unset, runs from where it is set, and its timers fire once or are cancelled", async () => {
    const script = await compiled(`
      import { OffsetClock } from "./hal/espruino/offset-clock.ts";
      import { LineJoiner } from "./hal/portable/line-joiner.ts";
      ${HEX}
      const clock = new OffsetClock();
      say("set " + clock.isSet());
      clock.adjust(1795521600);
      say("set " + clock.isSet() + " " + (clock.now_s() - 1795521600 < 2));
      const twice = clock.after(5, () => say("cancelled timer fired"));
      twice.cancel(); twice.cancel();
      const late = clock.after(20, () => say("fired"));
      const labels = [];
      const joiner = new LineJoiner(clock, (label) => { labels.push(label); });
      joiner.push("\\x02TBA"); joiner.push("1 \\x00"); joiner.push("2\\r\\n"); joiner.push("LOST");
      setTimeout(() => { late.cancel(); joiner.push("\\r"); say(labels.join("|")); quit(); }, 700);
    `);
    assert.deepEqual(await runAside(script), ["set false", "set true true", "fired", "TBA1 2"]);
  });

  it("the entropy gives as many bytes as asked for, and other ones each time", async () => {
    const lines = await linesOf(`
      import { HardwareEntropy } from "./hal/espruino/hardware-entropy.ts";
      ${HEX}
      const entropy = new HardwareEntropy();
      for (const length of [1, 3, 4, 16, 16, 64]) say(toHex(entropy.random(length)));
    `);
    assert.deepEqual(
      lines.map((line) => line.length),
      [2, 6, 8, 32, 32, 128],
    );
    assert.notEqual(lines[3], lines[4]);
  });

  it("the link posts any bytes and brings any bytes back, and names every failure", async () => {
    const every = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 0xff));
    const bodies: Buffer[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        bodies.push(Buffer.concat(parts));
        response.statusCode = request.url === "/good" ? 200 : 503;
        response.end(request.url === "/good" ? every : "no");
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = await compiled(`
      import { HttpLink } from "./hal/espruino/http-link.ts";
      import { OffsetClock } from "./hal/espruino/offset-clock.ts";
      ${HEX}
      const link = new HttpLink(require("http"), new OffsetClock());
      const body = fromHex("${every.toString("hex")}");
      link.post("${base}/good", body, (fault, reply) => {
        say(fault + " " + toHex(reply));
        link.post("${base}/bad", body, (fault, reply) => {
          say(fault + " " + toHex(reply));
          link.post("http://127.0.0.1:1/none", body, (fault, reply) => { say(fault + " " + toHex(reply)); quit(); });
        });
      });
    `);
    const lines = await runAside(script);
    server.close();
    assert.deepEqual(lines, [
      `0 ${every.toString("hex")}`,
      `${FaultNumber.SyncRefused} `,
      `${FaultNumber.SyncUnreachable} `,
    ]);
    assert.deepEqual(bodies, [every, every]);
  });
});

function interpreterPath(): string {
  const path = findInterpreter();
  assert.ok(path, "no `espruino` on the PATH: see CONTRIBUTING.md");
  return path;
}

/** Runs a script that ends itself once its timers and requests are done, while this process goes on serving. */
async function runAside(script: string): Promise<string[]> {
  const folder = makeFolder();
  try {
    writeFileSync(join(folder, "script.js"), script, "latin1");
    const running = spawn(interpreterPath(), ["script.js"], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    running.stdout.on("data", (text: Buffer) => (output += text.toString("latin1")));
    const limit = setTimeout(() => running.kill("SIGKILL"), 30_000);
    await new Promise((done) => running.once("exit", done));
    clearTimeout(limit);
    return said(output);
  } finally {
    removeFolder(folder);
  }
}
