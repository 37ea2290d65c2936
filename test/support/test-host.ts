// A host for the simulated board's parts in unit tests: flash image, clock, randomness and power cuts, all in the
// test's hands. No bundle: firmware source runs on it directly.
import { type DrawStep, POWER_CUT, type SimHost, type SimInputs } from "../../hal/sim/host.ts";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import type { TearShape } from "../../hal/sim/tear.ts";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";
import { NOON_S } from "./test-round.ts";

/** Where the power fails: after `bytes` bytes of write number `write`, from 1, or as a shape says. */
export interface Cut {
  write: number;
  bytes: number;
  /** Takes the place of `bytes`. */
  shape?: TearShape;
}

/** One flash write that was allowed. */
export interface FlashWrite {
  address: number;
  length: number;
}

/** A host that tests drive. */
export class TestHost implements SimHost {
  readonly image: Uint8Array;
  readonly chip: SimChip;
  readonly clock: ManualClock;
  readonly writes: FlashWrite[] = [];
  cut: Cut | undefined;
  isDead = false;
  linkUp = false;
  docked = true;
  batteryPercent = 85;
  steps: DrawStep[] = [];
  readonly tones: number[] = [];
  inputs: SimInputs | undefined;
  readonly posts: { url: string; body: Uint8Array; done: (status: number, body: Uint8Array) => void }[] = [];
  private ahead_s: number | undefined;
  private drawn = 0;

  /** @param flash what the flash holds, or the chip of an earlier life, which is powered up again */
  constructor(flash: Uint8Array | SimChip, start_s: number = NOON_S) {
    this.chip = flash instanceof SimChip ? flash : new SimChip(flash);
    this.image = this.chip.image;
    this.clock = new ManualClock(start_s);
    this.chip.powerUp();
    this.chip.onCut = () => (this.isDead = true);
    this.chip.onWrite = ({ address, length }) => {
      this.writes.push({ address, length });
      return this.writes.length === this.cut?.write ? (this.cut.shape ?? this.cut.bytes) : undefined;
    };
  }

  now_s(): number {
    return this.ahead_s === undefined ? 0 : Math.floor(this.clock.now_ms() / 1000) + this.ahead_s;
  }

  setClock(now_s: number): void {
    this.ahead_s = now_s - Math.floor(this.clock.now_ms() / 1000);
  }

  clockIsSet(): boolean {
    return this.ahead_s !== undefined;
  }

  after(delay_ms: number, then: () => void): () => void {
    return this.clock.after(delay_ms, () => {
      if (!this.isDead) then();
    });
  }

  /** Different each time, and always the same in the same test. */
  random(length: number): Uint8Array {
    this.drawn++;
    return Uint8Array.from({ length }, (_, i) => (this.drawn * 37 + i * 11) & 0xff);
  }

  linkIsUp(): boolean {
    return this.linkUp;
  }

  post(url: string, body: Uint8Array, done: (status: number, body: Uint8Array) => void): void {
    this.posts.push({ url, body, done });
  }

  battery(): number {
    return this.batteryPercent;
  }

  isDocked(): boolean {
    return this.docked;
  }

  flip(steps: DrawStep[]): void {
    this.steps = steps.slice();
  }

  play(tone: number): void {
    this.tones.push(tone);
  }

  ready(inputs: SimInputs): void {
    this.inputs = inputs;
  }
}

/** Runs until the end or the power cut; whether the power was cut. Other errors are thrown on. */
export function untilPowerCut(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === POWER_CUT) return true;
    throw error;
  }
}

/**
 * Every place where the power can fail during an operation: inside and after each of its flash writes.
 * @param writes those of an uncut run
 */
export function* cutPoints(writes: readonly FlashWrite[], everyByte = true): Generator<Cut> {
  for (let write = 1; write <= writes.length; write++) {
    const { length } = writes[write - 1]!;
    for (let bytes = 0; bytes <= length; bytes++) {
      if (everyByte || bytes <= 1 || bytes === length >> 1 || bytes >= length - 1) yield { write, bytes };
    }
  }
}
