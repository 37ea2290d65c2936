// The built linux bundle, started from .boot0 on the real interpreter, loaded through its bench port, killed in between.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadFromDepot } from "../../src/cli/load-from-depot.ts";
import { sampleCsv } from "../../src/cli/sample-csv.ts";
import { makeSampleRound } from "../../src/cli/sample-round.ts";
import type { Depot } from "../../src/depot/depot.ts";
import { initDepot } from "../../src/depot/open-depot.ts";
import type { LoadResult } from "../../src/dock/load-handheld.ts";
import { openTcpStream } from "../../src/dock/tcp-stream.ts";
import { isInstalled } from "../support/interpreter-process.ts";
import { LinuxHandheld } from "../support/linux-handheld.ts";

const BUNDLE = resolve(import.meta.dirname, "../../dist/linux/bundle.js");
const DEVICE = 7;

describe("loading the linux board", function () {
  this.timeout(60_000);
  let folder: string;
  let depot: Depot;
  let handheld: LinuxHandheld;

  before(async function () {
    if (!isInstalled("espruino")) this.skip();
    folder = mkdtempSync(join(tmpdir(), "parola-load-"));
    depot = await initDepot(join(folder, "depot"));
    writeFileSync(join(folder, "round.csv"), sampleCsv(makeSampleRound(10_000)));
    await depot.importRoundFile(join(folder, "round.csv"), { day: await depot.today() });
    await depot.addDevice(DEVICE);
    handheld = await LinuxHandheld.make(readFileSync(BUNDLE, "latin1"));
  });

  after(async () => {
    await handheld?.remove();
    await depot?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  async function load(): Promise<LoadResult> {
    const cable = await openTcpStream({ host: "127.0.0.1", port: handheld.port });
    return loadFromDepot(depot, cable, { device: DEVICE, day: await depot.today(), depotUrl: "http://127.0.0.1:9" });
  }

  it("starts without a key, its console off", async () => {
    const bench = await handheld.start();
    assert.match((await bench.screen()).join(" "), /No key\./);
    assert.ok((await bench.variables()) > 0);
  });

  it("takes key, manifest and clock", async () => {
    assert.equal((await load()).verdict, "ready");
    const bench = await handheld.connect();
    assert.match((await bench.screen()).join(" "), /240 left.*All sent/);
    assert.equal((await bench.hello()).device, DEVICE);
  });

  it("still has them after the battery fell out, and is already loaded", async () => {
    await handheld.kill();
    const bench = await handheld.start();
    assert.match((await bench.screen()).join(" "), /240 left/);
    assert.equal((await load()).verdict, "already loaded");
  });
});
