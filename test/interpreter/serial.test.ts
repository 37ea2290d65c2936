// The service port over a serial line, on the real interpreter: its Serial1 on one end of a pseudo-terminal pair, serialport
// on the other. Provisioned, loaded, unplugged in the middle of a load, and loaded from where it stopped.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { loadHandheld, type LoadEvent, type LoadResult } from "../../src/dock/load-handheld.ts";
import { openPort } from "../../src/dock/open-port.ts";
import { FakeDepot } from "../support/fake-depot.ts";
import { isInstalled, killNow, makeFolder, removeFolder } from "../support/interpreter-process.ts";
import { LinuxHandheld } from "../support/linux-handheld.ts";
import { nodeHash } from "../support/node-hash.ts";
import { hasSocat } from "../support/pseudo-terminal.ts";
import { manyParcels, sealRound, type SealedRound, testKey, testKeyFile } from "../support/test-round.ts";

const POLL_MS = 20;

describe("the service port over a serial line, on the real interpreter", function () {
  this.timeout(120_000);
  let folder: string;
  let socat: ChildProcess;
  let handheld: LinuxHandheld;
  let port: string;

  before(async function () {
    if (!isInstalled("espruino") || !hasSocat()) return this.skip();
    folder = makeFolder();
    port = join(folder, "host");
    const line = join(folder, "handheld");
    socat = spawn("socat", [`PTY,link=${port},rawer`, `PTY,link=${line},rawer`], { stdio: "ignore" });
    while (!existsSync(port) || !existsSync(line)) await new Promise((done) => setTimeout(done, POLL_MS));
    handheld = await LinuxHandheld.make(readFileSync(join(ROOT, "dist/linux/bundle.js"), "latin1"), line);
    await handheld.start();
  });

  after(async () => {
    if (handheld !== undefined) await handheld.remove();
    if (socat !== undefined) await killNow(socat);
    if (folder !== undefined) removeFolder(folder);
  });

  async function load(
    sealed: SealedRound,
    depot: FakeDepot,
    told: (event: LoadEvent, client: FrameClient) => void = () => undefined,
  ): Promise<LoadResult> {
    const client = new FrameClient(await openPort(port), nodeHash);
    try {
      return await loadHandheld(client, {
        keyFile: () => testKeyFile(),
        portKey: (device, keyEpoch) => testKey("dock", device, keyEpoch),
        manifest: () => sealed.bytes,
        sync: (request) => depot.answer(request),
        progress: (event) => told(event, client),
      });
    } finally {
      client.close();
    }
  }

  it("gives it its key, loads it, and goes on with a load that was broken off", async () => {
    const depot = new FakeDepot();
    const first = sealRound({ parcels: manyParcels(80, 20) });
    depot.sealed(first);
    assert.equal((await load(first, depot)).verdict, "ready");

    const next = sealRound({ parcels: manyParcels(287, 72), sequence: 2, journalEpoch: 502 });
    depot.sealed(next);
    const broken = await load(next, depot, (event, client) => {
      if (event.at === "loading" && event.sent > event.total / 2) client.close();
    });
    assert.equal(broken.verdict, "refused");
    assert.match(broken.words, /nothing is lost/);

    const sent: number[] = [];
    const resumed = await load(next, depot, (event) => {
      if (event.at === "loading") sent.push(event.sent);
    });
    assert.equal(resumed.verdict, "ready", resumed.words);
    assert.ok(sent[0]! > next.bytes.length / 4, `it went on at ${sent[0]} of ${next.bytes.length}`);
  });
});
