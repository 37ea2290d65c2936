// A whole handheld from source, on files that a test may spoil: keys, scans and the service port go in, screens and answers
// come out. What the firmware itself thinks of tries is read from its services.
import { Handheld } from "../../../firmware/app/handheld.ts";
import type { Code, Parcel } from "../../../firmware/app/manifest/manifest.ts";
import type { DayServices } from "../../../firmware/app/screens/screen.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import type { DrawStep } from "../../../hal/sim/host.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import { concatBytes, readU16 } from "../../../src/shared/wire/bytes.ts";
import { headBytes } from "../../../src/shared/wire/manifest.ts";
import type { Hello } from "../../../src/shared/wire/service-data.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { type Answer, DockHand } from "../../support/dock-hand.ts";
import { TestHost } from "../../support/test-host.ts";
import { NOON_S } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";
import { fastHash } from "./fast-digest.ts";
import { FileFlash, type Files } from "./file-flash.ts";

const GUARD_MS = 500;
const PIECE_BYTES = 2048;
const PARCELS_MAX = 512;

/** Answers a sync request; undefined refuses it. */
export type SyncTo = (request: Uint8Array) => Promise<Uint8Array | undefined>;

/** How a handheld is started. */
export interface StartOptions {
  /** What the world's clock says; the test's noon when left out. */
  start_s?: number;
  /** Whether the handheld's clock ran on; it did, when left out. */
  clockIsSet?: boolean;
  /** Different numbers give different randomness: nonces of two handhelds that one image made. */
  chance?: number;
  /** Whether every frame that is drawn is kept. */
  keepsFrames?: boolean;
}

function textsOf(steps: readonly DrawStep[]): string[] {
  return steps.filter(({ kind }) => kind === "text").map(({ text }) => text);
}

class QuietHost extends TestHost {
  private readonly chance: number;
  /** Texts of every frame that was drawn, when they are kept. */
  readonly frames: string[][] = [];
  private readonly keepsFrames: boolean;

  constructor(start_s: number, { chance = 0, keepsFrames = false }: StartOptions) {
    super(new Uint8Array(2048).fill(0xff), start_s);
    this.chance = chance;
    this.keepsFrames = keepsFrames;
  }

  override random(length: number): Uint8Array {
    return super.random(length).map((byte, i) => byte ^ (this.chance >>> ((i & 3) * 8)));
  }

  override flip(steps: DrawStep[]): void {
    super.flip(steps);
    if (this.keepsFrames) this.frames.push(textsOf(steps));
  }
}

/** A running handheld. */
export class Handset {
  readonly flash: FileFlash;
  readonly host: QuietHost;
  readonly handheld: Handheld;
  private readonly hand = new DockHand((bytes) => this.host.inputs!.service(bytes), { hash: fastHash });

  constructor(files: Files = new Map(), options: StartOptions = {}) {
    const start_s = options.start_s ?? NOON_S;
    this.flash = new FileFlash(files);
    this.host = new QuietHost(start_s, options);
    if (options.clockIsSet ?? true) this.host.setClock(start_s);
    const board = simBoard(this.host, fastHash, PARCELS_MAX);
    board.flash = this.flash;
    this.handheld = new Handheld(board);
    this.handheld.start();
    this.wait(10);
  }

  /** The same files after a restart, at the same time of day. */
  again(options: StartOptions = {}): Handset {
    const start_s = Math.floor(this.host.clock.now_ms() / 1000);
    return new Handset(this.flash.snapshot(), { start_s, ...options });
  }

  wait(ms: number): void {
    this.host.clock.advance(ms);
  }

  press(...keys: number[]): void {
    for (const key of keys) {
      this.host.inputs!.key(key);
      this.wait(GUARD_MS);
    }
  }

  type(digits: string): void {
    for (const digit of digits) this.host.inputs!.key(Number(digit));
  }

  scan(label: string): string {
    this.home();
    this.host.inputs!.scan(`${label}\r`);
    this.wait(GUARD_MS);
    return this.title();
  }

  /** Scan, OK, six digits, OK; the verdict's title, or the title of what stands in the way of a code. */
  tryCode(label: string, digits: string): string {
    if (!this.scan(label).startsWith("STOP")) return this.title();
    this.press(Key.Enter);
    this.type(digits);
    this.press(Key.Enter);
    return this.title();
  }

  /** The challenge that a release screen shows. */
  challenge(): string {
    const shown = this.texts().find((text) => /^ {3}\d{4} \d{4}$/.test(text));
    if (shown === undefined) throw new Error(`no challenge is shown: ${this.texts().join(" / ")}`);
    return shown.replace(/\D/g, "");
  }

  /** Back to idle, whatever is shown. */
  home(): void {
    for (let turn = 0; turn < 20 && !this.title().startsWith("PAROLA"); turn++) this.press(Key.Back);
  }

  /** Everything on the display, title first. */
  texts(): string[] {
    return textsOf(this.host.steps);
  }

  title(): string {
    return this.texts()[0] ?? "";
  }

  /** A command into the service port: fault, and what came with it. */
  command(command: Command, data?: Uint8Array): Answer {
    const answer = this.hand.command(command, data);
    this.wait(1);
    return answer;
  }

  hello(): Hello {
    return this.hand.hello();
  }

  /** Loads a sealed manifest; the first fault, or 0. */
  load(manifest: Uint8Array): number {
    const head = headBytes(readU16(manifest, 58));
    const begun = this.command(Command.LoadBegin, manifest.slice(0, head)).fault;
    if (begun !== 0) return begun;
    for (let at = head; at < manifest.length; at += PIECE_BYTES) {
      const piece = concatBytes([u32Bytes(at), manifest.slice(at, at + PIECE_BYTES)]);
      const { fault } = this.command(Command.LoadData, piece);
      if (fault !== 0) return fault;
    }
    return this.command(Command.LoadCommit).fault;
  }

  /** One exchange at the dock: the fault that the handheld gives, −1 when the depot refused the request. */
  async exchange(to: SyncTo): Promise<number> {
    const reply = await to(this.command(Command.SyncRequest).data.slice());
    return reply === undefined ? -1 : this.command(Command.SyncReply, reply).fault;
  }

  /** Exchanges until nothing is unsent and no update is on its way; the last fault that is not 0, or 0. */
  async sync(to: SyncTo): Promise<number> {
    for (let turn = 0; turn < 60; turn++) {
      const before = this.services()?.day.updates.last ?? 0;
      const fault = await this.exchange(to);
      if (fault !== 0) return fault;
      if (this.hello().unsent === 0 && (this.services()?.day.updates.last ?? 0) === before) return 0;
    }
    throw new Error("the sync does not end");
  }

  services(): DayServices | undefined {
    return this.handheld.services();
  }

  /** The services of a day that is open. */
  open(): DayServices {
    const services = this.services();
    if (services === undefined) throw new Error("no manifest is active");
    return services;
  }

  parcel(label: string): Parcel | undefined {
    return this.services()?.day.manifest.find(label);
  }

  /** The code that counts for a parcel now. */
  code(label: string): Code {
    const parcel = this.parcel(label);
    if (parcel === undefined) throw new Error(`${label} is not on this round`);
    return this.open().door.currentCode(parcel);
  }
}
