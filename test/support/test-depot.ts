// A real depot for tests: SQLite file and master key in a directory of its own, a clock that is set by hand, one round.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dayStart_s, parseDay } from "../../src/depot/calendar.ts";
import type { Depot } from "../../src/depot/depot.ts";
import { DepotError } from "../../src/depot/depot-error.ts";
import { initDepot } from "../../src/depot/open-depot.ts";
import type { Settings } from "../../src/depot/settings.ts";
import type { Entropy } from "../../src/depot/surroundings.ts";
import { JournalWriter } from "./journal-writer.ts";

export const TEST_DAY = parseDay("2026-11-24");
export const TEST_ZONE = "Europe/Rome";
export const TEST_DEVICE = 7;
export const TEST_URL = "http://127.0.0.1:8080";

/** A round with two protected parcels (one asked for, one worth it), one more by value, and two without a code. */
export const ROUND_CSV = [
  "tracking,stop,address,value,asked",
  "TBA000000000001,1,Via dei Tigli 1,20.00,yes",
  "TBA000000000002,2,Via dei Tigli 2,129.90,no",
  "TBA000000000003,2,Via dei Tigli 2,19.90,no",
  "TBA000000000004,3,Łódź – ő 4,500.00,no",
  "TBA000000000005,4,Via al Ponte 5,5,no",
  "",
].join("\n");

/** Tracking numbers of {@link ROUND_CSV}: three that need a code, two that do not. */
export const ASKED = "TBA000000000001";
export const DEAR = "TBA000000000002";
export const DEARER = "TBA000000000004";
export const PLAIN = "TBA000000000003";
export const PLAINER = "TBA000000000005";

/** A depot and what a test turns by hand. */
export interface TestDepot {
  depot: Depot;
  directory: string;
  clock: { time_s: number; now_s(): number };
  /** Writes a file into the directory; returns its path. */
  file(name: string, content: string | Uint8Array): string;
  /** Closes the depot and removes the directory. */
  end(): Promise<void>;
}

/** Noon of a day in the test's zone, UTC seconds. */
export function noon_s(day: number): number {
  return dayStart_s(day, TEST_ZONE) + 12 * 3600;
}

/** Makes a new depot; it is noon of the test's day. */
export async function makeTestDepot(settings: Partial<Settings> = {}, entropy?: Entropy): Promise<TestDepot> {
  const directory = mkdtempSync(join(tmpdir(), "parola-depot-"));
  const clock = { time_s: noon_s(TEST_DAY), now_s: () => clock.time_s };
  const parts = entropy === undefined ? { clock } : { clock, entropy };
  const depot = await initDepot(join(directory, "data"), { name: "Test", timeZone: TEST_ZONE, ...settings }, parts);
  return {
    depot,
    directory,
    clock,
    file(name, content) {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    },
    async end() {
      await depot.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Imports {@link ROUND_CSV} for a day, under a name. */
export async function importTestRound(test: TestDepot, day = TEST_DAY, name = "R1", csv = ROUND_CSV): Promise<void> {
  await test.depot.importRoundFile(test.file(`${name}.csv`, csv), { day, name });
}

/** A handheld that was added, provisioned and loaded for a day. */
export async function loadedHandheld(
  { depot, clock }: TestDepot,
  device = TEST_DEVICE,
  day = TEST_DAY,
): Promise<JournalWriter> {
  const known = (await depot.devices()).some(({ id }) => id === device);
  if (!known) await depot.addDevice(device);
  const { keyFile } = await depot.provisionKeyFile(device, TEST_URL);
  const { bytes } = await depot.manifestFor(device, day);
  return new JournalWriter(keyFile, bytes, clock);
}

/** The code of a parcel, as its buyer reads it. */
export async function buyerCode(depot: Depot, tracking: string, day?: number): Promise<string> {
  const { code } = await depot.track(tracking, day);
  if (code === undefined) throw new Error(`the buyer of ${tracking} sees no code`);
  return code;
}

/** Status of a parcel in the books of a day. */
export async function statusOf(depot: Depot, tracking: string, day = TEST_DAY): Promise<string> {
  const line = (await depot.report(day)).lines.find((one) => one.tracking === tracking);
  return line?.status ?? "absent";
}

/** Kinds of the alarms raised so far, in order. */
export async function alarmKinds(depot: Depot): Promise<string[]> {
  return (await depot.alarms()).map((alarm) => alarm.kind);
}

/** For assert.rejects: a DepotError of this number whose message fits. */
export function fault(number: number, message = /./): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof DepotError)) throw error;
    if (error.number !== number || !message.test(error.message)) {
      throw new Error(`expected F${number} ${message}, got F${error.number} ${error.message}`);
    }
    return true;
  };
}
