// Model and reality side by side: what a command does to both, and what must be the same afterwards. Power cuts come in
// here: the model names everything that one may leave behind, and what is seen must be one of these.
import { strict as assert } from "node:assert";
import { POWER_CUT } from "../../../hal/sim/host.ts";
import type { Tear } from "../../../hal/sim/tear.ts";
import { readU16, readU32 } from "../../../src/shared/wire/bytes.ts";
import { SyncStatus } from "../../../src/shared/wire/sync.ts";
import { readFlash } from "../../support/flash-reader.ts";
import { Random } from "../random.ts";
import { booksSay, depotDifferences, handheldDifferences, seenResults } from "./differences.ts";
import type { FlashSays } from "./observations.ts";
import { Forecast } from "./forecast.ts";
import type { Policy, Reply } from "./model-types.ts";
import type { ModelHost } from "./model-host.ts";
import { outcomes, type SeenOfStep } from "./outcomes.ts";
import { RealDepot, type Secret } from "./real-depot.ts";
import { RealHandheld, type Seen } from "./real-handheld.ts";
import { ReferenceModel } from "./reference-model.ts";

const DAY_S = 86_400;
/** 24 November 2026. */
export const FIRST_DAY = 20_781;
/** So near to midnight, it is waited until after: when exactly a key was pressed must not matter. */
const NEAR_S = 120;

/** A power cut to come: in which write, what it leaves, whether the clock goes on, and perhaps another one at the start. */
export interface CutWish {
  write: number;
  tear: Tear;
  keepsClock: boolean;
  again: { write: number; tear: Tear } | undefined;
}

/** How a run begins. */
export interface WorldSetup {
  seed: number;
  policy: Policy;
  tagBits: number;
}

/** A cut tears a body, or a MAC whose record is then stated again. */
const VOIDS_A_CUT = 1;

/** Both sides. */
export class World {
  model: Forecast;
  readonly handheld: RealHandheld;
  readonly depot: RealDepot;
  readonly dice: Random;
  /** How far the depot's clock is ahead of the right time. */
  readonly ahead: { depot_s: number };
  /** Bytes of each sealed manifest of this key epoch, by number. */
  readonly sealed = new Map<number, Uint8Array>();
  /** Journals that something came in of since the books were compared. */
  private readonly journals = new Set<number>();
  /** Days whose round was imported. */
  readonly rounds = new Set<number>();
  /** Requests over the air whose replies come late. */
  late: ModelHost["posts"] = [];
  /** The two promises, whatever the commands are. */
  readonly reference: ReferenceModel;
  /** What the handheld's clock said when it was looked at last. */
  private seenAt_s = 0;
  keyEpoch = 1;
  /** The depot's last answer to a challenge, and that challenge. */
  lastAnswer: { challenge: string; digits: string } | undefined;
  /** Commands carried out. */
  commands = 0;
  /** What came about, and how often: a run that never gets anywhere proves nothing. */
  readonly seen: Record<string, number> = {};

  private constructor(
    setup: WorldSetup,
    handheld: RealHandheld,
    depot: RealDepot,
    dice: Random,
    ahead: { depot_s: number },
  ) {
    this.ahead = ahead;
    this.model = new Forecast(setup.policy);
    this.handheld = handheld;
    this.depot = depot;
    this.dice = dice;
    this.reference = new ReferenceModel((code) => {
      const issued = this.model.depot.manifests.flatMap((one) => one.issued).filter((one) => one.code === code);
      return setup.policy.tries * (1 + issued.length);
    });
    handheld.hash.onLook = (salt) => {
      const code = salt === undefined ? undefined : depot.codeOfSalt(salt);
      this.reference.compares(code, flashSays(handheld.see()!, depot.secrets));
    };
  }

  /** A depot and a new handheld without a key, on a morning. */
  static async make(setup: WorldSetup): Promise<World> {
    const dice = new Random(setup.seed);
    const { tries, deviceTries, wrongAnswers, releases, refusesEstimated } = setup.policy;
    const handheld = new RealHandheld(FIRST_DAY * DAY_S + 8 * 3600 + dice.below(3600), dice, (device, keyEpoch) =>
      depot.technicianKey(device, keyEpoch),
    );
    const settings = {
      timeZone: "UTC",
      tagBits: setup.tagBits,
      triesPerCode: tries,
      triesPerDevice: deviceTries,
      wrongAnswersPerLock: wrongAnswers,
      releasesPerLock: releases,
      refuseEstimatedClock: refusesEstimated,
    };
    const ahead = { depot_s: 0 };
    const depot = await RealDepot.make(settings, dice, () => handheld.host.true_s() + ahead.depot_s);
    return new World(setup, handheld, depot, dice, ahead);
  }

  /** Counts something that came about. */
  saw(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }

  depotNow_s(): number {
    return this.handheld.host.true_s() + this.ahead.depot_s;
  }

  /** The right day. */
  today(): number {
    return Math.floor(this.handheld.host.true_s() / DAY_S);
  }

  /** Waits until no clock is near the end or beginning of a day. */
  steady(): void {
    const isNear = (time_s: number): boolean => (time_s + NEAR_S) % DAY_S < 2 * NEAR_S;
    while (isNear(this.handheld.host.true_s()) || isNear(this.handheld.time().now_s)) this.handheld.skip(2 * NEAR_S);
    this.facts();
  }

  /** What the model takes as given: the clock chip. */
  facts(): void {
    const { host } = this.handheld;
    this.model.clock.chip = { now_s: host.now_s(), isSet: host.clockIsSet() };
    this.model.tick();
  }

  /**
   * Lets the handheld do something in which the power may fail.
   * @param step the same for the model
   * @param kind whether the step compares digits or an answer, only ends on a screen, or happens out of sight
   * @returns what came of both; undefined when the power failed: the handheld has started again then
   */
  attempt<T, U>(
    cut: CutWish | undefined,
    act: () => T,
    step: (model: Forecast) => U,
    kind: "looks" | "shows" | "hidden",
  ): { real: T; model: U } | undefined {
    this.facts();
    const before = cut === undefined ? undefined : this.model.clone();
    const { handheld } = this;
    const shown = cut === undefined ? "" : this.shown();
    handheld.hash.hasLooked = false;
    if (cut !== undefined) this.plan(cut);
    const struck = { real: undefined as T | undefined };
    const isDead = diedIn(() => (struck.real = act()));
    handheld.host.cut = undefined;
    const hasLooked = kind === "looks" ? handheld.hash.hasLooked : undefined;
    if (!isDead) {
      const model = step(this.model);
      this.check();
      return { real: struck.real as T, model };
    }
    assert.ok(before !== undefined && cut !== undefined);
    const seen = { hasLooked, isConfirmed: kind !== "hidden" && this.shown() !== shown };
    this.saw("power cut");
    this.startAgain(cut, before, step, seen);
    return undefined;
  }

  /** Slots of the journal that hold no record. */
  private voids(): number {
    const { active, end } = this.model.handheld;
    return active === undefined ? 0 : end - active.journal.length;
  }

  private plan(cut: { write: number; tear: Tear }): void {
    const { host } = this.handheld;
    const write = host.writes.length + cut.write;
    host.cut = typeof cut.tear === "number" ? { write, bytes: cut.tear } : { write, bytes: 0, shape: cut.tear };
  }

  private shown(): string {
    return this.handheld.screen().slice(0, -1).join("\n");
  }

  /** Starts again behind a cut; the model becomes the outcome that is seen. */
  private startAgain(cut: CutWish, before: Forecast, step: (model: Forecast) => unknown, seen: SeenOfStep): void {
    const { handheld } = this;
    const { again } = cut;
    let found_s = this.lastOnFlash_s();
    const isCutAgain = diedIn(() => {
      handheld.powerUp(cut.keepsClock, () => again !== undefined && this.plan(again));
    });
    if (isCutAgain) {
      this.saw("power cut in a start");
      found_s = this.lastOnFlash_s();
      handheld.powerUp(true);
    }
    handheld.host.cut = undefined;
    const times_s = this.times_s();
    const start = (model: Forecast, last_s = lastOf(times_s, model)): void => {
      model.clock.chip = { now_s: handheld.startedAt_s(), isSet: handheld.host.clockIsSet() };
      model.lastRecord_s = last_s;
      model.start();
    };
    const flash = handheld.see();
    this.reference.sees(flash && flashSays(flash, this.depot.secrets));
    let nearest: string[] | undefined;
    for (const left of outcomes(before, step, seen)) {
      for (const mended of isCutAgain ? outcomes(left, start, ANYTHING) : [left]) {
        start(mended, found_s);
        const found = handheldDifferences(mended, flash, this.depot.secrets);
        if (nearest === undefined || found.length < nearest.length) nearest = found;
        if (found.length > 0) continue;
        const voids = mended.handheld.active?.number === this.model.handheld.active?.number ? this.voids() : 0;
        this.model = mended;
        this.facts();
        this.adopt(flash);
        const lost = this.voids() - voids;
        assert.ok(lost <= VOIDS_A_CUT * (isCutAgain ? 2 : 1), `a power cut cost ${lost} slots`);
        return;
      }
    }
    throw new Error(`after the power cut, no outcome fits; the nearest:\n${(nearest ?? ["none"]).join("\n")}`);
  }

  /** Pulls the battery between two steps. */
  restart(keepsClock: boolean): void {
    this.handheld.powerUp(keepsClock);
    this.model.clock.chip = { now_s: this.handheld.startedAt_s(), isSet: this.handheld.host.clockIsSet() };
    this.model.lastRecord_s = lastOf(this.times_s(), this.model);
    this.model.start();
    this.check();
  }

  /** Time of the last record that a start will find: whether it wrote one itself, what is seen afterwards does not tell. */
  private lastOnFlash_s(): number {
    const slots = readFlash(this.handheld.chip.image).day?.journal ?? [];
    return slots.findLast(({ state }) => state !== "void")?.body?.time_s ?? 0;
  }

  /** Times of the journal's records. */
  private times_s(): number[] {
    const seen = this.handheld.see();
    return seen === undefined ? [] : seenResults(seen, this.depot.secrets).map(({ time_s }) => time_s);
  }

  /** Everything the handheld's flash holds is what the model says; so is its time. */
  check(): void {
    this.facts();
    const seen = this.handheld.see();
    this.reference.sees(seen && flashSays(seen, this.depot.secrets));
    const found = handheldDifferences(this.model, seen, this.depot.secrets);
    const { now_s, isEstimated } = this.handheld.time();
    if (now_s !== this.model.clock.now_s()) found.push(`time ${now_s}, the model says ${this.model.clock.now_s()}`);
    if (isEstimated !== this.model.clock.isEstimated) found.push(`the clock is estimated: ${isEstimated}`);
    const used = seen?.slots.length ?? 0;
    if (used !== this.model.handheld.end) found.push(`${used} slots used, the model says ${this.model.handheld.end}`);
    agree(found);
    this.adopt(seen);
  }

  /** What only reality knows: places in the journal, times, slots that a cut left void. */
  private adopt(seen: Seen | undefined): void {
    const { handheld, clock } = this.model;
    const range_s = [this.seenAt_s, clock.now_s()].sort((a, b) => a - b) as [number, number];
    this.seenAt_s = clock.now_s();
    if (seen === undefined || handheld.active === undefined) return;
    seenResults(seen, this.depot.secrets).forEach(({ slot, time_s }, at) => {
      const result = handheld.active!.journal[at]!;
      const isNew = result.slot < 0;
      assert.ok(
        !isNew || (time_s >= range_s[0] && time_s <= range_s[1]),
        `a record of ${time_s}, not of ${range_s.join("…")}`,
      );
      result.slot = slot;
      this.model.lastRecord_s = time_s;
    });
    handheld.end = seen.slots.length;
    this.facts();
  }

  /** Gives a request to the depot; its reply, and what the model says is in it. */
  async deliver(request: Uint8Array): Promise<{ reply: Uint8Array; told: Reply }> {
    const reply = await this.depot.use.handleSync(request);
    assert.ok(reply !== undefined, "the depot answers");
    const manifest = this.model.depot.manifests[readU32(request, 20) - 1];
    const time_s = this.depotNow_s();
    this.journals.add(readU32(request, 20));
    const [from, to, after] = [readU16(request, 48), readU16(request, 50), readU32(request, 44)];
    const nothing = { time_s, acknowledged: 0, isClosed: readU32(request, 12) < this.keyEpoch, after: 0, updates: [] };
    const told = manifest === undefined ? nothing : this.model.depot.receive(manifest, from, to, after, time_s);
    const fields = [readU16(reply, 6), readU32(reply, 32), readU16(reply, 36), readU16(reply, 38)];
    const wanted = [told.isClosed ? SyncStatus.Closed : SyncStatus.Ok, time_s, told.acknowledged, told.updates.length];
    assert.deepEqual(fields, wanted, "status, time, slots acknowledged and updates of the reply");
    return { reply, told: structuredClone(told) };
  }

  /** The depot's books are what the model says, of the journals those that came in since, or those named. */
  checkBooks(journals?: ReadonlySet<number>): void {
    if (!this.depot.isTouched && journals === undefined) return;
    this.reference.books(booksSay(this.depot.books, [...(journals ?? this.journals)]));
    const found = depotDifferences(this.model, this.depot.books, journals ?? this.journals);
    this.depot.isTouched = false;
    this.journals.clear();
    agree(found);
  }
}

function flashSays(seen: Seen, secrets: readonly Secret[]): FlashSays {
  const wrongAnswers = [...seen.spent.values()].reduce((sum, row) => sum + row.wrongAnswers, 0);
  return { number: seen.number, tries: seen.tries, wrongAnswers, entries: seenResults(seen, secrets) };
}

/** @throws Error with the differences, when there are any */
function agree(differences: readonly string[]): void {
  if (differences.length > 0) throw new Error(differences.join("\n"));
}

/** Time of the last record that a start finds: one that it writes itself comes later. */
function lastOf(times_s: readonly number[], { handheld }: Forecast): number {
  return times_s[(handheld.active?.journal.length ?? 0) - 1] ?? 0;
}

const ANYTHING: SeenOfStep = { hasLooked: undefined, isConfirmed: false };

/** Whether the power failed in it. */
function diedIn(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === POWER_CUT) return true;
    throw error;
  }
}
