// Flashes a handheld on which Parola runs, its console off: through a technician's session, from the cable to the new start.
// The app goes on until the restart. It holds no key and opens no console.
import { setTimeout as pause } from "node:timers/promises";
import type { Hash } from "../../shared/crypto/hash.ts";
import { BenchError } from "../bench-error.ts";
import { BenchFault } from "../faults.ts";
import { DockError } from "../../dock/dock-error.ts";
import { decodeDiagnostics, DIAGNOSTICS_BYTES } from "../../shared/wire/service-data.ts";
import { Command } from "../../shared/wire/service-frame.ts";
import { ask, askHello, type TechnicianPort } from "../technician-port.ts";
import { checkVersion } from "./flash-handheld.ts";
import { reboot } from "../upkeep.ts";
import { START_LIMIT_MS } from "./await-start.ts";
import { type BoardBundle, flashOrder } from "./board-files.ts";
import { BundleFlasher, type FlashOutcome, type FlashProgress } from "./flash-bundle.ts";
import { FlashError } from "./flash-error.ts";
import { ServiceStorage } from "./service-storage.ts";

const PAUSE_MS = 500;

/** What to flash, and how to reach the handheld. */
export interface LockedFlashJob {
  bundle: BoardBundle;
  hash: Hash;
  /** Opens the service port and a technician's session on it. */
  connect(): Promise<TechnicianPort>;
  /** Flash although the interpreter's version or the board are others. */
  force: boolean;
  /** Start it anew and wait for the bundle. */
  restart: boolean;
  /** Milliseconds to wait for the start; two trials' time when left out. */
  startLimit_ms?: number | undefined;
}

function flasherOn(port: TechnicianPort, job: LockedFlashJob, progress: FlashProgress): BundleFlasher {
  return new BundleFlasher(new ServiceStorage(port), job.hash, flashOrder(job.bundle, false), progress);
}

/** Refuses a handheld that the bundle is not for. */
async function checkBoard(port: TechnicianPort, { bundle }: LockedFlashJob, progress: FlashProgress): Promise<void> {
  const { board } = await askHello(port);
  const { about } = decodeDiagnostics(await ask(port, Command.Diagnostics, undefined, { least: DIAGNOSTICS_BYTES }));
  const version = about.split(" ")[0] ?? "";
  progress.say(`interpreter ${version}, board ${board}`);
  if (board !== bundle.board) {
    const words = `the handheld's board is ${board}, the bundle is for ${bundle.board}: name another --board`;
    throw new FlashError(BenchFault.FlashOtherBoard, `${words}, or --force it`);
  }
  checkVersion(version);
}

/** How the bundle fares; undefined while the handheld does not answer. */
async function standing(
  job: LockedFlashJob,
  progress: FlashProgress,
): Promise<"up" | "waiting" | "given up" | undefined> {
  let port: TechnicianPort | undefined;
  try {
    port = await job.connect();
    return await flasherOn(port, job, progress).standing();
  } catch (error) {
    if (error instanceof DockError || error instanceof BenchError) return undefined; // it starts, or its cable comes back
    throw error;
  } finally {
    port?.close();
  }
}

/** Waits until the new bundle is up. */
async function awaitUp(job: LockedFlashJob, progress: FlashProgress): Promise<void> {
  const end_ms = Date.now() + (job.startLimit_ms ?? START_LIMIT_MS);
  while (Date.now() < end_ms) {
    await pause(PAUSE_MS);
    const how = await standing(job, progress);
    if (how === "up") return;
    if (how === "given up") {
      const words = "the new bundle did not come up: the handheld gave it up, and the one before runs";
      throw new FlashError(BenchFault.FlashNotUp, words);
    }
  }
  throw new FlashError(
    BenchFault.FlashNotUp,
    "the handheld did not come back in time: look at its screen, flash it again",
  );
}

/**
 * Flashes it.
 * @returns what was done; with `restart`, the bundle is up
 * @throws FlashError, BenchError with their numbers; DockError when the cable fails: the bundle before starts then
 */
export async function flashLocked(job: LockedFlashJob, progress: FlashProgress): Promise<FlashOutcome> {
  const port = await job.connect();
  let outcome: FlashOutcome;
  try {
    if (!job.force) await checkBoard(port, job, progress);
    outcome = await flasherOn(port, job, progress).flash();
    if (outcome.wasThere || !job.restart) return outcome;
    progress.say("starting it anew");
    await reboot(port);
  } finally {
    port.close();
  }
  await awaitUp(job, progress);
  return outcome;
}
