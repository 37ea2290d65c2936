// Everything in one simulated run: handhelds, network, depot, time, and what the test itself knows of them. Time passes
// here alone, and messages arrive here alone, so a run is the same whenever its seed is.
import { DepotError } from "../../../src/depot/depot-error.ts";
import { dayStart_s } from "../../../src/depot/calendar.ts";
import type { Depot } from "../../../src/depot/depot.ts";
import { openRequest, type SyncRequest } from "../../../src/shared/wire/sync.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { BooksModel } from "./books-model.ts";
import { Draw } from "./draw.ts";
import { type Death, DepotDied, FailingDepot, type MakeStore } from "./failing-depot.ts";
import { History } from "./history.ts";
import { Intake, keyOf } from "./intake.ts";
import { type Faults, type Letter, Network } from "./network.ts";
import { type Posted, SimHandheld } from "./sim-handheld.ts";
import { Trace } from "./trace.ts";

/** Where in an answer the depot may die. */
export type PlannedDeath = Death | "before reply" | "after reply";

export const ZONE = "UTC";
/** 24 November 2026. */
export const DAY = 20_781;
const NOTHING = new Uint8Array(0);
/** A radio gives up a request after so long. */
const TIMEOUT_MS = 20_000;
const STEP_MS = 5000;

/** A parcel as the test knows it. */
export interface SimParcel {
  id: number;
  tracking: string;
  needsCode: boolean;
  round: string;
  /** Digits that its buyer has had, newest last. */
  digits: string[];
}

/** An answer over HTTP; status 0: no connection. */
export interface Answer {
  status: number;
  body: Uint8Array;
}

/** One run's world. */
export class World {
  readonly draw: Draw;
  readonly trace = new Trace();
  readonly network: Network;
  readonly handhelds: SimHandheld[] = [];
  readonly parcels: SimParcel[] = [];
  readonly books = new BooksModel();
  readonly codes = new Map<number, { digits: string; salt: Uint8Array }>();
  readonly intake = new Intake(this.books, this.codes);
  readonly history = new History();
  readonly syncKeys = new Map<number, Uint8Array>();
  plannedDeath: PlannedDeath | undefined;
  now_ms = (dayStart_s(DAY, ZONE) + 7 * 3600) * 1000;
  failing!: FailingDepot;
  private downUntil_ms = 0;
  /** The newest request of each handheld that has reached the depot. */
  private readonly lastNumbers = new Map<number, number>();

  private constructor(seed: number, faults: Faults) {
    this.draw = new Draw(seed);
    this.network = new Network(this.draw.fork(), faults, this.trace);
  }

  /** A depot without rounds and no handhelds. Call `failing.remove()` at the end. */
  static async make(seed: number, faults: Faults, makeStore?: MakeStore): Promise<World> {
    const world = new World(seed, faults);
    const entropy = world.draw.fork();
    world.failing = await FailingDepot.make(
      { name: "Simulated", timeZone: ZONE },
      {
        clock: { now_s: () => Math.floor(world.now_ms / 1000) },
        entropy: { bytes: (count) => entropy.bytes(count), below: (limit) => entropy.below(limit) },
        makeStore,
      },
    );
    return world;
  }

  addHandheld(device: number): SimHandheld {
    const handheld = new SimHandheld(device, this.draw.fork(), {
      posted: (one, posted) => this.posted(one, posted),
      died: () => this.note("power failed", `${device}`),
    });
    this.handhelds.push(handheld);
    return handheld;
  }

  note(what: string, more = ""): void {
    this.trace.note(this.now_ms, what, more);
  }

  /** Lets time pass: timers fire, messages arrive. */
  async pass(ms: number): Promise<void> {
    const end_ms = this.now_ms + ms;
    do {
      const next_ms = Math.min(end_ms, this.now_ms + STEP_MS, this.network.nextAt_ms() ?? end_ms);
      this.now_ms = Math.max(this.now_ms, next_ms);
      for (const handheld of this.handhelds) this.catchUp(handheld);
      await this.deliver();
    } while (this.now_ms < end_ms);
  }

  /** Hands over every message that has arrived by now. */
  async deliver(): Promise<void> {
    for (let letter = this.network.arrived(this.now_ms); letter; letter = this.network.arrived(this.now_ms)) {
      if (letter.to === "depot") await this.toDepot(letter);
      else this.toHandheld(letter);
    }
  }

  /** A handheld's courier was quicker than the run's clock. */
  keepUpWith(handheld: SimHandheld): void {
    this.now_ms = Math.max(this.now_ms, handheld.now_ms());
  }

  /**
   * Does something at the depot, which may die of it.
   * @param committed called once it is in the books, whether or not the depot lives to tell
   * @returns undefined when it died
   * @throws DepotError when it refuses
   */
  async atDepot<T>(work: (depot: Depot) => Promise<T>, committed: (value?: T) => void): Promise<T | undefined> {
    const { failing } = this;
    failing.store.death = this.takeDeath("before commit") ?? this.takeDeath("after commit");
    try {
      const value = await work(failing.depot);
      committed(value);
      return value;
    } catch (error) {
      if (!(error instanceof DepotDied)) throw error;
      if (error.isCommitted) committed();
      this.note(`depot died ${error.isCommitted ? "after" : "before"} commit`);
      await this.revive();
      return undefined;
    } finally {
      failing.store.death = undefined;
    }
  }

  isDown(): boolean {
    return this.now_ms < this.downUntil_ms;
  }

  /** A request reaches the depot, over the air or at the dock. */
  async ask(device: number, bytes: Uint8Array, isWhole: boolean): Promise<Answer> {
    if (this.isDown()) return { status: 0, body: NOTHING };
    const request = isWhole ? this.open(device, bytes) : undefined;
    if (request !== undefined) this.intake.checkRequest(request);
    const take = (): void => {
      if (request !== undefined) this.intake.take(request);
    };
    const reply = await this.atDepot((depot) => depot.handleSync(bytes, device), take);
    if (reply === undefined) return { status: this.isDown() ? 0 : this.refused(request), body: NOTHING };
    if (request === undefined) throw new Error("the depot answered a request that was damaged on its way");
    if (this.takeDeath("before reply") !== undefined) {
      this.note("depot died before reply");
      await this.revive();
      return { status: 0, body: NOTHING };
    }
    this.intake.checkReply(request, reply);
    this.note("answered", `${keyOf(device, request.journalEpoch)} ${request.from}-${request.to}`);
    if (this.takeDeath("after reply") !== undefined) {
      this.note("depot died after reply");
      await this.revive();
    } else if (this.failing.isDead) await this.revive();
    return { status: 200, body: reply };
  }

  /** Kills the depot, if it still lives, opens it again, and holds its books against what it was given. */
  async revive(): Promise<void> {
    this.failing.kill();
    await this.failing.restart();
    this.downUntil_ms = this.now_ms + this.draw.between(1, 30_000);
    await this.checkStandings();
  }

  /** The faults are over. */
  endOutage(): void {
    this.downUntil_ms = 0;
    this.plannedDeath = undefined;
  }

  /** Acknowledged = booked, and nothing else is: journal by journal. */
  async checkStandings(): Promise<void> {
    await this.failing.store.transaction(async (tx) => {
      for (const [key, journal] of this.intake.journals) {
        const manifest = await tx.manifests.find(journal.device, journal.journalEpoch);
        const records = await tx.records.ofJournal(journal.device, journal.journalEpoch);
        const acknowledged = manifest?.acknowledged ?? -1;
        const promised = this.intake.promised.get(key) ?? 0;
        if (acknowledged < promised) throw new Error(`${key}: ${promised} acknowledged, only ${acknowledged} booked`);
        if (acknowledged !== journal.acknowledged) {
          throw new Error(`${key}: ${acknowledged} slots in the books, ${journal.acknowledged} were taken`);
        }
        const slots = records.map(({ slot }) => slot).join(" ");
        if (slots !== journal.records.join(" ")) throw new Error(`${key}: slots ${slots} are in the books`);
      }
    });
  }

  private refused(request: SyncRequest | undefined): number {
    if (request !== undefined) throw new Error(`the depot refused a good request of handheld ${request.device}`);
    return 400;
  }

  private takeDeath<T extends PlannedDeath>(death: T): T | undefined {
    if (this.plannedDeath !== death) return undefined;
    this.plannedDeath = undefined;
    return death;
  }

  private open(device: number, bytes: Uint8Array): SyncRequest | undefined {
    const key = this.syncKeys.get(device);
    return key === undefined ? undefined : openRequest(nodeHash, key, bytes);
  }

  private posted({ device }: SimHandheld, { number, at_ms, body }: Posted): void {
    this.note("posted", `${device} number ${number}`);
    this.network.send(Math.max(at_ms, this.now_ms), { to: "depot", device, number, status: 0, bytes: body });
  }

  private catchUp(handheld: SimHandheld): void {
    handheld.catchUp(this.now_ms);
    const since_ms = handheld.posted?.at_ms;
    if (since_ms === undefined || this.now_ms - since_ms < TIMEOUT_MS) return;
    this.note("request timed out", `${handheld.device}`);
    handheld.answer(0, NOTHING);
  }

  private async toDepot({ device, number, bytes, isWhole }: Letter): Promise<void> {
    const last = this.lastNumbers.get(device) ?? 0;
    if (number <= last) this.note(number === last ? "request came again" : "older request came later", `${device}`);
    this.lastNumbers.set(device, Math.max(number, last));
    const { status, body } = await this.ask(device, bytes, isWhole);
    this.network.send(this.now_ms, { to: "handheld", device, number, status, bytes: body });
  }

  private toHandheld({ device, number, status, bytes, isWhole }: Letter): void {
    const handheld = this.handhelds.find((one) => one.device === device);
    if (handheld?.posted === undefined || !handheld.hasNetwork) return;
    const isOlder = number !== handheld.posted.number;
    this.note(isOlder ? "older reply taken for this one" : "reply arrived", `${device} number ${number}: ${status}`);
    const wasTaken = handheld.answer(status, bytes);
    if (wasTaken && (isOlder || !isWhole)) throw new Error("something was taken from a reply that is no answer");
  }
}

/** Whether an error is the depot's refusal. */
export function isRefusal(error: unknown): error is DepotError {
  return error instanceof DepotError;
}
