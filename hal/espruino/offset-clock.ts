// A clock for interpreters whose own clock cannot be set, or is lost with the power: an offset in RAM. Unset at start.
import type { Clock, Timer } from "../contract/clock.ts";

export class OffsetClock implements Clock {
  private offset_s_: number;
  private set_: boolean;

  constructor() {
    this.offset_s_ = 0;
    this.set_ = false;
  }

  now_s(): number {
    return Math.floor(getTime()) + this.offset_s_;
  }

  adjust(now_s: number): void {
    this.offset_s_ = now_s - Math.floor(getTime());
    this.set_ = true;
  }

  isSet(): boolean {
    return this.set_;
  }

  after(delay_ms: number, then: () => void): Timer {
    let id: TimerId | undefined = setTimeout(() => {
      id = undefined;
      then();
    }, delay_ms);
    return {
      cancel: () => {
        if (id !== undefined) clearTimeout(id);
        id = undefined;
      },
    };
  }
}
