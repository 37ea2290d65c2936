// Wrong proofs and seals, counted over all connections: from the fifth on the handheld looks at none for a while, longer
// each time. SPEC.md §10.2. It is in RAM only: whoever restarts the handheld for each guess is slower still.
import type { Clock } from "../../../hal/contract/clock.ts";

const FREE_FAILURES = 4;
const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 64000;

export class ProofGuard {
  /** True while no proof is looked at. */
  waits: boolean;
  /** Wrong ones since the start. */
  failures: number;
  private clock_: Clock;
  /** Wrong ones since the last right one. */
  private inRow_: number;
  private wait_ms_: number;

  constructor(clock: Clock) {
    this.clock_ = clock;
    this.waits = false;
    this.failures = 0;
    this.inRow_ = 0;
    this.wait_ms_ = FIRST_WAIT_MS;
  }

  /** A proof held. */
  right(): void {
    this.inRow_ = 0;
    this.wait_ms_ = FIRST_WAIT_MS;
  }

  /** A proof or a seal did not. */
  wrong(): void {
    if (this.failures < 0xffff) this.failures++;
    if (++this.inRow_ <= FREE_FAILURES) return;
    this.waits = true;
    this.clock_.after(this.wait_ms_, () => {
      this.waits = false;
    });
    if (this.wait_ms_ < LAST_WAIT_MS) this.wait_ms_ *= 2;
  }
}
