// One handheld of the simulator: the firmware's own classes from source on a flash image, with a battery that can be
// taken out at any flash write, a clock that may be lost with it, and a radio. What a courier saw is what was drawn
// before the power failed, nothing else.
import { Handheld } from "../../../firmware/app/handheld.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import type { DrawStep } from "../../../hal/sim/host.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import type { ByteStream } from "../../../src/dock/byte-stream.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { type Cut, TestHost, untilPowerCut } from "../../support/test-host.ts";
import type { Draw } from "./draw.ts";
import { type ActiveManifest, activeManifest, FlashWitness } from "./flash-witness.ts";

/** Longer than any screen ignores keys. */
const GUARD_MS = 500;
const PARCELS_MAX = 512;
/** What a clock that runs on may be off after a battery change. */
const DRIFT_S = 20;
const FLASH_BYTES = 64 * 1024;
const BACKS_MAX = 12;

/** A request on its way out; `done` takes one answer. */
export interface Posted {
  /** Counts this handheld's requests. */
  number: number;
  at_ms: number;
  body: Uint8Array;
  done: (status: number, body: Uint8Array) => void;
}

/** What a handheld tells the run. */
export interface Listener {
  /** It posted a request, see {@link SimHandheld.posted}. */
  posted(handheld: SimHandheld, posted: Posted): void;
  /** Its power failed or was taken. */
  died(handheld: SimHandheld): void;
}

/** A host whose randomness comes from the run's seed, and for which nothing counts once the power is gone. */
class SeededHost extends TestHost {
  private readonly entropy: Draw;
  private readonly send: (body: Uint8Array, done: Posted["done"]) => void;
  flips = 0;

  constructor(image: Uint8Array, start_s: number, entropy: Draw, send: SeededHost["send"]) {
    super(image, start_s);
    this.entropy = entropy;
    this.send = send;
  }

  override random(length: number): Uint8Array {
    return this.entropy.bytes(length);
  }

  override flip(steps: DrawStep[]): void {
    if (this.isDead) return;
    this.flips++;
    super.flip(steps);
  }

  override post(_url: string, body: Uint8Array, done: Posted["done"]): void {
    if (!this.isDead) this.send(body, done);
  }
}

/** A handheld. */
export class SimHandheld {
  readonly device: number;
  readonly image = new Uint8Array(FLASH_BYTES).fill(0xff);
  readonly witness = new FlashWitness();
  /** The manifest that a look at the flash last found active. */
  active: ActiveManifest | undefined;
  /** Whether the radio has a network. */
  hasNetwork = true;
  /** The request that waits for its answer. */
  posted: Posted | undefined;
  private host: SeededHost | undefined;
  private ahead_s: number | undefined;
  private posts = 0;
  private readonly entropy: Draw;
  private readonly listener: Listener;

  constructor(device: number, entropy: Draw, listener: Listener) {
    this.device = device;
    this.entropy = entropy;
    this.listener = listener;
  }

  isOn(): boolean {
    return this.host !== undefined;
  }

  /** Its own time, the run's scale; 0 while it is off. */
  now_ms(): number {
    return this.host?.clock.now_ms() ?? 0;
  }

  /**
   * Puts the battery in.
   * @param keepsClock whether the wall clock ran on without it, give or take some seconds
   * @param cut where the power fails again
   * @returns whether it still has power
   */
  boot(now_ms: number, keepsClock: boolean, cut?: Cut): boolean {
    const now_s = Math.floor(now_ms / 1000);
    const host = new SeededHost(this.image, now_s, this.entropy, (body, done) => this.post(body, done));
    host.linkUp = this.hasNetwork;
    host.cut = cut;
    if (keepsClock && this.ahead_s !== undefined) {
      host.setClock(now_s + this.ahead_s + this.entropy.between(-DRIFT_S, DRIFT_S));
    }
    this.host = host;
    return this.run(() => {
      new Handheld(simBoard(host, nodeHash, PARCELS_MAX)).start();
      host.clock.advance(10);
    });
  }

  /** Takes the battery out. */
  pull(): void {
    const host = this.host;
    if (host === undefined) return;
    host.isDead = true;
    this.ahead_s = host.clockIsSet() ? host.now_s() - Math.floor(host.clock.now_ms() / 1000) : undefined;
    this.host = this.posted = undefined;
    this.listener.died(this);
  }

  /** The power will fail in a coming flash write. */
  armCut(cut: Cut): void {
    if (this.host !== undefined) this.host.cut = { ...cut, write: this.host.writes.length + cut.write };
  }

  disarmCut(): void {
    if (this.host !== undefined) this.host.cut = undefined;
  }

  /** Lets its time pass up to the run's. */
  catchUp(now_ms: number): void {
    const behind_ms = now_ms - this.now_ms();
    if (behind_ms > 0) this.run((host) => host.clock.advance(behind_ms));
  }

  setNetwork(up: boolean): void {
    const returns = up && !this.hasNetwork;
    this.hasNetwork = up;
    if (this.host !== undefined) this.host.linkUp = up;
    if (returns) this.run((host) => host.inputs!.linkUp());
  }

  /**
   * An answer to whatever request is waiting now, its own or an older one's.
   * @returns whether it set the clock or wrote to the flash
   */
  answer(status: number, body: Uint8Array): boolean {
    const { posted, host } = this;
    this.posted = undefined;
    if (posted === undefined || host === undefined) return false;
    const before = `${host.writes.length} ${host.now_s()}`;
    this.run(() => posted.done(status, body));
    return before !== `${host.writes.length} ${host.now_s()}`;
  }

  /** Presses a key; what was drawn at once, undefined when nothing was. */
  press(key: Key): string[] | undefined {
    return this.drawnBy((host) => host.inputs!.key(key));
  }

  type(digits: string): void {
    this.run((host) => {
      for (const digit of digits) host.inputs!.key(Number(digit));
    });
  }

  scan(label: string): string[] | undefined {
    return this.drawnBy((host) => host.inputs!.scan(`${label}\r`));
  }

  /** What stands on the screen, title first, hint last; empty while it is off. */
  screen(): string[] {
    return this.host === undefined ? [] : textsOf(this.host);
  }

  /** Whether its idle screen says that nothing waits. */
  saysAllSent(): boolean {
    for (let backs = 0; backs < BACKS_MAX && !(this.screen()[0] ?? "").startsWith("PAROLA"); backs++) {
      this.press(Key.Back);
    }
    return this.screen().includes("All sent");
  }

  /** Looks at the flash for the manifest that is active now. */
  lookForManifest(): void {
    this.active = activeManifest(this.image);
  }

  /** A cable into the service port; it ends when the power fails. */
  plugIn(): ByteStream {
    let take: (bytes: Uint8Array) => void = () => undefined;
    let end: (reason: string) => void = () => undefined;
    return {
      write: (bytes) => {
        let answer: Uint8Array | undefined;
        if (this.run((host) => (answer = host.inputs!.service(bytes))) && answer !== undefined) take(answer);
        else end("the handheld lost its power");
      },
      onData: (listener) => (take = listener),
      onClose: (listener) => (end = listener),
      close: () => undefined,
    };
  }

  private post(body: Uint8Array, done: Posted["done"]): void {
    this.posts++;
    const posted: Posted = { number: this.posts, at_ms: this.now_ms(), body, done };
    this.posted = posted;
    this.listener.posted(this, posted);
  }

  private drawnBy(act: (host: SeededHost) => void): string[] | undefined {
    const host = this.host;
    if (host === undefined) return undefined;
    const before = host.flips;
    this.run(act);
    const drawn = host.flips > before ? textsOf(host) : undefined;
    this.run(() => host.clock.advance(GUARD_MS));
    return drawn;
  }

  /** Runs the firmware; false when it has no power, or lost it meanwhile. */
  private run(act: (host: SeededHost) => void): boolean {
    const host = this.host;
    if (host === undefined) return false;
    untilPowerCut(() => act(host));
    if (host.isDead) this.pull();
    return !host.isDead;
  }
}

function textsOf(host: TestHost): string[] {
  return host.steps.filter(({ kind }) => kind === "text").map(({ text }) => text);
}
