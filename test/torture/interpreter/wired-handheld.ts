// A handheld on the real interpreter with the battery that fails: its flash is set and read from outside, its idle
// time passes faster, and the power can be made to fail in any flash write.
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findInterpreter } from "../../../scripts/interpreter-path.ts";
import { BenchHandheld } from "../../../src/dock/bench-handheld.ts";
import type { ByteStream } from "../../../src/dock/byte-stream.ts";
import { openTcpStream } from "../../../src/dock/tcp-stream.ts";
import { killNow, makeFolder, removeFolder } from "../../support/interpreter-process.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { type LoggedWrite, powerCutter, readLog } from "./power-cutter.ts";
import { BENCH_PORT } from "./storage-image.ts";

/** How many times faster the clock runs while the handheld is idle: a verdict's guard of 400 ms takes 40. */
const SPEED = 10;
/** Its clock was lost with the power. */
const CLOCK_AT_START_S = 1_000_000;
const START_LIMIT_MS = 30_000;
const DEATH_LIMIT_MS = 10_000;
const POLL_MS = 2;

/** A loopback address that no other handheld of this computer listens on, as good as certainly: one in 16 million. */
function ownAddress(): string {
  return ["127", ...randomBytes(3)].map(String).join(".");
}

/** In which write the power fails, from 1 for the first one after the start, and what becomes of it. */
export interface PowerCut {
  write: number;
  shapes: readonly string[];
}

/** One handheld in a folder of its own; call {@link remove} at the end. */
export class WiredHandheld {
  private readonly folder = makeFolder();
  private readonly address = ownAddress();
  private interpreter: ChildProcess | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  private bench: BenchHandheld | undefined;
  private printed = "";

  /** Puts an image into the flash; the handheld must be off. */
  setFlash(image: Uint8Array): void {
    writeFileSync(this.file("espruino.flash"), image);
  }

  /** What the flash holds. */
  flash(): Uint8Array {
    return new Uint8Array(readFileSync(this.file("espruino.flash")));
  }

  /** What the flash holds after a cut, had the write been torn in the n-th of its shapes, from 0. */
  tornFlash(n: number): Uint8Array {
    return new Uint8Array(readFileSync(this.file(`espruino.flash.${n}`)));
  }

  /** The interpreter's memory in the cut. */
  memory(): Buffer {
    return existsSync(this.file("memory")) ? readFileSync(this.file("memory")) : Buffer.alloc(0);
  }

  /** Flash writes since the start. */
  writes(): LoggedWrite[] {
    return existsSync(this.file("writes")) ? readLog(readFileSync(this.file("writes"), "latin1")) : [];
  }

  /** What the interpreter printed since the last start. */
  get console(): string {
    return this.printed;
  }

  /** Whether the power has failed since the start. */
  get isDead(): boolean {
    return this.interpreter === undefined || this.interpreter.exitCode !== null || this.interpreter.signalCode !== null;
  }

  /** Resolves once the power has failed. @throws Error when it does not */
  async untilDead(): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error("the power did not fail: there was no such write")), DEATH_LIMIT_MS);
    });
    await Promise.race([this.ended, late]).finally(() => clearTimeout(limit));
  }

  /**
   * Starts it and connects to its bench port.
   * @throws Error when it does not start
   */
  async start(cut?: PowerCut): Promise<BenchHandheld> {
    const left = ["writes", "memory", ...(cut?.shapes ?? []).map((_, n) => `espruino.flash.${n}`)];
    for (const name of left) rmSync(this.file(name), { force: true });
    this.printed = "";
    const program = findInterpreter();
    if (program === undefined) throw new Error("no `espruino` on the PATH: see CONTRIBUTING.md");
    const interpreter = spawn(program, [], {
      cwd: this.folder,
      env: { ...process.env, ...this.settings(cut) },
      stdio: ["pipe", "pipe", "pipe"], // its standard input stays open and silent
    });
    interpreter.stdout.on("data", (text: Buffer) => (this.printed += text.toString("latin1")));
    interpreter.stderr.on("data", (text: Buffer) => (this.printed += text.toString("latin1")));
    this.interpreter = interpreter;
    this.ended = new Promise((resolve) => interpreter.once("exit", resolve));
    return this.connect();
  }

  /** A stream to its bench port, for a dock; the connection before stays. */
  async cable(): Promise<ByteStream> {
    return openTcpStream({ host: this.address, port: BENCH_PORT });
  }

  /** Takes the battery out. */
  async kill(): Promise<void> {
    this.bench?.close();
    this.bench = undefined;
    if (this.interpreter !== undefined) await killNow(this.interpreter);
    this.interpreter = undefined;
  }

  async remove(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }

  private settings(cut: PowerCut | undefined): Record<string, string> {
    return {
      LD_PRELOAD: powerCutter(),
      POWER_CUT_LOG: this.file("writes"),
      POWER_CUT_ADDRESS: this.address,
      POWER_CUT_SPEED: String(SPEED),
      POWER_CUT_CLOCK: String(CLOCK_AT_START_S),
      ...(cut === undefined
        ? {}
        : {
            POWER_CUT_AT: String(cut.write),
            POWER_CUT_SHAPES: cut.shapes.join(","),
            POWER_CUT_MEMORY: this.file("memory"),
          }),
    };
  }

  private async connect(): Promise<BenchHandheld> {
    for (const limit = Date.now() + START_LIMIT_MS; ;) {
      try {
        this.bench = new BenchHandheld(await this.cable(), nodeHash);
        return this.bench;
      } catch (error) {
        if (this.isDead) throw new Error("it ended before its bench port opened", { cause: error });
        if (Date.now() > limit) throw new Error(`it does not start; it printed: ${this.printed}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private file(name: string): string {
    return join(this.folder, name);
  }
}
