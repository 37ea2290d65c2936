// Sets the handheld's clock to the bench's, and reads it back. Needs an open session; never waits.
import { readU32, writeU32 } from "../shared/wire/bytes.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { ask, type TechnicianPort } from "./technician-port.ts";

/** Bytes of the answer to Time. */
const TIME_BYTES = 5;
/** Seconds by which the clock may differ right after it was set. */
const TOLERANCE_S = 2;

/** A handheld's time. */
export interface HandheldTime {
  /** UTC seconds. */
  now_s: number;
  /** Whether no authenticated message has set it since its battery was empty. */
  isEstimated: boolean;
}

/**
 * Reads the clock, or sets it.
 * @param set_s UTC seconds to set
 * @throws BenchError with the handheld's fault, 602 when it does not believe the time
 */
export async function askTime(port: TechnicianPort, set_s?: number): Promise<HandheldTime> {
  const data = new Uint8Array(set_s === undefined ? 0 : 4);
  if (set_s !== undefined) writeU32(data, 0, set_s);
  const answer = await ask(port, Command.Time, data, { least: TIME_BYTES });
  return { now_s: readU32(answer, 0), isEstimated: answer[4] === 1 };
}

/** A time in words, to the second, UTC. */
export function timeWords(time_s: number): string {
  return new Date(time_s * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

/**
 * Sets the clock by the bench's.
 * @returns words for it
 * @throws BenchError 602 from the handheld, 1025 when it does not keep the time it was given
 */
export async function setTime(port: TechnicianPort, now_s: () => number): Promise<string> {
  const wanted_s = now_s();
  const { now_s: kept_s, isEstimated } = await askTime(port, wanted_s);
  if (Math.abs(kept_s - wanted_s) > TOLERANCE_S || isEstimated) {
    throw new BenchError(
      BenchFault.ClockPace,
      `the clock was set to ${timeWords(wanted_s)} and says ${timeWords(kept_s)}`,
    );
  }
  return timeWords(kept_s);
}
