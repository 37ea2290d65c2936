// Waits for a handheld that was just flashed: until its service port answers with the new version, or the console says
// that the new bundle is up or was given up. It opens the console's port once, for opening it may start a handheld.
import { setTimeout as pause } from "node:timers/promises";
import type { ByteStream } from "../../dock/byte-stream.ts";
import { FrameClient } from "../../dock/frame-client.ts";
import type { Hash } from "../../shared/crypto/hash.ts";
import { decodeHello, HELLO_BYTES } from "../../shared/wire/service-data.ts";
import { Command } from "../../shared/wire/service-frame.ts";
import { BenchFault } from "../faults.ts";
import { FlashError } from "./flash-error.ts";
import { InterpreterConsole } from "./interpreter-console.ts";

/** Two trials of a minute, and the starts between them. */
export const START_LIMIT_MS = 150_000;
const ASK_MS = 1500;
const PAUSE_MS = 500;
/** Answers of another version in a row that are believed: the first may come from before the restart. */
const OTHERS_BELIEVED = 3;

/** What is waited for, and where. */
export interface ExpectedStart {
  /** For example `0.1.0`. */
  version: string;
  openConsole(): Promise<ByteStream>;
  /** Undefined when the console's port is the service port. */
  openService?: (() => Promise<ByteStream>) | undefined;
  /** What the record says, asked when a console answers. */
  standing(console: InterpreterConsole): Promise<"up" | "waiting" | "given up">;
  hash: Hash;
  limit_ms?: number | undefined;
}

function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  return major * 65536 + minor * 256 + patch;
}

/** Firmware that answers Hello on a stream; undefined when none does. */
async function firmwareOn(stream: ByteStream, hash: Hash): Promise<number | undefined> {
  try {
    const client = new FrameClient(stream, hash);
    const { fault, data } = await client.request(Command.Hello, new Uint8Array(0), ASK_MS, {
      resends: 0,
      keepsOpen: true,
    });
    return fault === 0 && data.length >= HELLO_BYTES ? decodeHello(data).firmware : undefined;
  } catch {
    return undefined;
  }
}

/** The port of the console, opened again only when it was closed. */
class ConsolePort {
  private readonly open: () => Promise<ByteStream>;
  private stream: ByteStream | undefined;

  constructor(open: () => Promise<ByteStream>) {
    this.open = open;
  }

  async current(): Promise<ByteStream | undefined> {
    if (this.stream !== undefined) return this.stream;
    try {
      const stream = await this.open();
      this.stream = stream;
      stream.onClose(() => (this.stream = undefined));
      return this.stream;
    } catch {
      return undefined; // it starts, or its cable comes back
    }
  }

  /** The console on it, when one answers. */
  async console(): Promise<InterpreterConsole | undefined> {
    const stream = await this.current();
    if (stream === undefined) return undefined;
    const console = new InterpreterConsole(stream, () => (this.stream = undefined));
    try {
      await console.hello(ASK_MS);
      return console;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.stream?.close();
  }
}

async function consoleStanding(port: ConsolePort, expected: ExpectedStart): Promise<"up" | "waiting" | "given up"> {
  const console = await port.console();
  if (console === undefined) return "waiting";
  try {
    return await expected.standing(console);
  } catch {
    return "waiting";
  }
}

async function serviceFirmware(port: ConsolePort, { openService, hash }: ExpectedStart): Promise<number | undefined> {
  if (openService === undefined) {
    const stream = await port.current();
    return stream === undefined ? undefined : firmwareOn(stream, hash);
  }
  try {
    const stream = await openService();
    try {
      return await firmwareOn(stream, hash);
    } finally {
      stream.close();
    }
  } catch {
    return undefined;
  }
}

function notUp(words: string): FlashError {
  return new FlashError(BenchFault.FlashNotUp, `the new bundle did not come up: ${words}`);
}

/**
 * Waits until the new bundle is up.
 * @throws FlashError 1012 when it was given up, another version answers, or nothing tells within the limit
 */
export async function awaitStart(expected: ExpectedStart): Promise<void> {
  const end = Date.now() + (expected.limit_ms ?? START_LIMIT_MS);
  const port = new ConsolePort(expected.openConsole);
  const wanted = versionNumber(expected.version);
  let others = 0;
  try {
    while (Date.now() < end) {
      const standing = await consoleStanding(port, expected);
      if (standing === "up") return;
      if (standing === "given up") throw notUp("the handheld gave it up; the one before starts");
      const firmware = await serviceFirmware(port, expected);
      if (firmware === wanted) return;
      others = firmware === undefined ? 0 : others + 1;
      if (others === OTHERS_BELIEVED) throw notUp("the handheld answers with another version, the one before");
      await pause(PAUSE_MS);
    }
  } finally {
    port.close();
  }
  throw notUp("neither service port nor console answered in time; start it anew, and look at its display");
}
