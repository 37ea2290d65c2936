// Opens the technician's session with the key that a ticket holds for the handheld on the cable, and for no other. It
// never tries one device's key on another, and names in words what does not fit.
import { SessionRefused, type SessionRefusalReason } from "../dock/service-session.ts";
import { FaultNumber } from "../shared/faults.ts";
import type { Ticket } from "../shared/ticket.ts";
import type { Hello } from "../shared/wire/service-data.ts";
import { BenchError, handheldError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { askHello, type TechnicianIdentity, type TechnicianPort } from "./technician-port.ts";

/**
 * Refuses a handheld that is another than the one wanted; one without a key is nobody's yet.
 * @throws BenchError 1029
 */
export function checkDevice(hello: Hello, device: number): void {
  if (hello.device === 0 || hello.device === device) return;
  const words = `this is handheld ${hello.device}, handheld ${device} is wanted: plug in the other one`;
  throw new BenchError(BenchFault.OtherDevice, words);
}

/** Key for a key epoch, as far as the ticket has it. */
export function identityFor(ticket: Ticket, keyEpoch: number): TechnicianIdentity | undefined {
  const { device, heldKeyEpoch, technicianKey, provisioning } = ticket;
  if (provisioning?.keyEpoch === keyEpoch) return { device, keyEpoch, technicianKey: provisioning.technicianKey };
  if (heldKeyEpoch !== keyEpoch || technicianKey === undefined) return undefined;
  return { device, keyEpoch, technicianKey };
}

/**
 * Key that fits the handheld on the cable.
 * @throws BenchError 801 without a key on it, 1029 for another device, 1030 when the ticket is for another key epoch
 */
export function identityOf(hello: Hello, ticket: Ticket): TechnicianIdentity {
  if (hello.device === 0) throw handheldError(FaultNumber.KeyMissing);
  checkDevice(hello, ticket.device);
  const identity = identityFor(ticket, hello.keyEpoch);
  if (identity === undefined) {
    const words = `handheld ${hello.device} holds key ${hello.keyEpoch}, for which this ticket has no technician's key`;
    throw new BenchError(BenchFault.TicketUnfit, `${words}: have the depot make a new one`);
  }
  return identity;
}

/**
 * Opens a session with whatever key of the ticket the handheld holds.
 * @returns what the handheld says of itself within the session, proven
 * @throws BenchError as {@link identityOf}, and 1029 or 1031 when the proven Hello is another
 */
export async function openTechnicianSession(port: TechnicianPort, ticket: Ticket): Promise<Hello> {
  port.endSession();
  const identity = identityOf(await askHello(port), ticket);
  await openProven(port, identity);
  const hello = await askHello(port);
  if (hello.device !== identity.device || hello.keyEpoch !== identity.keyEpoch) {
    throw new BenchError(BenchFault.KeyUnproven, "the handheld changed while it was asked: plug it in again");
  }
  return hello;
}

/** The bench's number for what this side refused. */
const REFUSALS: Readonly<Record<SessionRefusalReason, number>> = {
  "other device": BenchFault.OtherDevice,
  "unknown device": BenchFault.TicketUnfit,
  "wrong key": BenchFault.KeyUnproven,
  wait: FaultNumber.DockWait,
  version: FaultNumber.DockVersion,
  "no key": FaultNumber.KeyMissing,
  refused: BenchFault.KeyUnproven,
};

/** Opens a session; a refusal gets its number. */
async function openProven(port: TechnicianPort, identity: TechnicianIdentity): Promise<void> {
  try {
    await port.openSession(identity);
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
    throw new BenchError(error.fault === 0 ? REFUSALS[error.reason] : error.fault, error.message);
  }
}
