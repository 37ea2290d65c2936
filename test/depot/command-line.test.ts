// The `parola` command as real processes: a day from init to report, a server, and what it says when it refuses.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalWriter, type SyncTo } from "../support/journal-writer.ts";
import { openDepot } from "../../src/depot/open-depot.ts";
import { ASKED, buyerCode, PLAIN, ROUND_CSV, TEST_DEVICE, TEST_URL } from "../support/test-depot.ts";

const PAROLA = join(import.meta.dirname, "../../bin/parola.js");
const NOW = "2026-11-24T11:00:00Z";

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

describe("the parola command", function () {
  this.timeout(120_000);
  let directory: string;

  const start = (...args: string[]): ChildProcess => {
    const env = { ...process.env, PAROLA_NOW: NOW, PAROLA_DATA: join(directory, "data") };
    return spawn(process.execPath, [PAROLA, ...args], { env });
  };
  const run = (...args: string[]): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const child = start(...args);
      let [out, err] = ["", ""];
      child.stdout?.on("data", (text: Buffer) => (out += text.toString()));
      child.stderr?.on("data", (text: Buffer) => (err += text.toString()));
      child.once("error", reject).once("close", (code) => resolve({ code, out, err }));
    });
  const fine = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await run(...args);
    assert.deepEqual([code, err], [0, ""], args.join(" "));
    return out;
  };
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "parola-cli-"));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("goes from init to report", async () => {
    assert.match(await fine("init", "--name", "Nord", "--timezone", "Europe/Rome"), /depot "Nord" made/);
    const round = file("north.csv", ROUND_CSV);
    const imported = await fine("import", round, "--day", "2026-11-24");
    assert.equal(imported, 'round "north" of 2026-11-24: 5 parcels, 4 stops, 3 codes issued\n');
    await fine("device", "add", String(TEST_DEVICE), "--label", "blue");
    const out = join(directory, "manifest.bin");
    const sealed = JSON.parse(await fine("seal", "--device", "7", "--out", out, "--json")) as Record<string, unknown>;
    assert.deepEqual(
      [sealed["device"], sealed["day"], sealed["sequence"], sealed["parcels"], sealed["bytes"]],
      [7, "2026-11-24", 1, 5, readFileSync(out).length],
    );
    const report = JSON.parse(await fine("report", "--json")) as { counts: Record<string, number>; lines: unknown[] };
    assert.deepEqual([report.counts["open"], report.lines.length], [5, 5]);
  });

  it("serves handhelds while other commands run, and stops when asked", async () => {
    const server = start("serve", "--port", "0", "--quiet");
    const address = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.once("error", reject).once("exit", (code) => reject(new Error(`ended with ${code}`)));
      server.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(text);
        if (found?.[1] !== undefined) resolve(found[1]);
      });
    });
    const depot = await openDepot(join(directory, "data"), { clock: { now_s: () => Date.parse(NOW) / 1000 } });
    const { keyFile } = await depot.provisionKeyFile(TEST_DEVICE, TEST_URL);
    const manifest = new Uint8Array(readFileSync(join(directory, "manifest.bin")));
    const handheld = new JournalWriter(keyFile, manifest, { now_s: () => Date.parse(NOW) / 1000 });
    handheld.accept(ASKED, await buyerCode(depot, ASKED));
    await depot.close();
    handheld.handOver(ASKED);
    handheld.handOver(PLAIN);
    const to: SyncTo = async (bytes) => {
      const headers = { "content-type": "application/octet-stream" };
      const url = `${address}/v1/handhelds/${TEST_DEVICE}/sync`;
      return new Uint8Array(
        await (await fetch(url, { method: "POST", body: Buffer.from(bytes), headers })).arrayBuffer(),
      );
    };
    const [synced, listed] = await Promise.all([handheld.sync(to), fine("device", "list")]);
    assert.equal(synced.acknowledged, 3);
    assert.match(listed, /7 {2}blue/);
    assert.match(await fine("report"), /2 delivered/);
    const ended = new Promise((resolve) => server.removeAllListeners("exit").once("exit", resolve));
    server.kill("SIGTERM");
    assert.equal(await ended, 0);
  });

  it("shows the buyer's view, reissues, releases and closes the day", async () => {
    const view = await fine("track", "TBA000000000002");
    assert.match(view, /on its way.*\ncode \d{6} {2}Only at your door, never by phone\./);
    const reissued = await fine("reissue", "TBA000000000002");
    assert.ok(!/\b\d{6}\b/.test(reissued), "no code but in the buyer's view");
    assert.notEqual(await fine("track", "TBA000000000002"), view);
    assert.match(await fine("release", "--device", "7", "--parcel", "TBA000000000004"), /^answer \d{8}\n$/);
    assert.match(await fine("close-day", "2026-11-24"), /3 parcels move to 2026-11-25, 2 with a new code/);
    assert.equal(await fine("alarms"), "no alarms\n");
  });

  const refusals: [name: string, args: string[], code: number, message: RegExp][] = [
    [
      "a round with a wrong line",
      ["import", "bad.csv", "--day", "2026-11-26"],
      1,
      /^parola: F908 bad\.csv, line 2, column "stop"/,
    ],
    [
      "a wrong challenge",
      ["release", "--device", "7", "--whole-device", "--day", "2026-11-24", "--challenge", "1"],
      1,
      /^parola: F92\d /,
    ],
    ["neither parcel nor device", ["release", "--device", "7"], 2, /^parola: F901 /],
    ["a second init", ["init"], 1, /^parola: F902 /],
    ["a day that is none", ["report", "--day", "tomorrow"], 2, /YYYY-MM-DD/],
    ["an unknown command", ["frobnicate"], 2, /^parola: unknown command/],
  ];
  for (const [name, args, code, message] of refusals) {
    it(`refuses ${name} with exit code ${code}, on stderr`, async () => {
      file("bad.csv", "tracking,stop,address,value,asked\nX1,none,a,1,no\n");
      const ended = await run(...args.map((arg) => (arg === "bad.csv" ? join(directory, arg) : arg)));
      assert.deepEqual([ended.code, ended.out], [code, ""]);
      assert.match(ended.err, message);
    });
  }
});
