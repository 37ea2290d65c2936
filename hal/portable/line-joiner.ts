// Joins what a barcode scanner sends in pieces into labels: printable ASCII up to CR or LF. Noise falls away, a piece
// without an end is forgotten after a pause, a line too long is dropped whole.
import type { Clock, Timer } from "../contract/clock.ts";

const LABEL_MAX = 80;
const PAUSE_MS = 500;

/** One scanner's line. */
export class LineJoiner {
  private clock_: Clock;
  private deliver_: (label: string) => void;
  private pending_: string;
  private tooLong_: boolean;
  private pause_: Timer | undefined;

  constructor(clock: Clock, deliver: (label: string) => void) {
    this.clock_ = clock;
    this.deliver_ = deliver;
    this.pending_ = "";
    this.tooLong_ = false;
    this.pause_ = undefined;
  }

  /** Takes raw characters as they come. */
  push(raw: string): void {
    if (this.pause_) this.pause_.cancel();
    this.pause_ = undefined;
    for (let i = 0; i < raw.length; i++) this.take_(raw.charCodeAt(i));
    if (this.pending_ !== "" || this.tooLong_) this.pause_ = this.clock_.after(PAUSE_MS, () => this.forget_());
  }

  private take_(character: number): void {
    if (character === 13 || character === 10) {
      const label = this.tooLong_ ? "" : this.pending_;
      this.forget_();
      if (label !== "") this.deliver_(label);
    } else if (character >= 32 && character < 127) {
      if (this.pending_.length >= LABEL_MAX) this.tooLong_ = true;
      else this.pending_ += String.fromCharCode(character);
    }
  }

  private forget_(): void {
    this.pending_ = "";
    this.tooLong_ = false;
  }
}
