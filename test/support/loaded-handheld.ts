// A whole simulated handheld, running the built bundle, with key, manifest and clock put on it through its service
// port: the driver of scenario tests. The depot behind it is a {@link FakeDepot}.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Key } from "../../hal/contract/keypad.ts";
import { concatBytes, latin1Text } from "../../src/shared/wire/bytes.ts";
import type { Hello } from "../../src/shared/wire/service-data.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { type Answer, DockHand } from "./dock-hand.ts";
import { FakeDepot } from "./fake-depot.ts";
import { NOON_S, sealRound, type SealedRound, testKeyFile, type TestRound } from "./test-round.ts";
import { u32Bytes } from "./unit-day.ts";

const PIECE_BYTES = 1024;
/** Longer than any verdict ignores keys. */
const GUARD_MS = 500;

let bundle: string | undefined;

/** Text of dist/sim/bundle.js. */
export function simBundle(): string {
  bundle ??= readFileSync(join(import.meta.dirname, "../../dist/sim/bundle.js"), "latin1");
  return bundle;
}

/** A simulated handheld with hands on it. */
export class LoadedHandheld {
  readonly clock: ManualClock;
  readonly depot = new FakeDepot();
  readonly handheld: SimulatedHandheld;
  /** Why the depot does not answer: HTTP status, 0 for no connection; undefined while it does. */
  outage: number | undefined;
  /** Sends commands. */
  readonly hand: DockHand;

  constructor(start_s = NOON_S) {
    this.clock = new ManualClock(start_s);
    this.depot.now_s = () => Math.floor(this.clock.now_ms() / 1000);
    this.handheld = new SimulatedHandheld({
      bundle: simBundle(),
      clock: this.clock,
      transport: (_url, body) =>
        Promise.resolve(
          this.outage === undefined
            ? { status: 200, body: this.depot.answer(body) }
            : { status: this.outage, body: new Uint8Array(0) },
        ),
    });
    this.hand = new DockHand((bytes) => this.handheld.service(bytes));
  }

  /** Starts it; timers that wait for the first screen run. */
  boot(): void {
    this.handheld.boot();
    this.wait(10);
  }

  /** A frame into the service port and its answer. */
  command(command: Command, data?: Uint8Array): Answer {
    return this.hand.command(command, data);
  }

  hello(): Hello {
    return this.hand.hello();
  }

  /** Sends a sealed manifest in pieces; the first fault, or 0. */
  load(sealed: SealedRound): number {
    const { bytes, head } = sealed;
    const begun = this.command(Command.LoadBegin, head).fault;
    if (begun !== 0) return begun;
    for (let at = head.length; at < bytes.length; at += PIECE_BYTES) {
      const piece = concatBytes([u32Bytes(at), bytes.slice(at, at + PIECE_BYTES)]);
      const { fault } = this.command(Command.LoadData, piece);
      if (fault !== 0) return fault;
    }
    const fault = this.command(Command.LoadCommit).fault;
    this.wait(10);
    return fault;
  }

  /** Syncs over the dock until nothing is left to send; the last fault. */
  dockSync(): number {
    for (let round = 0; round < 200; round++) {
      const request = this.command(Command.SyncRequest);
      assert.equal(request.fault, 0);
      const { fault } = this.command(Command.SyncReply, this.depot.answer(request.data));
      if (fault !== 0 || this.hello().unsent === 0) return fault;
    }
    throw new Error("the sync does not end");
  }

  /** Scans a label as a scanner sends it. */
  scan(label: string): void {
    this.handheld.scan(`${label}\r`);
    this.wait(GUARD_MS);
  }

  /** Presses keys, one after the other, waiting out any guard. */
  press(...keys: Key[]): void {
    for (const key of keys) {
      this.handheld.press(key);
      this.wait(GUARD_MS);
    }
  }

  type(digits: string): void {
    this.handheld.type(digits);
  }

  /** Scan, OK, six digits, OK: the verdict's screen. */
  tryCode(label: string, digits: string): string[] {
    this.press(Key.Back);
    this.scan(label);
    this.press(Key.Enter);
    this.type(digits);
    this.press(Key.Enter);
    return this.screen();
  }

  /** The view as the service port gives it: title, big, lines, hint. */
  screen(): string[] {
    const { data } = this.command(Command.Screen);
    return latin1Text(data, 0, data.length).split("\n");
  }

  title(): string {
    return this.screen()[0] ?? "";
  }

  /** Lets time pass; timers fire. */
  wait(ms: number): void {
    this.clock.advance(ms);
  }

  /** Lets time pass in steps, and requests and replies with it. */
  async settle(ms: number, step_ms = 100): Promise<void> {
    for (let passed = 0; passed < ms; passed += step_ms) {
      this.wait(step_ms);
      await this.handheld.whenIdle();
    }
  }

  /** Takes the battery out and puts it back. */
  restart(): void {
    this.handheld.cutPower();
    this.boot();
  }
}

/** A handheld with key and round on it, its clock set by a sync at the dock. */
export function loadedHandheld(round: TestRound, start_s = NOON_S): LoadedHandheld {
  const loaded = new LoadedHandheld(start_s);
  loaded.boot();
  assert.equal(loaded.command(Command.Provision, testKeyFile()).fault, 0);
  const sealed = sealRound(round);
  loaded.depot.sealed(sealed);
  assert.equal(loaded.load(sealed), 0);
  assert.equal(loaded.dockSync(), 0);
  return loaded;
}
