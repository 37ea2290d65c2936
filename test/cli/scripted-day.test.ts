// The scripted day: real firmware (dist/sim), real depot, time moved by hand, nothing over a real network. Also what
// becomes of it when the depot's books are wrong.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_DEVICE, DEMO_TIME_ZONE, DemoDepot, roundStart_s } from "../../src/cli/demo-depot.ts";
import { sampleCsv } from "../../src/cli/sample-csv.ts";
import { makeSampleRound } from "../../src/cli/sample-round.ts";
import type { Depot } from "../../src/depot/depot.ts";
import { initDepot } from "../../src/depot/open-depot.ts";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { playScriptedDay } from "../../src/simulator/terminal/scripted-day.ts";
import { simBundle } from "../support/sim-bundle.ts";

const DAY = 20_781;

describe("the scripted day", function () {
  this.timeout(60_000);
  let folder: string;
  let depot: Depot;
  let clock: ManualClock;
  let handheld: SimulatedHandheld;
  let side: DemoDepot;
  let printed: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "parola-day-"));
    clock = new ManualClock(roundStart_s(DAY));
    const parts = { clock: { now_s: () => Math.floor(clock.now_ms() / 1000) } };
    depot = await initDepot(join(folder, "depot"), { timeZone: DEMO_TIME_ZONE }, parts);
    writeFileSync(join(folder, "round.csv"), sampleCsv(makeSampleRound((await depot.settings()).threshold_cents)));
    await depot.importRoundFile(join(folder, "round.csv"), { day: DAY, name: "sample" });
    await depot.addDevice(DEMO_DEVICE);
    handheld = new SimulatedHandheld({
      bundle: simBundle(),
      clock,
      transport: async (_url, request) => {
        const reply = await depot.handleSync(request);
        return { status: reply === undefined ? 403 : 200, body: reply ?? new Uint8Array(0) };
      },
    });
    handheld.boot();
    clock.advance(100);
    side = new DemoDepot({ depot, handheld, clock, url: "http://depot.test" }, DAY);
    await side.load();
    printed = [];
  });

  afterEach(async () => {
    await depot.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("goes as it should, and the books agree", async () => {
    const good = await playScriptedDay({ handheld, depot: side, clock, print: (line) => printed.push(line) });
    assert.ok(good, printed.slice(-20).join("\n"));
    assert.match(printed.join("\n"), /they agree; no alarm/);
    const { counts } = await depot.report(DAY);
    assert.equal(counts.delivered, 7);
  });

  it("fails when the books say otherwise", async () => {
    side.books = async () => ({ handedOver: ["X"], notDelivered: [], alarms: [] });
    assert.equal(await playScriptedDay({ handheld, depot: side, clock, print: (line) => printed.push(line) }), false);
    assert.match(printed.at(-1) ?? "", /^FAILED: the books are wrong: .*X is booked as handed over, and was not/);
  });
});
