// `parola device ticket`: writes what a bench needs to work on one handheld into a file that only its owner reads. No key
// is ever printed. The file is made before anything is changed: no key epoch rises for a ticket that has nowhere to go.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import type { Command } from "commander";
import { encodeTicket, type Ticket } from "../shared/ticket.ts";
import { deviceOption, numberOption, withDepot } from "./depot-session.ts";

const DEFAULT_DEPOT_URL = "http://127.0.0.1:8080"; // where `parola serve` listens by default
const OWNER_ONLY = 0o600;

interface TicketOptions {
  out: string;
  newKey?: boolean;
  held?: number;
  depotUrl: string;
  force?: boolean;
}

/** Opens a new file of mode 0600. */
function openNew(path: string): number {
  try {
    return openSync(path, "wx", OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "exists already; --force writes over it" : `cannot be written (${code ?? "?"})`;
    throw new Error(`${path} ${why}`);
  }
}

/** Writes what `make` gives into a new file; when it fails, no file is left and one that was there is as it was. */
async function writeSecret(path: string, force: boolean, make: () => Promise<string>): Promise<void> {
  const target = force ? `${path}.${process.pid}.part` : path;
  const file = openNew(target);
  try {
    try {
      writeSync(file, await make());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (force) renameSync(target, path);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

/** What a ticket is good for. */
function ticketWords(path: string, ticket: Ticket, newKey: boolean): string {
  const { device, heldKeyEpoch, provisioning } = ticket;
  const good = [
    ...(heldKeyEpoch === 0 ? [] : [`work on handheld ${device} under key ${heldKeyEpoch}, which it holds`]),
    ...(provisioning === undefined ? [] : [`giving it key ${provisioning.keyEpoch}`]),
  ].join(", and ");
  return [
    `ticket for handheld ${device} in ${path}, good for: ${good}`,
    ...(newKey ? ["its former key is closed: it is loaded again only once it has the new one"] : []),
    "it holds keys of this handheld: keep it from others, and erase it after use",
  ].join("\n");
}

async function writeTicket(device: number, options: TicketOptions, command: Command): Promise<void> {
  const newKey = options.newKey === true;
  const wish = { newKey: newKey, ...(options.held === undefined ? {} : { heldKeyEpoch: options.held }) };
  const ticket = await withDepot(command, async (depot) => {
    let made: Ticket | undefined;
    await writeSecret(options.out, options.force === true, async () => {
      made = await depot.ticket(device, options.depotUrl, wish);
      return encodeTicket(made);
    });
    return made;
  });
  if (ticket !== undefined) process.stdout.write(`${ticketWords(options.out, ticket, newKey)}\n`);
}

/** Adds `ticket` to `device`. */
export function registerTicket(device: Command): void {
  device
    .command("ticket")
    .description("write the ticket by which a bench works on one handheld, without the master key")
    .argument("<number>", "the handheld", deviceOption)
    .requiredOption("--out <file>", "where to write it; only its owner may read it")
    .option("--new-key", "for a new key: closes the one it holds, and its manifests")
    .option(
      "--held <epoch>",
      "key epoch it says it holds, 0 none (default: what the depot knows)",
      numberOption(0, 0xffff_ffff),
    )
    .option("--depot-url <url>", "where the handheld finds this depot", DEFAULT_DEPOT_URL)
    .option("--force", "write over a file that is there")
    .action(writeTicket);
}
