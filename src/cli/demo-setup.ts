// Everything the demo needs, made from nothing: the bundle, a depot with a round, its server, a loaded handheld. What
// it made is taken down again by close(), whatever happened in between.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dayOf } from "../depot/calendar.ts";
import type { Depot } from "../depot/depot.ts";
import { initDepot } from "../depot/open-depot.ts";
import { type DepotServer, makeServer } from "../depot/server/server.ts";
import type { HandheldClock } from "../simulator/handheld-clock.ts";
import { SimulatedHandheld } from "../simulator/simulated-handheld.ts";
import { DEMO_DEVICE, DEMO_TIME_ZONE, DemoDepot, roundStart_s } from "./demo-depot.ts";
import { sampleCsv } from "./sample-csv.ts";
import { makeSampleRound } from "./sample-round.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BUNDLE = join(ROOT, "dist/sim/bundle.js");
/** The firmware announces itself a moment after its start. */
const START_LIMIT_MS = 5000;

/** What the person chose. */
export interface DemoChoice {
  /** Directory for the depot's data, kept afterwards; a temporary one when left out. */
  data: string | undefined;
  tell(line: string): void;
}

/** Makes the clock: standing at `start_s`, or running from there. */
export type MakeClock<C extends HandheldClock> = (start_s: number) => C;

/** A demo that is ready to be played. */
export interface Demo<C extends HandheldClock> {
  handheld: SimulatedHandheld;
  side: DemoDepot;
  clock: C;
  close(): Promise<void>;
}

/** The bundle's text; built first when it is missing. */
function bundleText(tell: (line: string) => void): string {
  if (!existsSync(BUNDLE)) {
    tell("Building the handheld's firmware ...");
    const build = spawnSync(process.execPath, ["--import", "tsx", "scripts/build.ts", "sim"], { cwd: ROOT });
    if (build.status !== 0) throw new Error(`the firmware was not built:\n${build.stderr.toString()}`);
  }
  return readFileSync(BUNDLE, "latin1");
}

async function importSample(depot: Depot, folder: string, day: number): Promise<string> {
  const file = join(folder, "sample-round.csv");
  const { threshold_cents } = await depot.settings();
  writeFileSync(file, sampleCsv(makeSampleRound(threshold_cents)));
  const { parcels, stops, codes } = await depot.importRoundFile(file, { day, name: "sample" });
  await depot.addDevice(DEMO_DEVICE, "demo");
  return `Round imported: ${parcels} parcels, ${stops} stops, ${codes} codes issued.`;
}

async function start(handheld: SimulatedHandheld, clock: HandheldClock): Promise<void> {
  const end_ms = clock.now_ms() + START_LIMIT_MS;
  handheld.boot();
  while (!handheld.isRunning) {
    if (clock.now_ms() > end_ms) throw new Error("the handheld's firmware does not start");
    await clock.pass(10);
  }
}

/** Takes things down in the reverse order of their making. */
class Undo {
  private readonly steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.steps.unshift(step);
  }

  async run(): Promise<void> {
    for (const step of this.steps.splice(0)) await step();
  }
}

async function startServer(depot: Depot, undo: Undo): Promise<string> {
  const server: DepotServer = makeServer(depot);
  const url = await server.start({ port: 0 });
  undo.add(() => server.stop());
  return url;
}

async function makeDemo<C extends HandheldClock>(
  choice: DemoChoice,
  makeClock: MakeClock<C>,
  undo: Undo,
): Promise<Demo<C>> {
  const bundle = bundleText(choice.tell);
  const folder = mkdtempSync(join(tmpdir(), "parola-demo-"));
  undo.add(() => rmSync(folder, { recursive: true, force: true }));
  const day = dayOf(Math.floor(Date.now() / 1000), DEMO_TIME_ZONE);
  const clock = makeClock(roundStart_s(day));
  const parts = { clock: { now_s: () => Math.floor(clock.now_ms() / 1000) } };
  const depot = await initDepot(
    choice.data ?? join(folder, "depot"),
    { name: "Demo", timeZone: DEMO_TIME_ZONE },
    parts,
  );
  undo.add(() => depot.close());
  choice.tell(await importSample(depot, folder, day));
  const url = await startServer(depot, undo);
  const handheld = new SimulatedHandheld({ bundle, clock });
  undo.add(() => handheld.cutPower());
  await start(handheld, clock);
  const side = new DemoDepot({ depot, handheld, clock, url }, day);
  choice.tell(`Handheld in the dock: ${await side.load()}.`);
  return { handheld, side, clock, close: () => undo.run() };
}

/**
 * Sets the demo up.
 * @throws Error in words; nothing is left behind then
 */
export async function setUpDemo<C extends HandheldClock>(
  choice: DemoChoice,
  makeClock: MakeClock<C>,
): Promise<Demo<C>> {
  const undo = new Undo();
  try {
    return await makeDemo(choice, makeClock, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}
