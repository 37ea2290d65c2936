// Wall clock and timers. The wall clock may be unset after a flat battery; timers run regardless.

/** A timer that can be cancelled; cancelling twice is safe. */
export interface Timer {
  cancel(): void;
}

/** Time of day in UTC seconds, and delays in milliseconds. */
export interface Clock {
  /** UTC seconds, whole; meaningless while {@link isSet} is false. */
  now_s(): number;
  /** Sets the wall clock. */
  adjust(now_s: number): void;
  /** False from power-up without a battery-backed clock until {@link adjust}. */
  isSet(): boolean;
  /** Calls `then` once after `delay_ms`. */
  after(delay_ms: number, then: () => void): Timer;
}
