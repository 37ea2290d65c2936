// The simulated handheld around a bundle of a few lines: power cuts, timers, requests, clock, cable.
import assert from "node:assert/strict";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";
import { FLASH_BYTES, SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { TINY_BUNDLE } from "../support/tiny-bundle.ts";

const START_S = 1_800_000_000;

describe("SimulatedHandheld", () => {
  let clock: ManualClock;
  let answerPost: (status: number) => void;
  let handheld: SimulatedHandheld;

  beforeEach(() => {
    clock = new ManualClock(START_S);
    handheld = new SimulatedHandheld({
      bundle: TINY_BUNDLE,
      clock,
      transport: () => new Promise((done) => (answerPost = (status) => done({ status, body: new Uint8Array(3) }))),
    });
  });

  it("has an erased flash and takes no input before it is switched on", () => {
    assert.equal(handheld.image.length, FLASH_BYTES);
    assert.ok(handheld.image.every((byte) => byte === 0xff));
    handheld.press(1);
    assert.equal(handheld.isRunning, false);
    assert.deepEqual(handheld.screenText().join(""), "");
    assert.equal(handheld.service(new Uint8Array([1])).length, 0);
  });

  it("shows what the bundle draws", () => {
    handheld.boot();
    assert.equal(handheld.screenText()[0], "boot unset");
    handheld.type("12");
    assert.equal(handheld.screenText()[0], "key 2");
    assert.equal(handheld.writes, 2);
  });

  it("keeps the flash over a power cut, and loses screen, clock and input", () => {
    handheld.boot();
    handheld.scan("C");
    assert.equal(handheld.screenText()[0], "clock 1000");
    handheld.press(3);
    handheld.cutPower();
    handheld.press(4);
    assert.deepEqual(handheld.drawing, []);
    assert.equal(handheld.image[3 * 16], 0x11);
    assert.equal(handheld.image[4 * 16], 0xff);
    handheld.boot();
    assert.equal(handheld.screenText()[0], "boot unset");
  });

  it("cuts the power inside the write it was told, after the bytes it was told", () => {
    handheld.boot();
    handheld.cutPowerAtWrite(2, 3);
    handheld.press(0);
    handheld.press(7);
    assert.equal(handheld.isRunning, false);
    assert.deepEqual([...handheld.image.subarray(112, 117)], [0x11, 0x11, 0x11, 0xff, 0xff]);
    handheld.boot();
    handheld.press(7);
    assert.equal(handheld.image[116], 0x11, "the plan is used up");
  });

  it("lets no earlier life write after a cut", () => {
    const survivor = new SimulatedHandheld({
      bundle: `host.ready({ key: function () {
        try { host.chip.program(0, new Uint8Array(8)); } catch (e) { host.chip.program(8, new Uint8Array(8)); }
      } });`,
      clock,
    });
    survivor.boot();
    survivor.cutPowerAtWrite(1, 0);
    survivor.press(1);
    assert.ok(survivor.image.every((byte) => byte === 0xff));
    assert.equal(survivor.isRunning, false);
  });

  it("fires timers by the clock, and none after a cut", () => {
    handheld.boot();
    handheld.scan("T");
    clock.advance(999);
    assert.equal(handheld.screenText()[0], "boot unset");
    clock.advance(1);
    assert.equal(handheld.screenText()[0], "timer");
    handheld.scan("T");
    handheld.boot();
    assert.equal(clock.untilNext_ms(), undefined, "a timer left behind keeps the process alive");
    clock.advance(5000);
    assert.equal(handheld.screenText()[0], "boot unset");
  });

  it("runs its clock from where it was set", () => {
    handheld.boot();
    handheld.scan("C");
    clock.advance(5500);
    handheld.scan("C");
    assert.equal(handheld.screenText()[0], "clock 1000");
  });

  it("posts while the link is up, and has no connection while it is down", async () => {
    handheld.boot();
    handheld.scan("x");
    await handheld.whenIdle();
    assert.equal(handheld.screenText()[0], "post 0 0");
    handheld.setLink(true);
    assert.equal(handheld.screenText()[0], "link up");
    assert.deepEqual(handheld.tones, [2]);
    handheld.scan("x");
    answerPost(200);
    await handheld.whenIdle();
    assert.equal(handheld.screenText()[0], "post 200 3");
  });

  it("tells of the link's return once", () => {
    handheld.boot();
    handheld.setLink(true);
    handheld.setLink(true);
    assert.deepEqual(handheld.tones, [2]);
  });

  it("drops the reply to a request of an earlier life", async () => {
    handheld.boot();
    handheld.setLink(true);
    handheld.scan("x");
    handheld.boot();
    answerPost(200);
    await handheld.whenIdle();
    assert.equal(handheld.screenText()[0], "boot unset");
  });

  it("throws on a crash of the firmware, which is no power cut", () => {
    handheld.boot();
    assert.throws(() => handheld.press(15), /crash/);
    assert.equal(handheld.isRunning, true);
  });

  it("carries the service port over a cable that also gives power", async () => {
    handheld.boot();
    const cable = handheld.plugIn();
    assert.equal(handheld.docked, true);
    const answer = await new Promise((resolve) => {
      cable.onData(resolve);
      cable.write(new Uint8Array([5, 6]));
    });
    assert.deepEqual(answer, new Uint8Array([5, 6]));
    cable.close();
    cable.close();
    assert.equal(handheld.docked, false);
  });

  it("ends the cable when the power is cut inside an answer", async () => {
    handheld.boot();
    const cable = handheld.plugIn();
    handheld.cutPowerAtWrite(1, 0);
    cable.write(new Uint8Array([9]));
    assert.match(await new Promise((resolve) => cable.onClose(resolve)), /switched off/);
  });
});
