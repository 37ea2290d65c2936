// What each command must lead to, to the last verdict and row: one handheld, its clock, one depot. It shares no code with
// firmware or depot and knows no bytes; a power cut may come in any of its writes (fused.ts). The promises alone, in few
// lines, are reference-model.ts.
import { ClockModel } from "./clock-model.ts";
import { DepotModel } from "./depot-model.ts";
import { HandheldModel } from "./handheld-model.ts";
import type { Manifest, Policy, Reply } from "./model-types.ts";

/** What may come of a load, by SPEC.md §4.6. */
export type LoadOutcome =
  "loaded" | "older" | "equal, other bytes" | "already loaded" | "expired" | "not yet valid" | "unsent";

const DAY_S = 86_400;

/** All of it. */
export class Forecast {
  readonly policy: Policy;
  depot: DepotModel;
  handheld: HandheldModel;
  clock = new ClockModel();
  /** Of the last manifest that maintenance retired. */
  past = { number: 0, sealed_s: 0, day: 0 };
  /** The depot's time in the last reply since the last start, 0 for none. */
  depotTime_s = 0;
  /** Time of the newest record, as it was seen. */
  lastRecord_s = 0;

  constructor(policy: Policy) {
    this.policy = policy;
    this.depot = new DepotModel(policy.releases);
    this.handheld = new HandheldModel(policy);
  }

  clone(): Forecast {
    const { depot, handheld, clock, past, depotTime_s, lastRecord_s } = this;
    const plain = structuredClone({ depot: { ...depot }, handheld: { ...handheld }, clock: { ...clock }, past });
    const copy = new Forecast(this.policy);
    Object.assign(copy.depot, plain.depot);
    Object.assign(copy.handheld, plain.handheld);
    Object.assign(copy.clock, plain.clock);
    return Object.assign(copy, { past: plain.past, depotTime_s, lastRecord_s });
  }

  /** Reads the clock before a step. */
  tick(): void {
    const { active } = this.handheld;
    if (active !== undefined) this.handheld.now = this.clock.judge(active.day, this.policy.refusesEstimated);
  }

  /** A step on the screen: what it confirms is written first, tries without a record are told of behind it. */
  step<T>(act: (handheld: HandheldModel) => T): T {
    const { handheld } = this;
    this.tick();
    handheld.hasLooked = handheld.isDone = false;
    const result = act(handheld);
    handheld.isDone = true;
    handheld.findTries();
    return result;
  }

  /** A start, or everything opened again. */
  start(): void {
    const { handheld, clock, past } = this;
    this.depotTime_s = 0;
    this.step(() => {
      clock.restart(handheld.active?.sealed_s ?? past.sealed_s, handheld.active === undefined ? 0 : this.lastRecord_s);
      handheld.boot();
    });
  }

  /** A reply to the outstanding request; whether its time was believed. */
  take(reply: Reply): boolean {
    this.depotTime_s = reply.time_s;
    const isBelieved = this.clock.adjust(reply.time_s, this.handheld.active?.day);
    this.handheld.take(reply);
    return isBelieved;
  }

  /** Loads a manifest, or says why not; nothing is changed then but tries told of. */
  load(fresh: Manifest): LoadOutcome {
    const { handheld, clock } = this;
    const active = handheld.active?.number ?? this.past.number;
    if (fresh.number < active) return "older";
    if (fresh.number === active) return handheld.active === undefined ? "equal, other bytes" : "already loaded";
    if (clock.isEstimated && fresh.day <= this.past.day) return "expired";
    if (!clock.isEstimated && clock.now_s() >= (fresh.day + 1) * DAY_S) return "expired";
    if (!clock.isEstimated && clock.now_s() < (fresh.day - 1) * DAY_S) return "not yet valid";
    handheld.findTries();
    if (handheld.isUnsent()) return "unsent";
    handheld.load(fresh);
    this.lastRecord_s = 0;
    this.start();
    return "loaded";
  }

  /** Maintenance; a day that is over, by the depot's time and the handheld's, is retired. */
  maintain(): boolean {
    const { handheld, clock } = this;
    handheld.findTries();
    if (handheld.isUnsent()) return false;
    const { active } = handheld;
    const isOver = (end_s: number): boolean =>
      this.depotTime_s >= end_s && (clock.isEstimated || clock.now_s() >= end_s);
    if (active !== undefined && isOver((active.day + 1) * DAY_S)) {
      this.past = { number: active.number, sealed_s: active.sealed_s, day: active.day };
      handheld.forget();
      this.lastRecord_s = 0;
    }
    this.start();
    return true;
  }

  /** A new key: the old days are gone. */
  provision(): boolean {
    const { handheld } = this;
    handheld.findTries();
    if (handheld.isUnsent()) return false;
    handheld.forget();
    this.lastRecord_s = 0;
    this.start();
    return true;
  }
}
