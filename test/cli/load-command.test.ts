// `parola load` against a simulated handheld behind a TCP port: its words and its exit code.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleCsv } from "../../src/cli/sample-csv.ts";
import { makeSampleRound } from "../../src/cli/sample-round.ts";
import { initDepot } from "../../src/depot/open-depot.ts";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { parola, type CommandOutcome } from "../support/parola-command.ts";
import { simBundle } from "../support/sim-bundle.ts";
import { serveHandheld } from "../support/tcp-port.ts";

describe("parola load", function () {
  this.timeout(60_000);
  let folder: string;
  let handheld: SimulatedHandheld;
  let port: { address: string; stop(): void };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "parola-load-"));
    const depot = await initDepot(join(folder, "depot"));
    writeFileSync(join(folder, "round.csv"), sampleCsv(makeSampleRound(10_000)));
    await depot.importRoundFile(join(folder, "round.csv"), { day: await depot.today() });
    await depot.addDevice(7);
    await depot.addDevice(8);
    await depot.close();
    handheld = new SimulatedHandheld({ bundle: simBundle() });
    handheld.boot();
    port = await serveHandheld(handheld);
  });

  after(() => {
    port.stop();
    handheld.cutPower();
    rmSync(folder, { recursive: true, force: true });
  });

  function load(device: number, ...more: string[]): Promise<CommandOutcome> {
    return parola(["--data", join(folder, "depot"), "load", "--device", String(device), "--to", port.address, ...more]);
  }

  it("provisions and loads a new handheld", async () => {
    const { code, stdout, stderr } = await load(7);
    assert.equal(stderr, "");
    assert.deepEqual(stdout.replace(/\d+ bytes/, "N bytes").split("\n"), [
      "  a handheld without a key, board sim, firmware 0.1.0, 0 unsent",
      "  key given",
      "  results taken",
      "  N bytes sent",
      "  manifest verified and active",
      "  clock set",
      "handheld 7: ready: results taken, manifest loaded, clock set",
      "",
    ]);
    assert.equal(code, 0);
    assert.match(handheld.screenText().join(" "), /240 left +All sent/);
  });

  it("says already loaded the second time", async () => {
    const { code, stdout } = await load(7);
    assert.match(stdout, /handheld 7: already loaded: this manifest was on it, nothing changed\n$/);
    assert.equal(code, 0);
  });

  it("refuses another handheld than the one named", async () => {
    const { code, stdout } = await load(8);
    assert.match(stdout, /handheld 8: refused: this is handheld 7, not 8\n$/);
    assert.equal(code, 1);
  });

  it("says so when there is nothing to load, nobody answers, or the address is none", async () => {
    const noRound = await load(7, "--day", "2031-01-01");
    assert.deepEqual([noRound.code, noRound.stderr], [1, "parola: F918 no round on 2031-01-01\n"]);
    const nobody = await load(7, "--to", "tcp://127.0.0.1:1");
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /no connection to 127\.0\.0\.1:1/);
    const wrong = await load(7, "--to", "somewhere");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /"somewhere" is no port: one looks like tcp:/);
  });
});
