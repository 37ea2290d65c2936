// Time for a simulated handheld: the computer's own, or one that a test moves by hand. It fires no timer early.

/** Milliseconds since 1970, and timers on the same scale. */
export interface HandheldClock {
  now_ms(): number;
  /** Calls `then` once after `delay_ms`; returns a function that cancels it, safe to call twice. */
  after(delay_ms: number, then: () => void): () => void;
  /** Puts the clock forward without waiting; timers that fall due fire when time next passes. */
  skip(ms: number): void;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

/** The computer's clock, put forward where the demo wants another hour or day; its timers are not put forward. */
export class SystemClock implements HandheldClock {
  private ahead_ms = 0;

  now_ms(): number {
    return Date.now() + this.ahead_ms;
  }

  after(delay_ms: number, then: () => void): () => void {
    const timer = setTimeout(then, delay_ms);
    return () => clearTimeout(timer);
  }

  skip(ms: number): void {
    this.ahead_ms += ms;
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

interface PendingTimer {
  due_ms: number;
  order: number;
  then: () => void;
}

/** A clock that stands still until {@link advance}. */
export class ManualClock implements HandheldClock {
  private time_ms: number;
  private made = 0;
  private readonly timers = new Set<PendingTimer>();

  /** @param start_s UTC seconds at the start */
  constructor(start_s: number) {
    this.time_ms = start_s * 1000;
  }

  now_ms(): number {
    return this.time_ms;
  }

  after(delay_ms: number, then: () => void): () => void {
    const timer = { due_ms: this.time_ms + delay_ms, order: this.made++, then };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Moves time on, firing what falls due in its order; timers made meanwhile fire too when they fall due. */
  advance(ms: number): void {
    const end_ms = this.time_ms + ms;
    for (let timer = this.next(); timer !== undefined && timer.due_ms <= end_ms; timer = this.next()) {
      this.timers.delete(timer);
      this.time_ms = Math.max(this.time_ms, timer.due_ms);
      timer.then();
    }
    this.time_ms = end_ms;
  }

  /** Milliseconds until the next timer; undefined when there is none. */
  untilNext_ms(): number | undefined {
    const timer = this.next();
    return timer === undefined ? undefined : Math.max(0, timer.due_ms - this.time_ms);
  }

  skip(ms: number): void {
    this.time_ms += ms;
  }

  pass(ms: number): Promise<void> {
    this.advance(ms);
    return Promise.resolve();
  }

  private next(): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.timers) {
      const isEarlier = first === undefined || timer.due_ms < first.due_ms;
      const isSame = first !== undefined && timer.due_ms === first.due_ms && timer.order < first.order;
      if (isEarlier || isSame) first = timer;
    }
    return first;
  }
}
