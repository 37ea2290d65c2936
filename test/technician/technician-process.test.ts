// `parola technician` as a process of its own, over TCP to the built firmware, on the depot's own PC and with a ticket file.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initDepot } from "../../src/depot/open-depot.ts";
import { encodeTicket } from "../../src/shared/ticket.ts";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { type CommandOutcome, parola } from "../support/parola-command.ts";
import { simBundle } from "../support/sim-bundle.ts";
import { serveHandheld } from "../support/tcp-port.ts";

describe("parola technician, the process", function () {
  this.timeout(120_000);
  let folder: string;
  let handheld: SimulatedHandheld;
  let port: { address: string; stop(): void };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "parola-technician-"));
    const depot = await initDepot(join(folder, "depot"));
    await depot.addDevice(7);
    await depot.addDevice(8);
    writeFileSync(join(folder, "8.ticket"), encodeTicket(await depot.ticket(8, "http://10.0.0.5:8080")), {
      mode: 0o600,
    });
    await depot.close();
    handheld = new SimulatedHandheld({ bundle: simBundle() });
    handheld.boot();
    port = await serveHandheld(handheld);
  });

  afterEach(() => {
    port.stop();
    handheld.cutPower();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(verb: string, ...more: string[]): Promise<CommandOutcome> {
    return parola(["--data", join(folder, "depot"), "technician", verb, "--port", port.address, ...more]);
  }

  async function done(verdict: string, verb: string, ...more: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(verb, ...more);
    assert.deepEqual([stdout.trimEnd().split("\n").at(-1), code, stderr], [verdict, 0, ""], stdout);
    return stdout;
  }

  it("goes from an empty handheld through test, new key and wipe, and back", async () => {
    const of7 = ["--device", "7"];
    assert.match(
      await done("handheld 7: provisioned with key 1", "provision", ...of7),
      /^OK key: key 1 given to an empty/,
    );
    assert.match(
      await done("handheld 7: provisioned with key 1", "provision", ...of7),
      /^OK key: it already has key 1/,
    );
    const verdict = "handheld 7: self-test passed, without: radio, display, sounder";
    await done(verdict, "self-test", ...of7, "--bench", "--no-radio", "--report", join(folder, "7.json"));
    assert.match(readFileSync(join(folder, "7.json"), "utf8"), /"passed": true/);
    await done("handheld 7: provisioned with key 2", "replace-key", ...of7, "--label", join(folder, "7.svg"));
    assert.match(readFileSync(join(folder, "7.svg"), "utf8"), /key 2/);
    await done("handheld 7, proven by its key", "info", ...of7);
    await done("handheld 7: wiped", "wipe", ...of7);
    await done("handheld 7: provisioned with key 2", "provision", ...of7);
  });

  it("works with a ticket file alone, and with no other handheld than the ticket's", async () => {
    await done("handheld 8: provisioned with key 1", "provision", "--ticket", join(folder, "8.ticket"));
    await done("handheld 8: locked", "lock", "--ticket", join(folder, "8.ticket"));
    const other = await run("replace-key", "--device", "7");
    assert.deepEqual([other.code, other.stdout.split("\n")[1]], [1, "replace-key failed"]);
    assert.match(other.stdout, /^ERROR 1029 /);
    assert.match((await run("lock", "--device", "7")).stdout, /^ERROR 1029 /);
  });

  it("says what is wrong, with its number and an honest exit code", async () => {
    const missing = await run("lock", "--ticket", join(folder, "none.ticket"));
    assert.deepEqual([missing.code, /^ERROR 1030 .*none\.ticket/.test(missing.stdout)], [1, true], missing.stdout);
    writeFileSync(join(folder, "bad.ticket"), "{}");
    assert.match(
      (await run("lock", "--ticket", join(folder, "bad.ticket"))).stdout,
      /^ERROR 1030 "ticket: the ticket is none/,
    );
    assert.match((await run("provision", "--device", "99")).stdout, /^ERROR 914 /);
    const nobody = await run("lock", "--port", "tcp://127.0.0.1:1", "--device", "7");
    assert.deepEqual([nobody.code, /^ERROR 1020 "port: /.test(nobody.stdout)], [1, true], nobody.stdout);
    assert.equal((await run("lock", "--port", "somewhere", "--device", "7")).code, 2);
    assert.equal((await run("lock", "--volume", "3")).code, 2);
  });
});
