// Opens the depot for one command and closes it again. PAROLA_NOW (an ISO time) stands in for the machine's clock: an
// aid for tests and rehearsals, never for a depot in service.
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { parseDay } from "../depot/calendar.ts";
import type { Depot, DepotParts } from "../depot/depot.ts";
import { openDepot } from "../depot/open-depot.ts";
import { systemClock } from "../depot/surroundings.ts";

/** The clock that PAROLA_NOW sets, or the machine's. */
export function depotParts(): DepotParts {
  const text = process.env["PAROLA_NOW"];
  if (text === undefined || text === "") return { clock: systemClock };
  const time_ms = Date.parse(text);
  if (Number.isNaN(time_ms)) throw new Error(`PAROLA_NOW: "${text}" is not an ISO time`);
  return { clock: { now_s: () => Math.floor(time_ms / 1000) } };
}

/** The data directory that was chosen. */
export function dataDirectory(command: Command): string {
  return command.optsWithGlobals<{ data: string }>().data;
}

/** Runs `work` on the open depot of `--data`. */
export async function withDepot<T>(command: Command, work: (depot: Depot) => Promise<T>): Promise<T> {
  const depot = await openDepot(dataDirectory(command), depotParts());
  try {
    return await work(depot);
  } finally {
    await depot.close();
  }
}

/** Parses an option that is a day. */
export function dayOption(text: string): number {
  try {
    return parseDay(text);
  } catch {
    throw new InvalidArgumentError("write YYYY-MM-DD.");
  }
}

/** Parses an option that is a whole number from `least` to `greatest`. */
export function numberOption(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= greatest)) throw new InvalidArgumentError(`a number ${least}…${greatest}.`);
    return value;
  };
}

/** Parses a handheld's number. */
export const deviceOption = numberOption(1, 0xffff_ffff);

/** Prints a result: as JSON when asked, else in words. */
export function print(result: unknown, asJson: boolean | undefined, words: () => string): void {
  const text = asJson === true ? JSON.stringify(result, null, 2) : words();
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
