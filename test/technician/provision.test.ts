// Provisioning and replacing a key, against the built firmware: what took, what is refused, and what a cut leaves.
import assert from "node:assert/strict";
import { FaultNumber } from "../../src/shared/faults.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { BenchFault } from "../../src/technician/faults.ts";
import { provision } from "../../src/technician/provision.ts";
import { readSettings } from "../../src/technician/settings.ts";
import { askTime } from "../../src/technician/set-time.ts";
import { askHello } from "../../src/technician/technician-port.ts";
import { NOON_S } from "../support/test-round.ts";
import { BenchRig, testTicket } from "./support/bench-rig.ts";

describe("provisioning at the bench", () => {
  let rig: BenchRig;

  beforeEach(() => (rig = new BenchRig()));
  afterEach(() => rig.close());

  const give = (ticket = testTicket(0, 1), settings = {}) =>
    provision(rig, { ticket, settings, now_s: () => NOON_S + 60 }, rig.report);

  it("gives an empty handheld key, settings and time, and proves the key", async () => {
    const hello = await give(testTicket(0, 1), { language: "it", boardRevision: 3 });
    assert.deepEqual(rig.faults, [
      ["key", 0],
      ["proof", 0],
      ["settings", 0],
      ["time", 0],
    ]);
    assert.deepEqual([hello?.device, hello?.keyEpoch, hello?.board], [7, 1, "sim"]);
    assert.deepEqual(await readSettings(rig), { language: "it", boardRevision: 3, volume: 10, backlight: 5 });
    assert.deepEqual(await askTime(rig), { now_s: NOON_S + 60, isEstimated: false });
  });

  it("run again, gives no key twice, and says so", async () => {
    await give();
    rig.commands.length = 0;
    assert.ok(await give());
    assert.ok(!rig.commands.includes(Command.Provision));
    assert.match(rig.outcomes[4]!.words, /already has key 1/);
  });

  it("gives a new key over the old one, which is then worth nothing", async () => {
    await give();
    const hello = await give(testTicket(1, 2));
    assert.equal(hello?.keyEpoch, 2);
    assert.match(rig.outcomes[4]!.words, /key 2 given over key 1/);
    assert.equal(await give(testTicket(0, 1)), undefined);
    assert.equal(rig.outcomes.at(-1)?.fault, BenchFault.TicketUnfit);
  });

  it("goes on with a handheld that a cut left without a key", async () => {
    await give();
    rig.handheld.cutPowerAtWrite(2, 0);
    rig.tamper = (_command, _sent, answer) => answer;
    await give(testTicket(1, 2));
    assert.notEqual(rig.outcomes.at(-1)?.fault, 0, "the cut is told");
    rig.handheld.boot();
    rig.clock.advance(10);
    rig.plugIn();
    assert.equal((await give(testTicket(1, 2)))?.keyEpoch, 2);
  });

  it("refuses another device's handheld, and changes nothing on it", async () => {
    await give(testTicket(0, 1, 8));
    rig.commands.length = 0;
    assert.equal(await give(testTicket(1, 2)), undefined);
    assert.equal(rig.outcomes.at(-1)?.fault, BenchFault.OtherDevice);
    assert.match(rig.words("key"), /given/);
    assert.match(rig.outcomes.at(-1)!.words, /handheld 8.*handheld 7/);
    assert.deepEqual(rig.commands, [Command.Hello]);
  });

  it("refuses while results are unsent, before any key is sent", async () => {
    await give();
    rig.tamper = (command, _sent, answer) => {
      if (command === Command.Hello) answer.data[16] = 3;
      return answer;
    };
    rig.commands.length = 0;
    assert.equal(await give(testTicket(1, 2)), undefined);
    assert.equal(rig.outcomes.at(-1)?.fault, FaultNumber.DockUnsent);
    assert.match(rig.outcomes.at(-1)!.words, /take its results at the dock first/);
    assert.ok(!rig.commands.includes(Command.Provision));
  });

  it("does not take a handheld's word: a key that was not kept is found out", async () => {
    rig.tamper = (command, _sent, answer) => {
      if (command === Command.Provision) return { fault: 0, data: new Uint8Array(0) };
      return answer;
    };
    const wrong = testTicket(0, 1);
    wrong.provisioning!.technicianKey = new Uint8Array(32).fill(9);
    assert.equal(await give(wrong), undefined);
    assert.deepEqual(rig.faults.at(-1), ["proof", BenchFault.KeyUnproven]);
    assert.doesNotMatch(rig.outcomes.at(-1)!.words, /0909/);
  });

  it("finds a handheld that says it took the new key and still holds the old one", async () => {
    await give();
    const request = rig.request.bind(rig);
    rig.request = (command, data) =>
      command === Command.Provision ? Promise.resolve({ fault: 0, data: new Uint8Array(0) }) : request(command, data);
    assert.equal(await give(testTicket(1, 2)), undefined);
    assert.deepEqual(rig.faults.at(-1), ["proof", BenchFault.KeyUnproven]);
    assert.match(rig.outcomes.at(-1)!.words, /still holds key 1, not 2/);
  });

  it("refuses a ticket without a key to give, and one for a key that is not held", async () => {
    assert.equal(await give(testTicket(1)), undefined);
    assert.deepEqual(rig.faults.at(-1), ["key", BenchFault.TicketUnfit]);
    await give(testTicket(0, 1));
    assert.equal(await give(testTicket(2, 3)), undefined);
    assert.deepEqual(rig.faults.at(-1), ["key", BenchFault.TicketUnfit]);
    assert.equal((await askHello(rig)).keyEpoch, 1);
  });
});
