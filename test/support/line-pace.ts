// A serial line's pace: bytes go through no faster than the line carries them, by the time that has passed and not by ticks.

/** Bytes in a second on a line of 115,200 baud, 8N1. */
export const LINE_BYTES_PER_SECOND = 11_520;

const TICK_MS = 4;

/** Lets bytes through no faster than a line does. */
export class LinePace {
  private readonly bytesPerSecond: number;
  private readonly out: (bytes: Uint8Array) => void;
  private waiting = Buffer.alloc(0);
  private timer: NodeJS.Timeout | undefined;
  private last_ms = 0;

  constructor(bytesPerSecond: number, out: (bytes: Uint8Array) => void) {
    this.bytesPerSecond = bytesPerSecond;
    this.out = out;
  }

  push(bytes: Uint8Array): void {
    if (this.bytesPerSecond === Infinity) return this.out(bytes);
    this.waiting = Buffer.concat([this.waiting, bytes]);
    if (this.timer !== undefined) return;
    this.last_ms = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.waiting = Buffer.alloc(0);
  }

  private tick(): void {
    const now_ms = performance.now();
    const count = Math.floor(((now_ms - this.last_ms) * this.bytesPerSecond) / 1000);
    if (count === 0) return;
    this.last_ms = now_ms;
    const bytes = new Uint8Array(this.waiting.subarray(0, count));
    this.waiting = this.waiting.subarray(count);
    if (this.waiting.length === 0) this.stop();
    this.out(bytes);
  }
}
