// The service port of the whole handheld: hello, keys, maintenance, repeated and broken frames. No input crashes it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { concatBytes } from "../../../src/shared/wire/bytes.ts";
import { Command, encodeFrame } from "../../../src/shared/wire/service-frame.ts";
import { type LoadedHandheld, loadedHandheld, LoadedHandheld as Handheld } from "../../support/loaded-handheld.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { holds } from "../../support/properties.ts";
import { DAY, manyParcels, sealRound, testKey, testKeyFile } from "../../support/test-round.ts";
import { Key } from "../../../hal/contract/keypad.ts";

const PARCELS = manyParcels(4, 2);
const ROUND = { parcels: PARCELS };

describe("the service port", () => {
  let loaded: LoadedHandheld;

  beforeEach(() => {
    loaded = loadedHandheld(ROUND);
  });

  /** Leaves a record that is not sent. */
  function note(): void {
    loaded.scan(PARCELS[1]!.tracking);
    loaded.press(Key.Reason, 1 as Key);
  }

  it("says who it is, with and without a key", () => {
    const { device, keyEpoch, sequence, journalEpoch, unsent, board } = loaded.hello();
    assert.deepEqual([device, keyEpoch, sequence, journalEpoch, unsent, board], [7, 1, 1, 501, 0, "sim"]);
    note();
    assert.equal(loaded.hello().unsent, 1);
    const blank = new Handheld();
    blank.boot();
    assert.deepEqual([blank.hello().device, blank.hello().sequence], [0, 0]);
    assert.deepEqual(blank.screen().slice(1, 4), ["", "No key.", "Bring to the bench."]);
  });

  it("answers a command that it does not know", () => {
    for (const command of [0x11, 0x05, 0x07, 0x21, 0x3f]) {
      assert.equal(loaded.command(command).fault, FaultNumber.DockUnknownCommand);
    }
  });

  it("drops a bad frame, and answers the next one as if nothing had been", () => {
    const frame = encodeFrame(nodeHash, 1, Command.Hello, new Uint8Array(0));
    frame[frame.length - 1]! ^= 1;
    assert.equal(loaded.handheld.service(frame).length, 0);
    assert.equal(loaded.hello().device, 7);
  });

  it("gives an unfinished frame up after a second of silence at most, and serves what came behind its mark", () => {
    const frame = encodeFrame(nodeHash, 1, Command.LoadBegin, new Uint8Array(500));
    const hello = encodeFrame(nodeHash, 9, Command.Hello, new Uint8Array(0));
    assert.equal(loaded.handheld.service(concatBytes([frame.slice(0, 200), hello])).length, 0);
    loaded.wait(1010);
    const late = loaded.handheld.service(new Uint8Array([0])); // the simulated cable hands it over with the next bytes
    assert.deepEqual([late[3], late[5]], [9, Command.Hello | 0x80]);
    assert.equal(loaded.hello().device, 7);
  });

  it("refuses work without a key", () => {
    const blank = new Handheld();
    blank.boot();
    const { head } = sealRound(ROUND);
    for (const [command, data] of [
      [Command.LoadBegin, head],
      [Command.SyncRequest, new Uint8Array(0)],
      [Command.SyncReply, new Uint8Array(96)],
    ] as const) {
      assert.equal(blank.command(command, data).fault, FaultNumber.KeyMissing);
    }
    assert.equal(loaded.command(Command.LoadData, new Uint8Array(12)).fault, FaultNumber.DockNoLoad);
    assert.equal(loaded.command(Command.LoadCommit).fault, FaultNumber.DockNoLoad);
  });

  describe("provisioning", () => {
    const next = testKeyFile(7, 2);
    const signed = (file: Uint8Array, key = testKey("technician")): Uint8Array =>
      concatBytes([file, hmac(nodeHash, key, [file])]);

    it("takes a first key that is whole, and no other", () => {
      const blank = new Handheld();
      blank.boot();
      const damaged = testKeyFile();
      damaged[20]! ^= 1;
      for (const file of [damaged, testKeyFile().slice(0, 127), new Uint8Array(0)]) {
        assert.equal(blank.command(Command.Provision, file).fault, FaultNumber.KeyDamaged);
        assert.equal(blank.hello().device, 0);
      }
      assert.equal(blank.command(Command.Provision, testKeyFile()).fault, 0);
      blank.restart();
      assert.equal(blank.hello().device, 7);
    });

    it("takes a later key only under the technician's MAC", () => {
      const bad = signed(next);
      bad[150]! ^= 1;
      for (const data of [
        next,
        bad,
        signed(next, testKey("sync")),
        signed(next).slice(0, 159),
        new Uint8Array([...signed(next), 0]),
      ]) {
        assert.equal(loaded.command(Command.Provision, data).fault, FaultNumber.KeyRefused);
        assert.deepEqual([loaded.hello().keyEpoch, loaded.hello().sequence], [1, 1]);
      }
      assert.equal(loaded.command(Command.Provision, signed(next)).fault, 0);
      assert.deepEqual([loaded.hello().keyEpoch, loaded.hello().sequence], [2, 0]);
      assert.equal(loaded.command(Command.LoadBegin, sealRound({ ...ROUND, sequence: 2 }).head).fault, 204);
    });

    it("waits until everything is sent", () => {
      note();
      assert.equal(loaded.command(Command.Provision, signed(next)).fault, FaultNumber.DockUnsent);
      assert.equal(loaded.hello().unsent, 1);
      loaded.dockSync();
      assert.equal(loaded.command(Command.Provision, signed(next)).fault, 0);
    });

    it("refuses a damaged new key, and keeps the old one and its day", () => {
      const damaged = next.slice();
      damaged[20]! ^= 1;
      assert.equal(loaded.command(Command.Provision, signed(damaged)).fault, FaultNumber.KeyDamaged);
      assert.deepEqual([loaded.hello().keyEpoch, loaded.hello().sequence], [1, 1]);
    });
  });

  describe("maintenance", () => {
    const tomorrow = (DAY + 1) * 86_400 + 3600;

    it("needs the dock's supply, a battery, and everything sent", () => {
      loaded.handheld.docked = false;
      assert.equal(loaded.command(Command.Maintenance).fault, FaultNumber.DockNoPower);
      loaded.handheld.docked = true;
      loaded.handheld.battery = 19;
      assert.equal(loaded.command(Command.Maintenance).fault, FaultNumber.DockNoPower);
      loaded.handheld.battery = 255;
      note();
      assert.equal(loaded.command(Command.Maintenance).fault, FaultNumber.DockUnsent);
      loaded.dockSync();
      assert.equal(loaded.command(Command.Maintenance).fault, 0);
    });

    it("keeps a day that is not over, and makes room", () => {
      loaded.handheld.docked = true;
      const { free } = loaded.hello();
      assert.equal(loaded.load(sealRound({ ...ROUND, sequence: 2 })), 0);
      const full = loaded.hello().free;
      assert.equal(loaded.command(Command.Maintenance).fault, 0);
      assert.ok(loaded.hello().free > full && loaded.hello().free === free);
      assert.equal(loaded.hello().sequence, 2);
    });

    it("retires a day that is over, and no older manifest comes back", () => {
      loaded.handheld.docked = true;
      loaded.clock.skip(86_400_000 - 12 * 3_600_000 + 3_600_000);
      loaded.depot.now_s = () => tomorrow;
      loaded.dockSync();
      assert.equal(loaded.command(Command.Maintenance).fault, 0);
      assert.equal(loaded.hello().sequence, 0);
      assert.deepEqual(loaded.screen().slice(2, 4), ["No manifest.", "Load at the dock."]);
      const old = sealRound({ ...ROUND, sequence: 1, day: DAY + 1 });
      assert.ok([207, 208].includes(loaded.load(old)));
      assert.equal(loaded.load(sealRound({ ...ROUND, sequence: 2, day: DAY + 1 })), 0);
      loaded.restart();
      assert.equal(loaded.hello().sequence, 2);
    });
  });

  it("takes no manifest of a retired day, sealed before and loaded when the clock is lost: it knows of no try", () => {
    loaded.handheld.docked = true;
    loaded.clock.skip(86_400_000);
    loaded.depot.now_s = () => (DAY + 1) * 86_400 + 12 * 3600;
    loaded.dockSync();
    assert.equal(loaded.command(Command.Maintenance).fault, 0);
    for (const sequence of [3, 5]) {
      loaded.restart();
      assert.equal(loaded.load(sealRound({ ...ROUND, sequence })), FaultNumber.ManifestExpired);
      assert.equal(loaded.load(sealRound({ ...ROUND, sequence: sequence + 1, day: DAY + 1 })), 0);
    }
  });

  it("starts over when a load is begun again, and loads", () => {
    const sealed = sealRound({ ...ROUND, sequence: 2 });
    for (let turn = 0; turn < 3; turn++) assert.equal(loaded.command(Command.LoadBegin, sealed.head).fault, 0);
    assert.equal(loaded.load(sealed), 0);
    assert.equal(loaded.hello().sequence, 2);
    assert.equal(loaded.load(sealed), FaultNumber.ManifestAlreadyLoaded);
  });

  it("commits nothing that became unsent while it was loaded", () => {
    const sealed = sealRound({ ...ROUND, sequence: 2 });
    assert.equal(loaded.command(Command.LoadBegin, sealed.head).fault, 0);
    note();
    assert.equal(loaded.command(Command.LoadCommit).fault, FaultNumber.DockUnsent);
    assert.equal(loaded.hello().sequence, 1);
  });

  it("survives any bytes: no crash, no try, no lost record", () => {
    const image = loaded.handheld.image.slice();
    const commands = fc.integer({ min: 0, max: 0x7f }).filter((command) => command !== Command.LoadBegin);
    holds(
      fc.property(fc.array(fc.tuple(commands, fc.uint8Array({ maxLength: 200 })), { maxLength: 10 }), (frames) => {
        for (const [command, data] of frames) loaded.handheld.service(encodeFrame(nodeHash, 5, command, data));
        assert.equal(loaded.hello().sequence, 1);
      }),
      60,
    );
    holds(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        loaded.handheld.service(bytes);
        loaded.wait(3000);
        assert.equal(loaded.hello().device, 7);
      }),
      60,
    );
    assert.ok(loaded.handheld.isRunning);
    loaded.handheld.docked = false;
    assert.deepEqual(loaded.handheld.image, image);
  });
});
