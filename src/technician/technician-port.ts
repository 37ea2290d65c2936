// The bench's end of one handheld's service port: requests, and the session that the technician's key opens. It frames
// nothing and keeps no key; the dock's client does.
import { decodeHello, HELLO_BYTES, type Hello } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError, handheldError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";

/** Whose key opens a session. */
export interface TechnicianIdentity {
  /** Handheld's number. */
  device: number;
  keyEpoch: number;
  /** Technician subkey of that device and epoch, 32 bytes. */
  technicianKey: Uint8Array;
}

/** A handheld on the bench's cable. */
export interface TechnicianPort {
  /**
   * Sends one command and waits; within a session it is sealed, but for Hello and the bench's own.
   * @returns fault (0 is fine) and what the command gives
   * @throws DockError when the cable fails or the session is lost
   */
  request(command: number, data?: Uint8Array): Promise<{ fault: number; data: Uint8Array }>;
  /**
   * Opens a session as technician, proven both ways; one before ends.
   * @throws SessionRefused when either side refuses; DockError when the cable fails
   */
  openSession(identity: TechnicianIdentity): Promise<void>;
  /** Forgets the session on this side: its key is gone from the handheld. What follows is sent open. */
  endSession(): void;
  /** Unplugs the cable. */
  close(): void;
}

/**
 * One command whose answer must be fine.
 * @param least bytes that the answer has at least
 * @returns what the command gives
 * @throws BenchError with the handheld's fault, or 1020 for an answer that is too short; DockError when the cable fails
 */
export async function ask(
  port: TechnicianPort,
  command: Command,
  data?: Uint8Array,
  { least = 0 }: { least?: number } = {},
): Promise<Uint8Array> {
  const answer = await port.request(command, data);
  if (answer.fault !== 0) throw handheldError(answer.fault);
  if (answer.data.length < least) {
    throw new BenchError(BenchFault.PortFailed, `the handheld's answer is ${answer.data.length} bytes, not ${least}`);
  }
  return answer.data;
}

/** What the handheld says of itself. */
export async function askHello(port: TechnicianPort): Promise<Hello> {
  return decodeHello(await ask(port, Command.Hello, undefined, { least: HELLO_BYTES }));
}
