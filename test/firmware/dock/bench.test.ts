// What dock and bench ask of a handheld besides loading: time, settings, diagnostics, self-test, console, restart, wipe.
// SPEC.md §10.4 and §10.5.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { latin1Bytes, latin1Text, readU32 } from "../../../src/shared/wire/bytes.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import {
  decodeDiagnostics,
  decodeSettings,
  encodeSettings,
  SelfTestPart,
} from "../../../src/shared/wire/service-data.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { LoadedHandheld, loadedHandheld } from "../../support/loaded-handheld.ts";
import { DAY, manyParcels, NOON_S, testKeyFile } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";

const PARCELS = manyParcels(4, 2);
const NONE = new Uint8Array(0);

describe("at the bench", () => {
  let loaded: LoadedHandheld;

  beforeEach(() => {
    loaded = loadedHandheld({ parcels: PARCELS });
  });

  function note(): void {
    loaded.scan(PARCELS[1]!.tracking);
    loaded.press(Key.Reason, 1 as Key);
  }

  describe("the time", () => {
    it("is told, and set within what a sync may set", () => {
      const told = loaded.command(Command.Time);
      assert.equal(told.fault, 0);
      assert.ok(readU32(told.data, 0) >= NOON_S && told.data[4] === 0);
      assert.equal(loaded.command(Command.Time, u32Bytes(NOON_S + 7200)).fault, 0);
      assert.equal(readU32(loaded.command(Command.Time).data, 0), NOON_S + 7200);
    });

    it("is refused before the floor and a day behind the manifest, and stays", () => {
      for (const time_s of [0, NOON_S - 86_400, (DAY + 3) * 86_400, 0xffff_ffff]) {
        assert.equal(loaded.command(Command.Time, u32Bytes(time_s)).fault, FaultNumber.ClockOutOfRange);
      }
      assert.equal(loaded.command(Command.Time, new Uint8Array(3)).fault, FaultNumber.DockBadFrame);
      assert.ok(readU32(loaded.command(Command.Time).data, 0) < NOON_S + 100);
    });

    it("is estimated without a clock, until it is set", () => {
      loaded.restart();
      assert.equal(loaded.command(Command.Time).data[4], 1);
      assert.equal(loaded.command(Command.Time, u32Bytes(NOON_S + 60)).fault, 0);
      assert.equal(loaded.command(Command.Time).data[4], 0);
    });
  });

  describe("settings", () => {
    it("have their defaults, are kept over restarts, days and keys", () => {
      const defaults = { language: "en", boardRevision: 0, volume: 10, backlight: 5 };
      assert.deepEqual(decodeSettings(loaded.command(Command.Settings).data), defaults);
      const wanted = { language: "it", boardRevision: 513, volume: 0, backlight: 10 };
      for (let turn = 0; turn < 3; turn++) {
        assert.deepEqual(decodeSettings(loaded.command(Command.Settings, encodeSettings(wanted)).data), wanted);
      }
      loaded.restart();
      assert.deepEqual(decodeSettings(loaded.command(Command.Settings).data), wanted);
    });

    it("out of their ranges change nothing", () => {
      const good = encodeSettings({ language: "de", boardRevision: 1, volume: 3, backlight: 3 });
      assert.equal(loaded.command(Command.Settings, good).fault, 0);
      for (const [at, value] of [
        [0, 0x44],
        [1, 0x7b],
        [4, 11],
        [5, 255],
      ] as const) {
        const bad = good.slice();
        bad[at] = value;
        assert.equal(loaded.command(Command.Settings, bad).fault, FaultNumber.DockBadFrame, `byte ${at}`);
      }
      assert.equal(loaded.command(Command.Settings, good.slice(0, 7)).fault, FaultNumber.DockBadFrame);
      assert.deepEqual(loaded.command(Command.Settings).data, good);
    });
  });

  it("diagnostics say how it does", () => {
    note();
    const facts = decodeDiagnostics(loaded.command(Command.Diagnostics).data);
    assert.deepEqual(facts, {
      stopped: 0,
      failedProofs: 0,
      journalEnd: 1,
      journalSlots: facts.journalSlots,
      day: DAY,
      parcels: 4,
      deviceFailures: 0,
      link: false,
      slot: "a",
      about: "simulated",
    });
    assert.ok(facts.journalSlots > 20);
    loaded.tryCode(PARCELS[0]!.tracking, "000001");
    assert.equal(decodeDiagnostics(loaded.command(Command.Diagnostics).data).deviceFailures, 1);
    const blank = new LoadedHandheld();
    blank.boot();
    assert.equal(blank.command(Command.Provision, testKeyFile()).fault, 0);
    const bare = decodeDiagnostics(blank.command(Command.Diagnostics).data);
    assert.deepEqual([bare.day, bare.parcels, bare.slot], [0, 0, ""]);
  });

  describe("the self-test", () => {
    const part = (...data: number[]) => loaded.command(Command.SelfTest, new Uint8Array(data));

    it("digests whatever it is given", () => {
      for (const bytes of [NONE, latin1Bytes("abc"), new Uint8Array(1000).fill(7)]) {
        const { fault, data } = part(SelfTestPart.Digest, ...bytes);
        assert.equal(fault, 0);
        assert.deepEqual([...data.slice(0, 32)], [...createHash("sha256").update(bytes).digest()]);
        assert.equal(readU32(data, 32), crc32(bytes));
      }
    });

    it("writes, reads and erases a scratch file, again and again, and leaves the day alone", () => {
      const { free } = loaded.hello();
      for (let turn = 0; turn < 3; turn++) assert.equal(part(SelfTestPart.Scratch).fault, 0);
      assert.ok(loaded.hello().free > free - 1000);
      assert.equal(loaded.hello().sequence, 1);
    });

    it("draws its patterns and plays its tones", () => {
      const drawn = [0, 1, 2].map((pattern) => {
        assert.equal(part(SelfTestPart.Pattern, pattern).fault, 0);
        return loaded.handheld.drawing.filter(({ kind }) => kind === "bar").length;
      });
      assert.deepEqual(drawn, [0, 1, 8]);
      const before = loaded.handheld.tones.length;
      assert.equal(part(SelfTestPart.Tone, Tone.Locked).fault, 0);
      assert.deepEqual(loaded.handheld.tones.slice(before), [Tone.Locked]);
      for (const bad of [[SelfTestPart.Pattern, 3], [SelfTestPart.Pattern], [SelfTestPart.Tone, 6], [6], [255], []]) {
        assert.equal(part(...bad).fault, FaultNumber.DockBadFrame, bad.join(" "));
      }
    });

    it("hands keys and labels to the bench, once, and to nobody else", () => {
      assert.deepEqual([...part(SelfTestPart.Input).data], [0]);
      loaded.press(Key.Enter, 7 as Key, Key.Reason);
      loaded.scan(PARCELS[0]!.tracking);
      assert.equal(loaded.title(), "SELF-TEST");
      const { data } = part(SelfTestPart.Input);
      assert.deepEqual([...data.slice(0, 4)], [3, Key.Enter, 7, Key.Reason]);
      assert.equal(latin1Text(data, 4, data.length - 4), PARCELS[0]!.tracking);
      assert.deepEqual([...part(SelfTestPart.Input).data], [0]);
      assert.equal(part(SelfTestPart.End).fault, 0);
      assert.match(loaded.title(), /^PAROLA/);
      loaded.scan(PARCELS[0]!.tracking);
      assert.match(loaded.title(), /^STOP/, "the app has its labels back");
    });

    it("ends by itself after a minute without a part", () => {
      part(SelfTestPart.Input);
      loaded.wait(59_000);
      assert.equal(loaded.title(), "SELF-TEST");
      part(SelfTestPart.Input);
      loaded.wait(59_000);
      assert.equal(loaded.title(), "SELF-TEST", "a part begins the minute anew");
      loaded.wait(2000);
      assert.match(loaded.title(), /^PAROLA/);
      loaded.scan(PARCELS[0]!.tracking);
      assert.match(loaded.title(), /^STOP/);
    });
  });

  it("the console is opened and closed, and a restart closes it", () => {
    const set = (open: number) => loaded.command(Command.Console, new Uint8Array([open])).fault;
    assert.equal(set(1), 0);
    assert.equal(loaded.handheld.consoleIsOpen, true);
    assert.equal(set(0), 0);
    assert.equal(loaded.handheld.consoleIsOpen, false);
    assert.equal(set(1), 0);
    loaded.restart();
    assert.equal(loaded.handheld.consoleIsOpen, false);
    assert.equal(set(2), FaultNumber.DockBadFrame);
    assert.equal(loaded.command(Command.Console, NONE).fault, FaultNumber.DockBadFrame);
  });

  it("answers a restart before it starts anew, and is the same afterwards", () => {
    note();
    assert.equal(loaded.command(Command.Reboot).fault, 0);
    loaded.wait(50);
    assert.doesNotMatch(loaded.title(), /\?/, "not yet");
    loaded.wait(100);
    assert.match(loaded.title(), /^PAROLA .*\?/, "its clock is lost");
    assert.deepEqual([loaded.hello().sequence, loaded.hello().unsent], [1, 1]);
  });

  describe("a wipe", () => {
    beforeEach(() => (loaded.handheld.docked = true));

    it("leaves a handheld without key, day and settings, its flash free", () => {
      const settings = encodeSettings({ language: "it", boardRevision: 2, volume: 1, backlight: 1 });
      loaded.command(Command.Settings, settings);
      assert.equal(loaded.command(Command.Wipe, new Uint8Array([0])).fault, 0);
      assert.deepEqual([loaded.hello().device, loaded.hello().sequence], [0, 0]);
      const image = Buffer.from(loaded.handheld.image);
      assert.equal(image.indexOf(Buffer.from(testKeyFile().slice(16, 48))), -1, "no key is left in the flash");
      assert.equal(image.indexOf(PARCELS[0]!.tracking), -1, "nor a label");
      assert.equal(loaded.command(Command.Provision, testKeyFile(7, 2)).fault, 0);
      assert.notDeepEqual(loaded.command(Command.Settings).data, settings);
    });

    it("is refused while results are unsent, unless told to lose them; and without power", () => {
      note();
      assert.equal(loaded.command(Command.Wipe, new Uint8Array([0])).fault, FaultNumber.DockUnsent);
      assert.equal(loaded.command(Command.Wipe, NONE).fault, FaultNumber.DockBadFrame);
      loaded.handheld.docked = false;
      assert.equal(loaded.command(Command.Wipe, new Uint8Array([1])).fault, FaultNumber.DockNoPower);
      loaded.handheld.docked = true;
      assert.deepEqual([loaded.hello().device, loaded.hello().unsent], [7, 1]);
      assert.equal(loaded.command(Command.Wipe, new Uint8Array([1])).fault, 0);
      assert.equal(loaded.hello().device, 0);
    });
  });
});
