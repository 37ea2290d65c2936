// Info, settings, console, wipe and restart at the bench, against the built firmware.
import assert from "node:assert/strict";
import { FaultNumber } from "../../src/shared/faults.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { BenchError } from "../../src/technician/bench-error.ts";
import { BenchFault } from "../../src/technician/faults.ts";
import { factsInWords, readFacts } from "../../src/technician/handheld-facts.ts";
import { provision } from "../../src/technician/provision.ts";
import { setTime } from "../../src/technician/set-time.ts";
import { keepSettings, readSettings } from "../../src/technician/settings.ts";
import { askHello } from "../../src/technician/technician-port.ts";
import { openTechnicianSession } from "../../src/technician/technician-session.ts";
import { reboot, setConsole, wipe } from "../../src/technician/upkeep.ts";
import { NOON_S } from "../support/test-round.ts";
import { BenchRig, testTicket } from "./support/bench-rig.ts";

const TICKET = testTicket(1);

function fails(number: number): (error: unknown) => boolean {
  return (error) => error instanceof BenchError && error.number === number;
}

describe("the bench's verbs", () => {
  let rig: BenchRig;

  beforeEach(async () => {
    rig = new BenchRig();
    assert.ok(await provision(rig, { ticket: testTicket(0, 1), settings: {}, now_s: () => NOON_S }, () => undefined));
    rig.commands.length = 0;
  });
  afterEach(() => rig.close());

  describe("info", () => {
    it("tells every fact in words", async () => {
      const facts = new Map(factsInWords(await readFacts(rig, TICKET)));
      assert.equal(facts.get("device"), "7, key 1");
      assert.equal(facts.get("battery"), "85 %, on the dock's supply");
      assert.equal(facts.get("settings"), "language en, board revision unknown, volume 10 of 10, backlight 5 of 10");
      assert.equal(facts.get("interpreter"), "simulated");
      assert.equal(facts.get("day"), "none");
      assert.equal(facts.size, 15);
    });

    it("tells what Hello says without a ticket, and opens no session", async () => {
      const facts = await readFacts(rig, undefined);
      assert.equal(facts.diagnostics, undefined);
      assert.equal(factsInWords(facts).length, 7);
      assert.deepEqual(rig.commands, [Command.Hello]);
    });

    it("names a day, its state and unsent results", () => {
      const hello = { device: 7, keyEpoch: 1, sequence: 4, journalEpoch: 9, unsent: 2, free: 1, firmware: 0x010203 };
      const diagnostics = {
        ...{ stopped: 103, failedProofs: 0, journalEnd: 5, journalSlots: 700, day: 20_781, parcels: 300 },
        ...{ deviceFailures: 1, link: true, slot: "a", about: "2v29 a" },
      };
      const facts = { hello: { ...hello, battery: 255, docked: false, board: "x" }, diagnostics };
      const words = new Map(factsInWords(facts));
      assert.equal(words.get("firmware"), "1.2.3");
      assert.equal(words.get("battery"), "charge unknown, not on the dock's supply");
      assert.equal(words.get("day"), "2026-11-24, 300 parcels, slot a");
      assert.match(words.get("day's state")!, /stopped: .*F103/);
      assert.match(words.get("unsent")!, /^2 results/);
    });
  });

  it("opens no session with another device's ticket, an older key's, or a wrong key", async () => {
    await assert.rejects(openTechnicianSession(rig, testTicket(1, undefined, 8)), fails(BenchFault.OtherDevice));
    await assert.rejects(openTechnicianSession(rig, testTicket(2)), fails(BenchFault.TicketUnfit));
    const wrong = { ...TICKET, technicianKey: new Uint8Array(32) };
    await assert.rejects(openTechnicianSession(rig, wrong), fails(BenchFault.KeyUnproven));
    assert.equal((await openTechnicianSession(rig, TICKET)).device, 7);
  });

  it("keeps the settings that are named, and no others", async () => {
    await openTechnicianSession(rig, TICKET);
    await keepSettings(rig, { language: "it", volume: 0 });
    await keepSettings(rig, { backlight: 3 });
    assert.deepEqual(await readSettings(rig), { language: "it", boardRevision: 0, volume: 0, backlight: 3 });
    await assert.rejects(keepSettings(rig, { volume: 11 }), fails(FaultNumber.DockBadFrame));
    rig.tamper = (command, _sent, answer) => {
      if (command === Command.Settings) answer.data[5] = 4;
      return answer;
    };
    await assert.rejects(keepSettings(rig, { backlight: 9 }), fails(BenchFault.SettingsUnkept));
  });

  it("opens and closes the console", async () => {
    await openTechnicianSession(rig, TICKET);
    assert.match(await setConsole(rig, true), /until it is locked or starts anew/);
    assert.equal(rig.handheld.consoleIsOpen, true);
    await setConsole(rig, false);
    assert.equal(rig.handheld.consoleIsOpen, false);
  });

  it("finds a clock that does not take the time", async () => {
    await openTechnicianSession(rig, TICKET);
    assert.equal(await setTime(rig, () => NOON_S + 5), "2026-11-24 12:00:05 UTC");
    rig.tamper = (command, _sent, answer) => {
      if (command === Command.Time) answer.data[1]! ^= 1;
      return answer;
    };
    await assert.rejects(
      setTime(rig, () => NOON_S),
      fails(BenchFault.ClockPace),
    );
    rig.tamper = (command, _sent, answer) => {
      if (command === Command.Time) answer.data[4] = 1;
      return answer;
    };
    await assert.rejects(
      setTime(rig, () => NOON_S),
      fails(BenchFault.ClockPace),
    );
  });

  it("starts it anew, after which a session opens again", async () => {
    await openTechnicianSession(rig, TICKET);
    await setConsole(rig, true);
    await reboot(rig);
    rig.clock.advance(200);
    assert.equal(rig.handheld.consoleIsOpen, false);
    assert.equal((await openTechnicianSession(rig, TICKET)).keyEpoch, 1);
  });

  describe("wipe", () => {
    it("leaves a handheld without a key, that is provisioned again", async () => {
      await openTechnicianSession(rig, TICKET);
      const asked: number[][] = [];
      rig.tamper = (command, sent, answer) => {
        if (command === Command.Wipe) asked.push([...sent]);
        return answer;
      };
      assert.match(await wipe(rig, false), /handheld 7 has no key/);
      assert.deepEqual(asked, [[0]], "told to keep what is unsent");
      assert.equal((await askHello(rig)).device, 0);
      await assert.rejects(openTechnicianSession(rig, TICKET), fails(FaultNumber.KeyMissing));
      const wish = { ticket: testTicket(1, 2), settings: {}, now_s: () => NOON_S };
      assert.equal((await provision(rig, wish, rig.report))?.keyEpoch, 2);
    });

    it("is refused while results are unsent, and without power", async () => {
      await openTechnicianSession(rig, TICKET);
      rig.handheld.docked = false;
      await assert.rejects(wipe(rig, false), fails(FaultNumber.DockNoPower));
      rig.handheld.docked = true;
      rig.commands.length = 0;
      rig.tamper = (command, _sent, answer) => {
        if (command === Command.Hello) answer.data[16] = 1;
        return answer;
      };
      await assert.rejects(wipe(rig, false), fails(FaultNumber.DockUnsent));
      assert.ok(!rig.commands.includes(Command.Wipe));
      assert.match(await wipe(rig, true), /1 results are lost/);
    });

    it("does not take the handheld's word for it", async () => {
      await openTechnicianSession(rig, TICKET);
      const request = rig.request.bind(rig);
      rig.request = (command, data) =>
        command === Command.Wipe ? Promise.resolve({ fault: 0, data: new Uint8Array(0) }) : request(command, data);
      await assert.rejects(wipe(rig, false), fails(BenchFault.NotWiped));
    });
  });
});
