// A serial port without hardware: a pseudo-terminal by socat, whose far end is played by the test, at a line's pace if it
// likes, and which is unplugged at any byte. It runs one process of its own, and ends it.
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/** Bytes in a second on a line of 115,200 baud, 8N1. */
export const LINE_BYTES_PER_SECOND = 11_520;

const TICK_MS = 4;

/** Whether socat is on this machine; says how to get it when it is not. */
export function hasSocat(): boolean {
  const isThere = spawnSync("socat", ["-V"]).error === undefined;
  if (!isThere) console.log("      skipped: no socat on this machine; Debian and Ubuntu: apt-get install socat");
  return isThere;
}

/** Lets bytes through no faster than a line does. */
class Pace {
  private readonly bytesPerSecond: number;
  private readonly out: (bytes: Uint8Array) => void;
  private waiting = Buffer.alloc(0);
  private timer: NodeJS.Timeout | undefined;
  private last_ms = 0;

  constructor(bytesPerSecond: number, out: (bytes: Uint8Array) => void) {
    this.bytesPerSecond = bytesPerSecond;
    this.out = out;
  }

  push(bytes: Uint8Array): void {
    if (this.bytesPerSecond === Infinity) return this.out(bytes);
    this.waiting = Buffer.concat([this.waiting, bytes]);
    if (this.timer !== undefined) return;
    this.last_ms = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.waiting = Buffer.alloc(0);
  }

  private tick(): void {
    const now_ms = performance.now();
    const count = Math.floor(((now_ms - this.last_ms) * this.bytesPerSecond) / 1000);
    if (count === 0) return;
    this.last_ms = now_ms;
    const bytes = new Uint8Array(this.waiting.subarray(0, count));
    this.waiting = this.waiting.subarray(count);
    if (this.waiting.length === 0) this.stop();
    this.out(bytes);
  }
}

/** One pseudo-terminal. Call {@link remove} at the end, whatever happened. */
export class PseudoTerminal {
  /** What the host opens. */
  readonly path: string;
  /** Called with what the host writes. */
  onData: (bytes: Uint8Array) => void = () => undefined;
  /** Bytes that may still cross the cable, both ways together; then it is unplugged in the midst of them. */
  bytesLeft = Infinity;
  private readonly folder: string;
  private socat: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  private readonly toHost: Pace;
  private readonly fromHost: Pace;

  private constructor(bytesPerSecond: number) {
    this.folder = mkdtempSync(join(tmpdir(), "parola-pty-"));
    this.path = join(this.folder, "port");
    this.toHost = new Pace(bytesPerSecond, (bytes) => this.socat?.stdin.write(this.across(bytes)));
    this.fromHost = new Pace(bytesPerSecond, (bytes) => {
      const crossed = this.across(bytes);
      if (crossed.length > 0) this.onData(crossed);
    });
  }

  /** Makes one that is plugged in. */
  static async make(bytesPerSecond = Infinity): Promise<PseudoTerminal> {
    const terminal = new PseudoTerminal(bytesPerSecond);
    await terminal.plugIn();
    return terminal;
  }

  /** Plugs it in, again under the same path. */
  async plugIn(): Promise<void> {
    const socat = spawn("socat", ["-d", "-d", `PTY,link=${this.path},rawer`, "STDIO"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.socat = socat;
    socat.stdin.on("error", () => undefined); // it was unplugged meanwhile
    socat.stdout.on("data", (bytes: Buffer) => {
      if (this.socat === socat) this.fromHost.push(new Uint8Array(bytes));
    });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      socat.once("error", reject);
      socat.once("exit", () => reject(new Error(`socat ended: ${said}`)));
      socat.stderr.on("data", (text: Buffer) => {
        said += text.toString("latin1");
        if (said.includes("starting data transfer loop")) resolve();
      });
    });
  }

  /** Sends bytes to the host. */
  write(bytes: Uint8Array): void {
    this.toHost.push(bytes);
  }

  /** Pulls the cable, at once. */
  unplug(): void {
    this.toHost.stop();
    this.fromHost.stop();
    this.socat?.kill("SIGKILL");
    this.socat = undefined;
    rmSync(this.path, { force: true });
  }

  /** Unplugs it and removes what it left. */
  remove(): void {
    this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What of some bytes still crosses the cable. */
  private across(bytes: Uint8Array): Uint8Array {
    const crossing = bytes.subarray(0, Math.min(bytes.length, this.bytesLeft));
    this.bytesLeft -= crossing.length;
    if (crossing.length < bytes.length) setImmediate(() => this.unplug()); // what crossed is written first
    return crossing;
  }
}
