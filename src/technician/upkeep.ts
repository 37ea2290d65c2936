// Locking, unlocking, wiping and starting anew. Each needs an open technician's session; none asks a person anything.
import { FaultNumber } from "../shared/faults.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError, handheldError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { ask, askHello, type TechnicianPort } from "./technician-port.ts";

/**
 * Gives the interpreter's console its port back, or takes it away.
 * @returns words for what holds now
 * @throws BenchError with the handheld's fault
 */
export async function setConsole(port: TechnicianPort, open: boolean): Promise<string> {
  await ask(port, Command.Console, new Uint8Array([open ? 1 : 0]));
  return open ? "the console answers until it is locked or starts anew" : "the console is off";
}

/**
 * Makes it a handheld without key, day and settings, and looks that it is one.
 * @param losesResults also when results are on it that the depot does not have
 * @returns words for it
 * @throws BenchError 704 while results are unsent, 706 without power, 1033 when it still holds a key
 */
export async function wipe(port: TechnicianPort, losesResults: boolean): Promise<string> {
  const { device, unsent } = await askHello(port);
  if (unsent > 0 && !losesResults) throw handheldError(FaultNumber.DockUnsent);
  const data = new Uint8Array([losesResults ? 1 : 0]);
  await ask(port, Command.Wipe, data);
  port.endSession(); // its key is gone
  const after = await askHello(port);
  if (after.device !== 0) {
    throw new BenchError(BenchFault.NotWiped, `it still says it is handheld ${after.device}: wipe it again`);
  }
  const lost = unsent > 0 ? `; ${unsent} results are lost` : "";
  return `handheld ${device} has no key, day and settings any more${lost}`;
}

/**
 * Starts the handheld anew; it does so a moment after its answer.
 * @returns words for it
 * @throws BenchError with the handheld's fault
 */
export async function reboot(port: TechnicianPort): Promise<string> {
  await ask(port, Command.Reboot);
  port.endSession();
  return "it starts anew";
}
