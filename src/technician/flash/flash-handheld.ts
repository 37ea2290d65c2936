// Flashes one handheld through its interpreter's console, from the cable to its new start: checks that interpreter and bundle
// fit each other; writes; starts the handheld anew and waits for the new bundle. Where Parola runs: flash-locked.ts.
import type { ByteStream } from "../../dock/byte-stream.ts";
import type { Hash } from "../../shared/crypto/hash.ts";
import { BenchFault } from "../faults.ts";
import { awaitStart } from "./await-start.ts";
import { type BoardBundle, flashOrder } from "./board-files.ts";
import { BundleFlasher, type FlashOutcome, type FlashProgress } from "./flash-bundle.ts";
import { ConsoleStorage } from "./console-storage.ts";
import { FlashError } from "./flash-error.ts";
import { InterpreterConsole, type InterpreterName } from "./interpreter-console.ts";

/** Oldest interpreter that bundles are tested on: 2v29. */
const KNOWN_GOOD: readonly [number, number] = [2, 29];

/** What to flash, and how to reach the handheld. */
export interface FlashJob {
  bundle: BoardBundle;
  hash: Hash;
  /** Opens the port of the interpreter's console. */
  openPort(): Promise<ByteStream>;
  /** Opens the service port, where it is another one. */
  openService?: (() => Promise<ByteStream>) | undefined;
  /** Erase all of Storage first, the key with it. */
  erase?: boolean;
  /** Flash although version or board of the interpreter are others. */
  force?: boolean;
  /** Start it anew and wait for the bundle; true when left out. */
  restart?: boolean;
  /** Milliseconds to wait for the start; two trials' time when left out. */
  startLimit_ms?: number | undefined;
}

/** Whether an interpreter of this version is known good; a number behind the point is of no account. */
export function isKnownGood(version: string): boolean {
  const match = /^(\d+)v(\d+)/.exec(version);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > KNOWN_GOOD[0] || (major === KNOWN_GOOD[0] && minor >= KNOWN_GOOD[1]);
}

/** @throws FlashError 1003 unless the interpreter's version is known good */
export function checkVersion(version: string): void {
  if (isKnownGood(version)) return;
  const words = `the interpreter is ${version}, bundles are tested on 2v29 and later`;
  throw new FlashError(BenchFault.FlashOldInterpreter, `${words}: flash a newer interpreter, or --force it`);
}

function checkInterpreter({ version, board }: InterpreterName, bundle: BoardBundle): void {
  if (board.toUpperCase() !== bundle.interpreter.toUpperCase()) {
    const words = `the interpreter is built for ${board}, the bundle for ${bundle.interpreter.toUpperCase()}`;
    throw new FlashError(BenchFault.FlashOtherBoard, `${words}: name another --board, or --force it`);
  }
  checkVersion(version);
}

/** The console, and whose it is. */
async function reachConsole(job: FlashJob): Promise<[InterpreterConsole, InterpreterName]> {
  const console = new InterpreterConsole(await job.openPort());
  try {
    return [console, await console.hello()];
  } catch (error) {
    console.close();
    throw error;
  }
}

/**
 * Flashes a handheld.
 * @returns what was done; with `restart`, the bundle is up
 * @throws FlashError with its number; DockError when a port does not open
 */
export async function flashHandheld(job: FlashJob, progress: FlashProgress): Promise<FlashOutcome> {
  const { bundle } = job;
  const [console, name] = await reachConsole(job);
  const order = flashOrder(bundle, job.erase ?? false);
  const flasherOn = (on: InterpreterConsole): BundleFlasher =>
    new BundleFlasher(new ConsoleStorage(on, bundle.geometry.start), job.hash, order, progress);
  try {
    progress.say(`interpreter ${name.version} ${name.board}`);
    if (job.force !== true) checkInterpreter(name, bundle);
    const outcome = await flasherOn(console).flash();
    if (job.restart === false) return outcome;
    progress.say("starting it anew");
    await console.leave("E.reboot()");
    await awaitStart({
      version: bundle.version,
      openConsole: () => job.openPort(),
      openService: job.openService,
      standing: (on) => flasherOn(on).standing(),
      hash: job.hash,
      limit_ms: job.startLimit_ms,
    });
    return outcome;
  } finally {
    console.close();
  }
}
