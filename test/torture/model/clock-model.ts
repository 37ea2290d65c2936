// The forecast's time, by DESIGN.md §3.7: never before the floor, set only by the depot, estimated until then.
import type { Now } from "./model-types.ts";

const DAY_S = 86_400;
/** A handheld's clock may have run ahead by so much. */
const DRIFT_S = 600;

export class ClockModel {
  /** What the clock chip says; a fact, not a rule. */
  chip = { now_s: 0, isSet: false };
  isEstimated = true;
  private ahead_s = 0;
  private floor_s = 0;

  now_s(): number {
    const before_s = this.floor_s - this.chip.now_s - this.ahead_s;
    if (before_s > 0) {
      this.isEstimated = true;
      this.ahead_s += before_s;
    }
    return this.chip.now_s + this.ahead_s;
  }

  /** A start, or another manifest: only its sealing time and its last record bound the time. */
  restart(sealed_s: number, lastRecord_s: number): void {
    this.isEstimated = !this.chip.isSet;
    this.ahead_s = 0;
    this.floor_s = sealed_s;
    this.now_s();
    this.floor_s = Math.max(sealed_s, lastRecord_s);
    this.now_s();
  }

  /** The depot's time, unless it lies too far from what is known; whether it is taken. */
  adjust(depot_s: number, day: number | undefined): boolean {
    if (depot_s < this.floor_s - DRIFT_S) return false;
    if (day !== undefined && depot_s > (day + 2) * DAY_S) return false;
    this.floor_s = Math.min(this.floor_s, depot_s);
    this.chip = { now_s: depot_s, isSet: true };
    this.ahead_s = 0;
    this.isEstimated = false;
    return true;
  }

  /** What the clock says of a manifest's day; an estimated one cannot know that the day has not begun. */
  judge(day: number, refusesEstimated: boolean): Now {
    const now_s = this.now_s();
    if (this.isEstimated && refusesEstimated) return "clock not set";
    const isEarly = now_s < day * DAY_S && !this.isEstimated;
    return isEarly || now_s >= (day + 1) * DAY_S ? "not today" : "today";
  }
}
