// One seeded run: several handhelds loaded in the morning, some hundred events in whatever order the seed says, perhaps a
// day's close and a second day, then an end to all faults, a last sync, and the comparison of everything with everything.
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { decodeKeyFile } from "../../../src/shared/wire/key-file.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { type Visit, visit } from "./courier.ts";
import { Draw } from "./draw.ts";
import type { MakeStore } from "./failing-depot.ts";
import { checkBooks } from "./books-check.ts";
import { NETWORKS } from "./network.ts";
import { closeDay, learnCode, load, markLost, queueRelease, reissue, sealAhead } from "./office.ts";
import type { SimHandheld } from "./sim-handheld.ts";
import type { Trace } from "./trace.ts";
import { DAY, type PlannedDeath, World } from "./world.ts";

const DEATHS: readonly PlannedDeath[] = ["before commit", "after commit", "before reply", "after reply"];
const PARCELS_A_ROUND = 8;
/** Loads, and rounds of syncing, before a run counts as one that does not end. */
const LOADS_MAX = 20;
const QUIET_ROUNDS_MAX = 400;
const QUIET_MS = 5000;

/** Weights of the scheduler, from ordinary days to days on which one thing happens again and again. */
const EVENTS = { courier: 640, time: 180, network: 70, power: 40, office: 28, dock: 14, depot: 28 };
const TEMPERS = [
  EVENTS,
  EVENTS,
  { ...EVENTS, courier: 1500, time: 300 },
  { ...EVENTS, power: 150 },
  { ...EVENTS, office: 160 },
  { ...EVENTS, dock: 60 },
  { ...EVENTS, depot: 120 },
];

/** What came of a run that held. */
export interface RunResult {
  trace: Trace;
  confirmed: number;
}

/** A run that broke a promise: the error, and the end of what happened. */
export class BrokenRun extends Error {
  constructor(seed: number, cause: unknown, trace: Trace, lines: number) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`seed ${seed}: ${why}\n${trace.tail(lines)}`, { cause });
  }
}

/** What a test of the simulator itself may change. */
export interface RunParts {
  makeStore?: MakeStore;
  /** Lines of the trace to show with a violation. */
  lines?: number;
}

/** Runs one seed. @throws BrokenRun */
export async function runSeed(seed: number, parts: RunParts = {}): Promise<RunResult> {
  const faults = NETWORKS[new Draw(seed ^ 0x5bd1e995).below(NETWORKS.length)]!;
  const world = await World.make(seed, faults, parts.makeStore);
  try {
    const run = new SyncRun(world);
    await run.morning();
    await run.events(world.draw.between(250, 400));
    if (world.draw.chance(50)) await run.evening();
    await run.quiet();
    await checkBooks(world);
    return { trace: world.trace, confirmed: world.history.confirmed.length };
  } catch (error) {
    throw new BrokenRun(seed, error, world.trace, parts.lines ?? 40);
  } finally {
    await world.failing.remove();
  }
}

class SyncRun {
  private readonly world: World;
  private readonly visits = new Map<SimHandheld, Visit>();
  private readonly weights: typeof EVENTS;
  private day = DAY;

  constructor(world: World) {
    this.world = world;
    this.weights = world.draw.pick(TEMPERS);
  }

  /** Rounds imported, handhelds with key, manifest and clock. */
  async morning(): Promise<void> {
    const { world } = this;
    const { depot, store } = world.failing;
    const count = world.draw.between(3, 4);
    for (let device = 1; device <= count; device++) {
      await depot.addDevice(device);
      const round = `R${device}`;
      await depot.importRound({ day: DAY, name: round, parcels: parcelsOf(device) });
      const { keyFile } = await depot.provisionKeyFile(device, "http://depot.test:8080");
      world.syncKeys.set(device, subkey(nodeHash, decodeKeyFile(nodeHash, keyFile)!.key, "sync"));
    }
    for (const { parcel, plan } of await store.transaction((tx) => tx.parcels.ofDay(DAY))) {
      const { id, tracking, needsCode } = parcel;
      world.parcels.push({ id, tracking, needsCode, round: plan.round, digits: [] });
      world.books.add(id, needsCode, DAY);
    }
    for (const parcel of world.parcels) await learnCode(world, parcel);
    for (let device = 1; device <= count; device++) await this.loadFirst(world.addHandheld(device));
  }

  /** Lets so many things happen. */
  async events(count: number): Promise<void> {
    for (let event = 0; event < count; event++) {
      await this.event();
      await this.world.deliver();
    }
  }

  /** The day is closed while some have not synced; perhaps a second day follows. */
  async evening(): Promise<void> {
    const { world } = this;
    await closeDay(world, DAY, DAY + 1);
    await this.events(world.draw.between(20, 80));
    if (world.draw.chance(50)) return;
    for (const handheld of world.handhelds) this.switchOff(handheld);
    await world.pass((DAY + 1) * 86_400_000 + 7 * 3_600_000 - world.now_ms);
    this.day = DAY + 1;
    await this.events(world.draw.between(80, 150));
  }

  /** No more faults: everything syncs, then every message that is still on its way arrives. */
  async quiet(): Promise<void> {
    const { world } = this;
    world.endOutage();
    world.network.faults = NETWORKS[0]!;
    for (const handheld of world.handhelds) {
      handheld.disarmCut();
      if (!handheld.isOn()) this.boot(handheld, true);
      handheld.setNetwork(false);
      handheld.setNetwork(true);
      this.visits.delete(handheld);
    }
    for (let round = 0; !(await this.isSynced()); round++) {
      if (round >= QUIET_ROUNDS_MAX) throw new Error("the last sync does not end");
      await world.pass(QUIET_MS);
    }
    for (const handheld of world.handhelds) this.switchOff(handheld);
    for (let at_ms = world.network.nextAt_ms(); at_ms !== undefined; at_ms = world.network.nextAt_ms()) {
      await world.pass(Math.max(0, at_ms - world.now_ms));
    }
  }

  private async event(): Promise<void> {
    const { world } = this;
    const { draw } = world;
    const handheld = draw.pick(world.handhelds);
    switch (draw.weighted(this.weights)) {
      case "courier":
        return this.courier(handheld);
      case "time":
        return world.pass(
          draw.chance(70) ? draw.between(50, 4000) : draw.between(4000, draw.chance(85) ? 90_000 : 900_000),
        );
      case "network":
        world.note(handheld.hasNetwork ? "network lost" : "network found", `${handheld.device}`);
        return handheld.setNetwork(!handheld.hasNetwork);
      case "power":
        return this.power(handheld);
      case "office":
        return this.office(handheld);
      case "dock":
        return this.dock(handheld);
      case "depot":
        if (draw.chance(20)) {
          world.note("depot died idle");
          return world.revive();
        }
        world.plannedDeath = draw.pick(DEATHS);
    }
  }

  private async courier(handheld: SimHandheld): Promise<void> {
    const { world } = this;
    if (!handheld.isOn()) {
      if (world.draw.chance(40)) this.boot(handheld, false);
      return;
    }
    const going = this.visits.get(handheld) ?? visit(world, handheld);
    this.visits.set(handheld, going);
    const { done } = await going.next();
    world.keepUpWith(handheld);
    if (done === true || !handheld.isOn()) this.visits.delete(handheld);
  }

  private power(handheld: SimHandheld): void {
    const { draw } = this.world;
    if (!handheld.isOn()) this.boot(handheld, false);
    else if (draw.chance(25)) this.switchOff(handheld);
    else handheld.armCut(draw.cut(8));
  }

  private boot(handheld: SimHandheld, isLast: boolean): void {
    const { draw, now_ms } = this.world;
    const keepsClock = draw.chance(60);
    const cut = !isLast && draw.chance(25) ? draw.cut(4) : undefined;
    this.world.note("booted", `${handheld.device}${keepsClock ? "" : ", clock lost"}`);
    if (handheld.boot(now_ms, keepsClock, cut)) handheld.lookForManifest();
  }

  private switchOff(handheld: SimHandheld): void {
    handheld.pull();
    this.visits.delete(handheld);
  }

  private async office(handheld: SimHandheld): Promise<void> {
    const { world, day } = this;
    const parcel = world.draw.pick(world.parcels.filter(({ needsCode }) => needsCode));
    const what = world.draw.weighted({ reissue: 60, postpone: 10, release: 40, seal: 20, lose: 1 });
    if (what === "reissue") await reissue(world, parcel);
    else if (what === "postpone") await reissue(world, parcel, day + 1);
    else if (what === "release") await queueRelease(world, handheld, parcel);
    else if (what === "seal") await this.sealAhead(handheld);
    else await markLost(world, handheld);
  }

  /** Loaded again, mostly with its own round, now and then with another's. */
  private async dock(handheld: SimHandheld): Promise<void> {
    const { world, day } = this;
    if (!handheld.isOn()) this.boot(handheld, false);
    if (!handheld.isOn()) return;
    const round = `R${world.draw.chance(75) ? handheld.device : world.draw.between(1, world.handhelds.length)}`;
    if (!(await this.hasRound(day, round))) return;
    this.visits.delete(handheld);
    await load(world, handheld, { day, round, again: world.draw.chance(60), hasty: world.draw.chance(25) });
  }

  private async sealAhead(handheld: SimHandheld): Promise<void> {
    const { world, day } = this;
    const round = `R${handheld.device}`;
    if (await this.hasRound(day, round)) await sealAhead(world, handheld, { day, round, again: true, hasty: false });
  }

  private async hasRound(day: number, round: string): Promise<boolean> {
    const planned = await this.world.failing.store.transaction((tx) => tx.parcels.ofDay(day));
    return planned.some(({ plan }) => plan.round === round && (plan.outcome === "current" || plan.outcome === "moved"));
  }

  private async loadFirst(handheld: SimHandheld): Promise<void> {
    const { world } = this;
    for (let turn = 0; turn < LOADS_MAX; turn++) {
      if (!handheld.isOn()) this.boot(handheld, true);
      if (await load(world, handheld, { day: DAY, round: `R${handheld.device}`, again: false, hasty: false })) return;
    }
    throw new Error(`handheld ${handheld.device} could not be loaded`);
  }

  /** Everything in flash is acknowledged, every update stored, and each handheld says so itself. */
  private async isSynced(): Promise<boolean> {
    const { world } = this;
    if (!world.handhelds.every((one) => one.active === undefined || one.saysAllSent())) return false;
    for (const { device, active, image, witness } of world.handhelds) {
      if (active === undefined) continue;
      witness.look(image);
      const end = witness.journals.get(active.journalEpoch)?.length ?? 0;
      const manifest = await world.failing.store.transaction((tx) => tx.manifests.find(device, active.journalEpoch));
      if (manifest === undefined || manifest.acknowledged < end) return false;
      if (!manifest.closed && manifest.updatesStored < manifest.updatesQueued) return false;
    }
    return true;
  }
}

/** A round of plain and protected parcels. */
function parcelsOf(device: number) {
  return Array.from({ length: PARCELS_A_ROUND }, (_, at) => ({
    tracking: `TBA${device}${String(at * 7919 + 100_000_000_00).padStart(11, "0")}`,
    stop: 1 + (at >> 1),
    address: `${at + 1} Mill Lane`,
    value_cents: 1000,
    asked: at % 8 < 5,
  }));
}
