// `parola technician …` as typed: lines, JSON, verdicts and exit codes, against the built firmware.
import assert from "node:assert/strict";
import { Command as Program, CommanderError } from "commander";
import { registerTechnician } from "../../src/cli/technician-commands.ts";
import type { TechnicianParts } from "../../src/cli/technician-run.ts";
import type { Ticket } from "../../src/shared/ticket.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { BenchRig, testTicket } from "../technician/support/bench-rig.ts";

const PORT = ["--port", "tcp://bench:1"];

describe("parola technician", () => {
  let rig: BenchRig;
  let tickets: Record<string, Ticket>;
  let files: Map<string, string>;
  let written: string;
  let code: number;
  let answer: string;
  let isThere: boolean;
  let asked: string[];
  let fromDepot: (readonly [number, string, number])[];
  let openFailure: Error | undefined;

  beforeEach(() => {
    rig = new BenchRig();
    rig.handheld.setLink(true);
    files = new Map();
    tickets = { first: testTicket(0, 1), held: testTicket(1), second: testTicket(1, 2), later: testTicket(2) };
    answer = "";
    isThere = false;
    asked = [];
    fromDepot = [];
    openFailure = undefined;
  });
  afterEach(() => rig.close());

  function parts(): TechnicianParts {
    return {
      openPort() {
        if (openFailure !== undefined) return Promise.reject(openFailure);
        rig.plugIn();
        return Promise.resolve(rig);
      },
      readTicket(file) {
        const ticket = tickets[file];
        return ticket === undefined ? Promise.reject(new RangeError(`the ticket is none`)) : Promise.resolve(ticket);
      },
      ticketFromDepot(_command, device, { newKey, heldKeyEpoch }) {
        fromDepot.push([device, newKey, heldKeyEpoch]);
        return Promise.resolve(newKey === "yes" ? tickets["second"]! : tickets["held"]!);
      },
      writeFile(file, text) {
        if (file.startsWith("/no")) return Promise.reject(new Error("no such folder"));
        files.set(file, text);
        return Promise.resolve();
      },
      write: (text) => void (written += text),
      exit: (exitCode) => (code = exitCode),
      operator: {
        isThere: () => isThere,
        tell: () => undefined,
        confirm: () => Promise.resolve(true),
        ask(question) {
          asked.push(question);
          return Promise.resolve(answer);
        },
      },
      surroundings: rig.surroundings,
    };
  }

  /** Runs one command; its lines. */
  async function type(...args: string[]): Promise<string[]> {
    written = "";
    code = 0;
    const program = new Program("parola").exitOverride().configureOutput({ writeErr: () => undefined });
    registerTechnician(program, parts());
    await program.parseAsync(["technician", ...args], { from: "user" });
    return written.trimEnd().split("\n");
  }

  /** Runs one command with a ticket, and its exit code must be that. */
  async function typed(exitCode: number, verb: string, ticket: string, ...more: string[]): Promise<string[]> {
    const lines = await type(verb, ...PORT, "--ticket", ticket, ...more);
    assert.equal(code, exitCode, lines.join("\n"));
    return lines;
  }

  it("takes a handheld through its whole life", async () => {
    let lines = await typed(0, "provision", "first", "--label", "7.svg", "--language", "it");
    assert.deepEqual(lines.slice(0, 2), [
      "OK key: key 1 given to an empty handheld",
      "OK proof: handheld 7 proved key 1",
    ]);
    assert.equal(lines.at(-1), "handheld 7: provisioned with key 1");
    assert.match(files.get("7.svg")!, /van &lt;4&gt; &amp; Söhne/);
    lines = await typed(0, "info", "held");
    assert.ok(lines.includes("OK device: 7, key 1"));
    assert.equal(lines.at(-1), "handheld 7, proven by its key");
    lines = await typed(0, "self-test", "held", "--bench", "--report", "7.json");
    assert.ok(lines.includes("OK keypad: 16 keys"));
    assert.equal(lines.at(-1), "handheld 7: self-test passed, without: display, sounder");
    const report = JSON.parse(files.get("7.json")!) as { passed: boolean; parts: unknown[]; time: string };
    assert.deepEqual([report.passed, report.parts.length], [true, 9]);
    assert.match(report.time, /^2026-11-24T12:00/);
    assert.equal((await typed(0, "unlock", "held")).at(-1), "handheld 7: unlocked");
    assert.equal(rig.handheld.consoleIsOpen, true);
    assert.equal((await typed(0, "lock", "held")).at(-1), "handheld 7: locked");
    assert.equal(rig.handheld.consoleIsOpen, false);
    assert.match(
      (await typed(0, "settings", "held", "--volume", "5", "--backlight", "3"))[0]!,
      /it,.*volume 5.*backlight 3/,
    );
    assert.equal((await typed(0, "time", "held")).at(-1), "handheld 7: clock set");
    assert.equal((await typed(0, "replace-key", "second")).at(-1), "handheld 7: provisioned with key 2");
    assert.match((await typed(1, "lock", "held"))[0]!, /^ERROR 1030 "lock: handheld 7 holds key 2/);
    assert.equal((await typed(0, "wipe", "later")).at(-1), "handheld 7: wiped");
    assert.deepEqual(asked, [], "nothing was asked");
    assert.equal((await typed(0, "provision", "second")).at(-1), "handheld 7: provisioned with key 2");
    assert.equal((await typed(0, "reboot", "later")).at(-1), "handheld 7: starts anew");
  });

  it("says of a handheld without a ticket that nothing is proven", async () => {
    assert.equal(
      (await type("info", ...PORT)).at(-1),
      "a handheld without a key, by its own word alone: it has no key yet",
    );
    await typed(0, "provision", "first");
    assert.equal((await type("info", ...PORT)).at(-1), "handheld 7, by its own word alone: no ticket was given");
    assert.equal(code, 0);
  });

  it("takes the ticket from the depot by number, with a new key for replace-key", async () => {
    await typed(0, "provision", "first");
    assert.equal((await type("lock", ...PORT, "--device", "7")).at(-1), "handheld 7: locked");
    assert.equal((await type("replace-key", ...PORT, "--device", "7")).at(-1), "handheld 7: provisioned with key 2");
    assert.deepEqual(fromDepot, [
      [7, "no", 1],
      [7, "yes", 1],
    ]);
  });

  it("asks the depot for no new key for another device's handheld, nor before results are taken", async () => {
    await typed(0, "provision", "first");
    assert.match((await type("replace-key", ...PORT, "--device", "8"))[0]!, /^ERROR 1029 "ticket: this is handheld 7/);
    rig.tamper = (command, _sent, heard) => {
      if (command === Command.Hello) heard.data[16] = 2;
      return heard;
    };
    assert.match((await type("replace-key", ...PORT, "--device", "7"))[0]!, /^ERROR 704 /);
    assert.equal(code, 1);
    assert.deepEqual(fromDepot, []);
  });

  it("fails a self-test by exit code, all parts run, and leaves the reason in report and JSON", async () => {
    await typed(0, "provision", "first");
    rig.handheld.setLink(false);
    rig.handheld.battery = 12;
    const lines = await typed(1, "self-test", "held", "--auto", "--json", "--report", "7.json");
    const result = JSON.parse(lines.join("\n")) as { fine: boolean; verdict: string; steps: { fault: number }[] };
    assert.equal(result.fine, false);
    assert.match(result.verdict, /self-test failed: battery, radio, without: keypad, scanner, display, sounder$/);
    assert.deepEqual(
      result.steps.map(({ fault }) => fault),
      [0, 0, 0, 1027, 1028, 0],
    );
    assert.match(files.get("7.json")!, /1028/);
    const without = await typed(1, "self-test", "held", "--auto", "--no-radio");
    assert.ok(without.includes('ERROR 1027 "battery: the battery is at 12 %, not 20 %: charge it"'));
  });

  it("fails when a label or report cannot be written, and says what was done all the same", async () => {
    const lines = await typed(1, "provision", "first", "--label", "/no/7.svg");
    assert.equal(lines.at(-2), 'ERROR 1035 "label: /no/7.svg was not written: no such folder"');
    assert.equal(lines.at(-1), "handheld 7: provisioned with key 1, but without a label");
    assert.match((await typed(1, "self-test", "held", "--auto", "--report", "/no/7.json")).at(-2)!, /^ERROR 1035/);
  });

  it("wipes what is unsent only when told to, and confirmed by number or --yes", async () => {
    await typed(0, "provision", "first");
    rig.tamper = (command, _sent, heard) => {
      if (command === Command.Hello && heard.data[0] === 7) heard.data[16] = 2;
      return heard;
    };
    const unsent = rig.tamper;
    rig.tamper = (_command, _sent, heard) => heard;
    await typed(0, "wipe", "held", "--lose-results");
    assert.deepEqual(asked, [], "nothing is lost: nothing is asked");
    await typed(0, "provision", "first");
    rig.tamper = unsent;
    rig.commands.length = 0;
    assert.match((await typed(1, "wipe", "held"))[0]!, /^ERROR 704 .*take its results at the dock first/);
    answer = "8";
    assert.match((await typed(1, "wipe", "held", "--lose-results"))[0]!, /^ERROR 1034 .*nothing was wiped/);
    assert.match(asked[0]!, /2 results on handheld 7/);
    assert.ok(!rig.commands.includes(Command.Wipe));
    answer = "7";
    assert.equal((await typed(0, "wipe", "held", "--lose-results")).at(-1), "handheld 7: wiped");
    await typed(0, "provision", "first");
    asked.length = 0;
    await typed(0, "wipe", "held", "--lose-results", "--yes");
    assert.deepEqual(asked, []);
  });

  it("names a bad ticket, a missing one, one without a new key, and a port that does not open", async () => {
    assert.equal((await typed(1, "lock", "nonsense"))[0], 'ERROR 1030 "ticket: the ticket is none"');
    assert.match((await type("lock", ...PORT))[0]!, /^ERROR 1030 "ticket: name a ticket/);
    assert.equal(code, 1);
    assert.match((await typed(1, "replace-key", "first"))[0]!, /^ERROR 1030 .*--new-key/);
    openFailure = new Error("no such port");
    assert.deepEqual(await typed(1, "lock", "held"), ['ERROR 1020 "port: no such port"', "lock failed"]);
    openFailure = new RangeError("that is no port");
    await typed(2, "lock", "held");
    assert.deepEqual(rig.commands, [], "no handheld was asked anything");
  });

  it("tests nothing that needs hands where nobody is", async () => {
    await typed(0, "provision", "first");
    assert.match((await typed(1, "self-test", "held"))[0]!, /^ERROR 1034 .*--auto or --bench/);
    isThere = true;
    const lines = await typed(1, "self-test", "held");
    assert.match(
      lines.find((line) => line.includes("keypad"))!,
      /^ERROR 1021 "keypad: key 0 did not answer; key 1 did not/,
    );
    assert.ok(lines.includes("OK display: 3 patterns"), "what the person answered counts");
    assert.equal(lines.at(-1), "handheld 7: self-test failed: keypad, scanner");
  });

  it("refuses wrong use", async () => {
    const wrong = [
      ["lock"],
      ["settings", ...PORT, "--ticket", "held", "--volume", "11"],
      ["settings", ...PORT, "--ticket", "held", "--language", "IT"],
      ["self-test", ...PORT, "--ticket", "held", "--bench", "--auto"],
      ["lock", ...PORT, "--ticket", "held", "--device", "7"],
    ];
    for (const args of wrong) await assert.rejects(type(...args), CommanderError, args.join(" "));
    assert.deepEqual(rig.commands, []);
  });

  it("shows no key, whatever happens", async () => {
    const secret = Buffer.from(tickets["second"]!.provisioning!.keyFile.slice(16, 48)).toString("hex");
    let all = "";
    for (const [verb, ticket] of [
      ["provision", "first"],
      ["provision", "second"],
      ["info", "later"],
      ["lock", "held"],
    ] as const) {
      all += (await type(verb, ...PORT, "--ticket", ticket, "--json")).join("\n");
    }
    assert.ok(!all.includes(secret) && !all.includes(secret.slice(0, 16)));
    assert.doesNotMatch(all, /technicianKey|keyFile/);
  });
});
