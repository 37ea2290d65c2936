// Time that the handheld may rely on, SPEC.md §4.6 and DESIGN.md §3.7: never before the floor, set only by an
// authenticated message and only near the manifest's validity. After a flat battery it goes on from the floor, "estimated".
import type { Clock } from "../../../hal/contract/clock.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import type { ManifestHeader } from "../../../src/shared/wire/manifest.ts";

const DAY_S = 86400;
/** A handheld's clock may have run ahead of the depot's by so much; records then already carry its times. */
const DRIFT_S = 600;

/** The handheld's idea of the time. */
export class TrustedTime {
  /** True until an authenticated message sets the clock. */
  estimated: boolean;
  private clock_: Clock;
  /** Added to the clock's reading while the time is estimated. */
  private offset_s_: number;
  private floor_s_: number;

  constructor(clock: Clock) {
    this.clock_ = clock;
    this.estimated = !clock.isSet();
    this.offset_s_ = 0;
    this.floor_s_ = 0;
  }

  /** Now, in UTC seconds; never before the floor, never backwards. */
  now_s(): number {
    const now_s = this.clock_.now_s() + this.offset_s_;
    if (now_s < this.floor_s_) {
      this.estimated = true;
      this.offset_s_ += this.floor_s_ - now_s;
      return this.floor_s_;
    }
    return now_s;
  }

  /** Whether any time is known at all: there is a floor, or the clock is set. */
  isKnown(): boolean {
    return !this.estimated || this.floor_s_ > 0;
  }

  /**
   * Sets the floor: a manifest's sealing time, or the time of the last record.
   * @param reset true for a newer manifest, whose sealing time replaces any earlier floor
   */
  setFloor(floor_s: number, reset: boolean): void {
    if (reset || floor_s > this.floor_s_) this.floor_s_ = floor_s;
    if (reset) this.restart_();
    this.now_s();
  }

  /**
   * Takes the time of an authenticated message.
   * @param header the active manifest, which bounds what is believed
   * @returns ClockOutOfRange when it lies more than a clock's drift before the floor, or beyond validity + 1 day; the
   *   clock stays as it was
   */
  adjust(now_s: number, header: ManifestHeader | undefined): FaultNumber {
    if (now_s < this.floor_s_ - DRIFT_S || (header && now_s > header.validUntil_s + DAY_S)) {
      return FaultNumber.ClockOutOfRange;
    }
    if (now_s < this.floor_s_) this.floor_s_ = now_s;
    this.clock_.adjust(now_s);
    this.offset_s_ = 0;
    this.estimated = false;
    return FaultNumber.None;
  }

  /** Forgets an offset that an earlier floor made necessary. */
  private restart_(): void {
    this.offset_s_ = 0;
    this.estimated = !this.clock_.isSet();
  }
}
