// Everything a handheld on the bench tells of itself, in words. It changes nothing; without a ticket only what Hello says,
// which nobody has proven.
import type { Ticket } from "../shared/ticket.ts";
import {
  decodeDiagnostics,
  DIAGNOSTICS_BYTES,
  type Diagnostics,
  type Hello,
  type Settings,
} from "../shared/wire/service-data.ts";
import { faultWords } from "../dock/fault-words.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { readSettings, settingsWords } from "./settings.ts";
import { ask, askHello, type TechnicianPort } from "./technician-port.ts";
import { openTechnicianSession } from "./technician-session.ts";

const BATTERY_UNKNOWN = 255;
const DAY_MS = 86_400_000;

/** What is known of a handheld. */
export interface HandheldFacts {
  hello: Hello;
  /** Only with a session. */
  diagnostics?: Diagnostics;
  /** Only with a session. */
  settings?: Settings;
}

/**
 * Reads all that a ticket opens; without one, or from a handheld without a key, Hello alone.
 * @throws BenchError when the ticket is for another handheld or key; DockError when the cable fails
 */
export async function readFacts(port: TechnicianPort, ticket: Ticket | undefined): Promise<HandheldFacts> {
  const heard = await askHello(port);
  if (ticket === undefined || heard.device === 0) return { hello: heard };
  const hello = await openTechnicianSession(port, ticket);
  return { hello, diagnostics: await readDiagnostics(port), settings: await readSettings(port) };
}

/** How the handheld does; needs an open session. */
export async function readDiagnostics(port: TechnicianPort): Promise<Diagnostics> {
  return decodeDiagnostics(await ask(port, Command.Diagnostics, undefined, { least: DIAGNOSTICS_BYTES }));
}

/** A firmware version, for example "1.4.0". */
export function versionWords(firmware: number): string {
  return `${firmware >>> 16}.${(firmware >> 8) & 0xff}.${firmware & 0xff}`;
}

/** A charge in words. */
export function batteryWords(battery: number): string {
  return battery === BATTERY_UNKNOWN ? "charge unknown" : `${battery} %`;
}

/** Every fact under its name, in the order to show them. */
export function factsInWords({ hello, diagnostics, settings }: HandheldFacts): readonly (readonly [string, string])[] {
  const facts: [string, string][] = [
    ["device", hello.device === 0 ? "none: it has no key yet" : `${hello.device}, key ${hello.keyEpoch}`],
    ["board", hello.board],
    ["firmware", versionWords(hello.firmware)],
    [
      "battery",
      `${batteryWords(hello.battery)}, ${hello.docked ? "on the dock's supply" : "not on the dock's supply"}`,
    ],
    ["flash", `${hello.free} bytes free`],
    ["manifest", hello.sequence === 0 ? "none" : `number ${hello.sequence}, journal ${hello.journalEpoch}`],
    ["unsent", hello.unsent === 0 ? "no results" : `${hello.unsent} results that the depot does not have`],
  ];
  if (diagnostics !== undefined) facts.push(...diagnosticsInWords(diagnostics));
  if (settings !== undefined) facts.push(["settings", settingsWords(settings)]);
  return facts;
}

function diagnosticsInWords(found: Diagnostics): [string, string][] {
  const day = new Date(found.day * DAY_MS).toISOString().slice(0, 10);
  return [
    ["day", found.day === 0 ? "none" : `${day}, ${found.parcels} parcels, slot ${found.slot}`],
    ["day's state", found.stopped === 0 ? "not stopped" : `stopped: ${faultWords(found.stopped)}`],
    ["journal", found.journalSlots === 0 ? "none" : `${found.journalEnd} of ${found.journalSlots} slots`],
    ["device failures", String(found.deviceFailures)],
    ["wrong proofs", `${found.failedProofs} since it started`],
    ["radio", found.link ? "link up" : "link down"],
    ["interpreter", found.about === "" ? "unknown" : found.about],
  ];
}
