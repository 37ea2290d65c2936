// Flashing a handheld on which Parola runs: the real firmware in the simulator carries the bundle into the slot that does not
// run, the real loader decides what starts. The cable is pulled at every frame; key and day stay.
import assert from "node:assert/strict";
import { DockError } from "../../../src/dock/dock-error.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { BenchError } from "../../../src/technician/bench-error.ts";
import { BenchFault } from "../../../src/technician/faults.ts";
import type { BoardBundle } from "../../../src/technician/flash/board-files.ts";
import { BundleFlasher } from "../../../src/technician/flash/flash-bundle.ts";
import { flashLocked, type LockedFlashJob } from "../../../src/technician/flash/flash-locked.ts";
import type { TechnicianPort } from "../../../src/technician/technician-port.ts";
import { openTechnicianSession } from "../../../src/technician/technician-session.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  type Behaviour,
  bundleText,
  LOADER_BYTES,
  SimBoardStorage,
  type Start,
  startHandheld,
} from "../../support/sim-boot.ts";
import { testKeyFile } from "../../support/test-round.ts";
import { BenchRig, testTicket } from "../support/bench-rig.ts";

const GEOMETRY = { start: 0, bytes: 262_144, pageBytes: 1024, slotBytes: 4096 };
const QUIET = { say: () => undefined, wrote: () => undefined };

function bundle(name: string, behaviour: Behaviour = "up"): BoardBundle {
  return {
    name: "parola.a",
    text: bundleText(name, behaviour, 3000),
    version: "0.1.0",
    board: "sim",
    interpreter: "SIM",
    geometry: GEOMETRY,
  };
}

describe("flashing a locked handheld", () => {
  let rig: BenchRig;
  let starts: Start[];

  beforeEach(async () => {
    rig = new BenchRig();
    starts = [];
    const order = { geometry: GEOMETRY, loader: LOADER_BYTES, bundle: text("v1"), erase: false };
    await new BundleFlasher(new SimBoardStorage(rig.handheld.chip), nodeHash, order, QUIET).flash();
    assert.equal(startHandheld(rig.handheld.chip).bundle, "v1");
    rig.handheld.boot();
    assert.equal((await rig.request(Command.Provision, testKeyFile())).fault, 0);
  });

  function text(name: string): Uint8Array {
    return new Uint8Array(Buffer.from(bundle(name).text, "latin1"));
  }

  /** Opens a session; from the second time on the handheld has started anew. */
  function job(wanted: BoardBundle, options: Partial<LockedFlashJob> = {}): LockedFlashJob {
    let connections = 0;
    const connect = async (): Promise<TechnicianPort> => {
      if (connections++ > 0) {
        rig.clock.advance(200);
        starts.push(startHandheld(rig.handheld.chip));
      }
      const port = rig.plugIn();
      await openTechnicianSession(port, testTicket(1));
      return port;
    };
    return { bundle: wanted, hash: nodeHash, connect, force: true, restart: true, startLimit_ms: 20_000, ...options };
  }

  const runs = (): string | undefined => startHandheld(rig.handheld.chip).bundle;

  it("writes the slot that does not run, starts it anew, and waits until it is up; the key stays", async () => {
    for (const [name, slot] of [
      ["v2", "b"],
      ["v3", "a"],
    ] as const) {
      assert.deepEqual(await flashLocked(job(bundle(name)), QUIET), { wasThere: false, slot });
      assert.equal(starts.at(-1)?.bundle, name);
      assert.equal(runs(), name);
    }
    const port = rig.plugIn();
    assert.equal((await openTechnicianSession(port, testTicket(1))).device, 7);
  });

  it("writes nothing when it runs already", async () => {
    const image = rig.handheld.image.slice();
    assert.deepEqual(await flashLocked(job(bundle("v1")), QUIET), { wasThere: true, slot: "a" });
    assert.deepEqual(rig.handheld.image, image);
  });

  for (const behaviour of ["throws", "silent"] as const) {
    it(`says that a bundle did not come up: ${behaviour}`, async () => {
      const flashed = flashLocked(job(bundle("bad", behaviour)), QUIET);
      await assert.rejects(flashed, (error) => error instanceof BenchError && error.number === BenchFault.FlashNotUp);
      assert.deepEqual(
        starts.map((start) => start.bundle),
        ["bad", "bad"],
      );
      assert.equal(runs(), "v1");
    }).timeout(10_000);
  }

  it("refuses another board's bundle and an interpreter that is not known good, before anything is written", async () => {
    const image = rig.handheld.image.slice();
    for (const [wanted, number] of [
      [{ ...bundle("v2"), board: "linux" }, BenchFault.FlashOtherBoard],
      [bundle("v2"), BenchFault.FlashOldInterpreter], // a simulated board names no interpreter
      [{ ...bundle("v2"), geometry: { ...GEOMETRY, bytes: 65_536 } }, BenchFault.FlashOtherStorage],
      [{ ...bundle("v2"), text: "x".repeat(4097) }, BenchFault.FlashTooLarge],
    ] as const) {
      const force = number === BenchFault.FlashOtherStorage || number === BenchFault.FlashTooLarge;
      const flashed = flashLocked(job(wanted, { force }), QUIET);
      await assert.rejects(flashed, (error) => error instanceof BenchError && error.number === number, `${number}`);
    }
    assert.deepEqual(rig.handheld.image, image);
  });

  it("says what to do where no slots were laid down, and changes nothing", async () => {
    rig = new BenchRig();
    assert.equal((await rig.request(Command.Provision, testKeyFile())).fault, 0);
    const image = rig.handheld.image.slice();
    await assert.rejects(flashLocked(job(bundle("v2")), QUIET), /--erase/);
    assert.deepEqual(rig.handheld.image, image);
  });

  it("leaves one whole bundle to start when the cable is pulled at any frame, and goes on when asked again", async () => {
    let requests = 0;
    const counted = job(bundle("v2"), { restart: false });
    const count = await flashLocked({ ...counted, connect: () => cut(counted, Infinity, () => requests++) }, QUIET);
    assert.equal(count.slot, "b");
    assert.ok(requests > 10, `${requests} frames`);
    for (let at = 0; at < requests; at += 1) {
      const wanted = bundle(`w${at}`);
      const one = job(wanted, { restart: false });
      const before = runs();
      await assert.rejects(flashLocked({ ...one, connect: () => cut(one, at) }, QUIET), DockError, `frame ${at}`);
      const then = runs();
      assert.ok(then === before || then === wanted.text.split("|")[0], `${String(then)} runs after frame ${at}`);
      rig.handheld.boot();
    }
    assert.equal((await flashLocked(job(bundle("v9")), QUIET)).wasThere, false);
    assert.equal(runs(), "v9");
  }).timeout(30_000);

  /** A port whose cable is pulled at a request. */
  async function cut(of: LockedFlashJob, at: number, asked: () => void = () => undefined): Promise<TechnicianPort> {
    const port = await of.connect();
    let left = at;
    return {
      request: (command, data) => {
        asked();
        if (left-- === 0) return Promise.reject(new DockError("closed", "the cable was pulled"));
        return port.request(command, data);
      },
      openSession: (identity) => port.openSession(identity),
      endSession: () => port.endSession(),
      close: () => port.close(),
    };
  }
});
