// `parola demo`: the scripted day over real HTTP, and the same program in a terminal. Nothing is left behind.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parola } from "../support/parola-command.ts";
import { simBundle } from "../support/sim-bundle.ts";

const ROOT = resolve(import.meta.dirname, "../..");

function hasScript(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

describe("parola demo", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => void simBundle());
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "parola-demo-test-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("plays the day without a terminal, ends by itself, and leaves nothing behind", async () => {
    const { code, stdout, stderr } = await parola(["demo"], { TMPDIR: folder });
    assert.equal(stderr, "");
    assert.match(stdout, /they agree; no alarm/);
    assert.match(stdout, /The day went as it should\.\n$/);
    assert.equal(code, 0);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("parola")),
      [],
    );
  });

  it("keeps the depot where it is told to, and takes no place that is taken", async () => {
    const data = join(folder, "kept");
    assert.equal((await parola(["--data", data, "demo"], { TMPDIR: folder })).code, 0);
    assert.ok(readdirSync(data).includes("depot.sqlite"));
    const again = await parola(["--data", data, "demo"], { TMPDIR: folder });
    assert.equal(again.code, 1);
    assert.match(again.stderr, /there is a depot here already/);
  });

  it("opens the handheld in a terminal, and gives the terminal back", async function () {
    if (!hasScript()) this.skip();
    const command = `stty rows 24 cols 80; '${process.execPath}' bin/parola.js demo`;
    const session = spawn("script", ["-qec", command, "/dev/null"], { cwd: ROOT, stdio: "pipe" });
    let output = "";
    let isAsked = false;
    session.stdout.on("data", (text: Buffer) => {
      output += text.toString();
      if (isAsked || !output.includes("Press s to begin")) return;
      isAsked = true;
      session.stdin.write("s1\r");
      setTimeout(() => session.stdin.write("q"), 500);
    });
    const limit = setTimeout(() => session.kill(), 40_000);
    const code = await new Promise((done) => session.on("close", done));
    clearTimeout(limit);
    assert.equal(code, 0);
    assert.match(output, /No code needed/);
    assert.ok(output.trimEnd().endsWith("\x1b[?25h\x1b[?1049l"));
  });
});
