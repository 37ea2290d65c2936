// A serial port without hardware: a pseudo-terminal by socat, whose far end is played by the test, at a line's pace if it
// likes, and which is unplugged at any byte. It runs one process of its own, and ends it.
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { LinePace } from "./line-pace.ts";

/** Whether socat is on this machine; says how to get it when it is not. */
export function hasSocat(): boolean {
  const isThere = spawnSync("socat", ["-V"]).error === undefined;
  if (!isThere) console.log("      skipped: no socat on this machine; Debian and Ubuntu: apt-get install socat");
  return isThere;
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
  private readonly toHost: LinePace;
  private readonly fromHost: LinePace;

  private constructor(bytesPerSecond: number) {
    this.folder = mkdtempSync(join(tmpdir(), "parola-pty-"));
    this.path = join(this.folder, "port");
    this.toHost = new LinePace(bytesPerSecond, (bytes) => this.socat?.stdin.write(this.across(bytes)));
    this.fromHost = new LinePace(bytesPerSecond, (bytes) => {
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
