// A handheld in memory: it runs the built bundle (never firmware source) on a flash chip, a clock and a link that the
// caller controls. Power can be cut at any moment and inside any write; what the chip holds then is all that is left.
import { randomFillSync } from "node:crypto";
import { type DrawStep, type FlashChip, POWER_CUT, type SimHost, type SimInputs } from "../../hal/sim/host.ts";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import type { Tear } from "../../hal/sim/tear.ts";
import type { ByteStream } from "../dock/byte-stream.ts";
import { screenLines } from "./display-text.ts";
import { SystemClock, type HandheldClock } from "./handheld-clock.ts";
import { httpPost, type Transport } from "./http-post.ts";
import { ServiceStream } from "./service-stream.ts";

/** Bytes of the simulated flash chip. */
export const FLASH_BYTES = 256 * 1024;

const NO_BYTES = new Uint8Array(0);

/** What a simulated handheld is made of. */
export interface SimulatedHandheldOptions {
  /** Text of dist/sim/bundle.js. */
  bundle: string;
  /** A flash image to go on with; a new, erased chip when left out. It is changed in place. */
  image?: Uint8Array;
  clock?: HandheldClock;
  transport?: Transport;
  /** Source of randomness; the computer's own when left out. */
  random?: (length: number) => Uint8Array;
  /** Percent, 255 unknown. */
  battery?: number;
}

/** The simulated handheld. It starts switched off, with its link down. */
export class SimulatedHandheld {
  readonly image: Uint8Array;
  /** The chip around the image, with its knobs and counts. */
  readonly chip: SimChip;
  /** Tones played since the handheld was made, newest last. */
  readonly tones: number[] = [];
  battery: number;
  /** Whether the dock's supply is present. */
  docked = false;
  /** Whether the technician opened the interpreter's console. */
  consoleIsOpen = false;
  /** Called after each flip and each tone: something can be seen or heard. */
  onChange: () => void = () => undefined;

  private readonly bundle: string;
  private readonly clock: HandheldClock;
  private readonly transport: Transport;
  private readonly random: (length: number) => Uint8Array;
  private readonly outstanding = new Set<Promise<void>>();
  private readonly cancels = new Set<() => void>();
  private inputs: SimInputs | undefined;
  private steps: readonly DrawStep[] = [];
  private life = 0; // counts power-ups; whatever belongs to an earlier one is dead
  private isOn = false;
  private isUp = false;
  private clockAhead_ms: number | undefined;

  constructor(options: SimulatedHandheldOptions) {
    this.bundle = options.bundle;
    this.image = options.image ?? new Uint8Array(FLASH_BYTES).fill(0xff);
    this.chip = new SimChip(this.image);
    this.chip.onCut = () => this.cutPower();
    this.clock = options.clock ?? new SystemClock();
    this.transport = options.transport ?? httpPost;
    this.random = options.random ?? ((length) => randomFillSync(new Uint8Array(length)));
    this.battery = options.battery ?? 85;
  }

  /** Switches on and starts the bundle; restarts it when it was on. */
  boot(): void {
    this.cutPower();
    this.chip.powerUp();
    this.isOn = true;
    const host = this.hostOf(this.life);
    this.alive(() => {
      // The bundle is one script that finds its host under this name; nothing else is handed to it.
      new Function("host", this.bundle)(host);
    });
  }

  /** Takes the battery out: screen dark, clock lost, timers and requests gone. Flash keeps what was programmed. */
  cutPower(): void {
    this.life++;
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
    this.isOn = false;
    this.inputs = undefined;
    this.steps = [];
    this.consoleIsOpen = false;
    this.clockAhead_ms = undefined;
    this.chip.powerDown();
    this.onChange();
  }

  /**
   * Plans a power cut inside a flash write to come.
   * @param write 1 for the next one
   * @param tear what is left of it: how many of its bytes were done, or a shape
   */
  cutPowerAtWrite(write: number, tear: Tear): void {
    this.chip.cutAtWrite({ write, tear });
  }

  /** Flash operations since the handheld was made. */
  get writes(): number {
    return this.chip.writes;
  }

  /** Whether the firmware runs and takes input. */
  get isRunning(): boolean {
    return this.inputs !== undefined;
  }

  /** Presses a key, 0…15; nothing happens while switched off. */
  press(key: number): void {
    this.alive(() => this.inputs?.key(key));
  }

  /** Presses the keys of a row of digits. */
  type(digits: string): void {
    for (const digit of digits) this.press(Number(digit));
  }

  /** Raw text into the scanner's line; scanners end a label with CR. */
  scan(raw: string): void {
    this.alive(() => this.inputs?.scan(raw));
  }

  /** Bytes into the service port; the answer's bytes, none while switched off. */
  service(bytes: Uint8Array): Uint8Array {
    return this.alive(() => this.inputs?.service(bytes)) ?? NO_BYTES;
  }

  /** A cable into the dock: it gives power, too, until it is closed. */
  plugIn(): ByteStream {
    this.docked = true;
    return new ServiceStream(this);
  }

  /** Takes the radio link up or down. */
  setLink(up: boolean): void {
    const returns = up && !this.isUp;
    this.isUp = up;
    if (returns) this.alive(() => this.inputs?.linkUp());
  }

  /** Whether the radio link is up. */
  get linkIsUp(): boolean {
    return this.isUp;
  }

  /** What was drawn last; nothing while switched off. */
  get drawing(): readonly DrawStep[] {
    return this.steps;
  }

  /** The display as eight lines of text. */
  screenText(): string[] {
    return screenLines(this.steps);
  }

  /** Waits until no request is under way. */
  async whenIdle(): Promise<void> {
    while (this.outstanding.size > 0) await Promise.all(this.outstanding);
  }

  /** Runs firmware; a throw while the power was cut is the cut itself, any other is a crash and thrown on. */
  private alive<T>(run: () => T): T | undefined {
    if (!this.isOn) return undefined;
    const life = this.life;
    try {
      return run();
    } catch (error) {
      if (life === this.life) throw error;
      return undefined;
    }
  }

  private hostOf(life: number): SimHost {
    const living =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (life === this.life) act(...args);
      };
    return {
      chip: this.chipOf(life),
      now_s: () =>
        this.clockAhead_ms === undefined ? 0 : Math.floor((this.clock.now_ms() + this.clockAhead_ms) / 1000),
      setClock: living((now_s) => (this.clockAhead_ms = now_s * 1000 - this.clock.now_ms())),
      clockIsSet: () => this.clockAhead_ms !== undefined,
      after: (delay_ms, then) => this.after(delay_ms, living(then)),
      random: this.random,
      linkIsUp: () => this.isUp,
      post: (url, body, done) => this.post(url, body.slice(), living(done)),
      battery: () => this.battery,
      isDocked: () => this.docked,
      flip: living((steps) => this.flip(steps)),
      play: living((tone) => this.play(tone)),
      openConsole: living((open) => (this.consoleIsOpen = open)),
      reboot: living(() => this.boot()),
      ready: living((inputs) => (this.inputs = inputs)),
    };
  }

  private after(delay_ms: number, then: () => void): () => void {
    const stop = this.clock.after(delay_ms, () => {
      this.cancels.delete(cancel);
      this.alive(then);
    });
    const cancel = (): void => {
      this.cancels.delete(cancel);
      stop();
    };
    this.cancels.add(cancel);
    return cancel;
  }

  /** The chip as one life sees it: a dead one writes nothing any more. */
  private chipOf(life: number): FlashChip {
    const { chip } = this;
    const living = (): void => {
      if (life !== this.life) throw new Error(POWER_CUT);
    };
    return {
      bytes: chip.bytes,
      pageBytes: chip.pageBytes,
      readBytes: (address, length) => chip.readBytes(address, length),
      program(address, data) {
        living();
        chip.program(address, data);
      },
      erasePage(address) {
        living();
        chip.erasePage(address);
      },
    };
  }

  private post(url: string, body: Uint8Array, done: (status: number, body: Uint8Array) => void): void {
    const lost = { status: 0, body: NO_BYTES };
    const request = this.isUp ? this.transport(url, body).catch(() => lost) : Promise.resolve(lost);
    const finished = request.then((reply) => {
      this.outstanding.delete(finished);
      this.alive(() => done(reply.status, reply.body));
    });
    this.outstanding.add(finished);
  }

  private flip(steps: DrawStep[]): void {
    this.steps = steps.slice();
    this.onChange();
  }

  private play(tone: number): void {
    this.tones.push(tone);
    this.onChange();
  }
}
