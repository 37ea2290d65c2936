// `parola technician flash`: puts a board's bundle onto a handheld's interpreter and waits until it is up. One OK or ERROR
// line at the end, exit 0 only for OK. It never writes firmware of the interpreter itself, and never prints a key.
import { type Command, Option } from "commander";
import { nobleHash } from "../depot/noble-hash.ts";
import { openPort, parsePortAddress } from "../dock/open-port.ts";
import { deviceOption } from "./depot-session.ts";
import { asBenchError } from "../technician/bench-error.ts";
import { bundleFile } from "../technician/flash/board-files.ts";
import type { FlashOutcome, FlashProgress } from "../technician/flash/flash-bundle.ts";
import { flashHandheld } from "../technician/flash/flash-handheld.ts";
import { flashLocked } from "../technician/flash/flash-locked.ts";
import type { TechnicianPort } from "../technician/technician-port.ts";

const REFUSED = 1;
const WRONG_USE = 2;

/** What `flash` was given on the command line. */
export interface FlashOptions {
  port: string;
  console?: string;
  /** Whose key opens a session with a handheld on which Parola runs: from a file, or from the depot. */
  ticket?: string;
  device?: number;
  board: string;
  dist?: string;
  erase?: boolean;
  force?: boolean;
  restart: boolean;
}

/**
 * Makes what opens a handheld's service port and a technician's session on it.
 * @returns undefined when the command line names no ticket
 */
export type SessionOpener = (options: FlashOptions, command: Command) => (() => Promise<TechnicianPort>) | undefined;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints progress a tenth at a time. */
function progress(): FlashProgress {
  let shown = "";
  return {
    say: (words) => say(`# ${words}`),
    wrote: (name, bytes, of) => {
      const tenth = `${name} ${Math.floor((bytes * 10) / of)}`;
      if (tenth !== shown) say(`PROGRESS ${name} ${bytes} of ${of} bytes`);
      shown = tenth;
    },
  };
}

function words({ wasThere, slot }: FlashOutcome, restart: boolean): string {
  if (wasThere) return `already there, in slot ${slot}; nothing was written`;
  return restart ? `slot ${slot}, and up` : `slot ${slot}; starts at the next power-up`;
}

/** Runs `flash`: through a technician's session, or through the console; prints its verdict and sets the exit code. */
export async function runFlash(options: FlashOptions, connect?: () => Promise<TechnicianPort>): Promise<void> {
  const at = options.console ?? options.port;
  try {
    parsePortAddress(options.port);
    parsePortAddress(at);
  } catch (error) {
    say(`ERROR 1020 "${(error as Error).message}"`);
    process.exitCode = WRONG_USE;
    return;
  }
  try {
    const bundle = bundleFile(options.board, options.dist);
    const { erase = false, force = false, restart } = options;
    const openService = options.console === undefined ? undefined : () => openPort(options.port);
    const job = { bundle, hash: nobleHash, force, restart };
    const outcome =
      connect === undefined
        ? await flashHandheld({ ...job, openPort: () => openPort(at), openService, erase }, progress())
        : await flashLocked({ ...job, connect }, progress());
    const facts = `${options.board} ${bundle.version}, ${bundle.text.length} bytes`;
    say(`OK flash ${facts}: ${words(outcome, options.restart)}`);
  } catch (error) {
    const failure = asBenchError(error);
    say(`ERROR ${failure.number} "${failure.message}"`);
    process.exitCode = REFUSED;
  }
}

/**
 * Adds `flash` to `parola technician`.
 * @param opener opens a technician's session, for handhelds on which Parola runs
 */
export function registerFlash(technician: Command, opener: SessionOpener = () => undefined): void {
  technician
    .command("flash")
    .description("put a board's bundle onto a handheld, and start it; the bundle before stays as the second one")
    .requiredOption("--port <address>", "the handheld's service port: tcp://host:port, /dev/ttyUSB0 or COM3")
    .option("--console <address>", "the interpreter's console, where it is another port; without a ticket")
    .addOption(
      new Option("--ticket <file>", "the depot's ticket, for a handheld on which Parola runs").conflicts("device"),
    )
    .option("--device <number>", "instead of a ticket, on the depot's own PC (--data)", deviceOption)
    .option("--board <name>", "whose bundle, a folder of --dist", "linux")
    .option("--dist <folder>", "where the bundles were built (default: dist)")
    .option("--erase", "erase all of the handheld's Storage first, its key with it")
    .option("--force", "although the interpreter's version or board is another")
    .option("--no-restart", "leave it as it is; the bundle starts at the next power-up")
    .action((options: FlashOptions, command: Command) => runFlash(options, opener(options, command)));
}
