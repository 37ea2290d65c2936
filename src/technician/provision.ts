// Gives a handheld its key, its settings and the time, and proves that the key took. Cut half-way it is simply run again:
// a key that is there already is not given twice. It never shows a key, and never touches another device's handheld.
import { FaultNumber } from "../shared/faults.ts";
import type { Ticket } from "../shared/ticket.ts";
import { concatBytes } from "../shared/wire/bytes.ts";
import type { Hello, Settings } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError, handheldError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { keepSettings, settingsWords } from "./settings.ts";
import { reportSteps, type StepReport } from "./step-report.ts";
import { setTime } from "./set-time.ts";
import { ask, askHello, type TechnicianPort } from "./technician-port.ts";
import { checkDevice, identityFor, openTechnicianSession } from "./technician-session.ts";

/** What to give. */
export interface ProvisionWish {
  ticket: Ticket;
  /** Settings to change; the others stay. */
  settings: Partial<Settings>;
  /** UTC seconds, by the bench's clock, at the moment it is called. */
  now_s(): number;
}

/** The key for an empty handheld or over the ticket's held one; words for what was done. */
async function giveKey(port: TechnicianPort, ticket: Ticket): Promise<string> {
  const key = ticket.provisioning;
  const hello = await askHello(port);
  checkDevice(hello, ticket.device);
  if (hello.device !== 0 && hello.keyEpoch === wantedEpoch(ticket)) return `it already has key ${hello.keyEpoch}`;
  if (key === undefined) {
    const words = "this ticket carries no key to give: make one with --new-key";
    throw new BenchError(BenchFault.TicketUnfit, words);
  }
  if (hello.device === 0) {
    await ask(port, Command.Provision, key.keyFile);
    return `key ${key.keyEpoch} given to an empty handheld`;
  }
  if (hello.unsent > 0) throw handheldError(FaultNumber.DockUnsent);
  const held = identityFor(ticket, hello.keyEpoch);
  if (held === undefined || key.mac === undefined) {
    const words = `it holds key ${hello.keyEpoch}, which this ticket cannot replace: make a ticket with --new-key`;
    throw new BenchError(BenchFault.TicketUnfit, words);
  }
  await openTechnicianSession(port, ticket);
  await ask(port, Command.Provision, concatBytes([key.keyFile, key.mac]));
  return `key ${key.keyEpoch} given over key ${hello.keyEpoch}`;
}

/** Key epoch that the handheld is to hold in the end. */
function wantedEpoch({ provisioning, heldKeyEpoch }: Ticket): number {
  return provisioning?.keyEpoch ?? heldKeyEpoch;
}

/** Opens a session with the key it is to hold: nothing else proves that it took. */
async function proveKey(port: TechnicianPort, ticket: Ticket): Promise<Hello> {
  const hello = await openTechnicianSession(port, ticket);
  const wanted = wantedEpoch(ticket);
  if (hello.keyEpoch !== wanted) {
    throw new BenchError(BenchFault.KeyUnproven, `the handheld still holds key ${hello.keyEpoch}, not ${wanted}`);
  }
  return hello;
}

/**
 * Provisions the handheld on the cable: steps `key`, `proof`, `settings`, `time`; the first that fails ends it.
 * @returns what the handheld says of itself in the end; undefined when a step failed
 * @throws only what is no fault of handheld, ticket or cable
 */
export async function provision(
  port: TechnicianPort,
  { ticket, settings, now_s }: ProvisionWish,
  report: StepReport,
): Promise<Hello | undefined> {
  let proven: Hello | undefined;
  const done = await reportSteps(report, [
    ["key", () => giveKey(port, ticket)],
    [
      "proof",
      async () => {
        proven = await proveKey(port, ticket);
        return `handheld ${proven.device} proved key ${proven.keyEpoch}`;
      },
    ],
    ["settings", async () => settingsWords(await keepSettings(port, settings))],
    ["time", () => setTime(port, now_s)],
  ]);
  return done ? proven : undefined;
}
