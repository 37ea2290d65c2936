// A hall of docks: many ports side by side, each with a course of its own. It decides when a port is tried and when not,
// and sums up. One port's trouble is never another's.
import { setMaxListeners } from "node:events";
import type { HallOptions, HallParts } from "./hall-parts.ts";
import { RoundChoice } from "./choose-round.ts";
import { type CourseEnd, type CourseSurroundings, PortCourse } from "./port-course.ts";
import { type HallTotals, Tally } from "./tally.ts";

/** Looks in a row that must miss a port before it counts as gone. */
const MISSES_MAX = 2;

interface Port {
  course: PortCourse | undefined;
  running: Promise<void>;
  /** How its last course ended; undefined while none has, or since it was re-plugged. */
  ended: CourseEnd | undefined;
  endedAt_ms: number;
  /** A handheld has answered here: this is a dock. */
  isDock: boolean;
  misses: number;
}

/** One hall. */
export class Hall {
  private readonly options: HallOptions;
  private readonly shared: CourseSurroundings;
  private readonly tally = new Tally();
  private readonly stopping = new AbortController();
  private readonly ports = new Map<string, Port>();

  constructor(parts: HallParts, options: HallOptions) {
    this.options = options;
    setMaxListeners(0, this.stopping.signal); // one for each port
    this.shared = {
      parts,
      options,
      rounds: new RoundChoice(parts.depot, parts.ask, options.assignFree),
      tally: this.tally,
      claims: new Map(),
      stopping: this.stopping.signal,
    };
  }

  /** Tells it which ports are there now; to be called again and again. Begins a course where one is due. */
  present(addresses: readonly string[]): void {
    for (const address of new Set(addresses)) this.seen(address);
    for (const [address, port] of this.ports) {
      if (!addresses.includes(address)) this.missed(address, port);
    }
  }

  /** Runs every port once; resolves when all have their verdict. */
  async once(addresses: readonly string[]): Promise<void> {
    this.present(addresses);
    await this.settled();
  }

  /** Begins nothing any more; resolves when what runs has ended. Questions are withdrawn. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.settled();
  }

  /** Ends what runs: each handheld keeps what it had. */
  breakOff(): void {
    this.stopping.abort();
    for (const { course } of this.ports.values()) course?.breakOff();
  }

  /** How it stands. */
  totals(): HallTotals {
    return this.tally.totals();
  }

  private async settled(): Promise<void> {
    await Promise.all([...this.ports.values()].map(({ running }) => running));
  }

  private seen(address: string): void {
    let port = this.ports.get(address);
    if (port === undefined) {
      port = {
        course: undefined,
        running: Promise.resolve(),
        ended: undefined,
        endedAt_ms: 0,
        isDock: false,
        misses: 0,
      };
      this.ports.set(address, port);
    }
    port.misses = 0;
    if (port.course === undefined && this.isDue(address, port)) this.begin(address, port);
  }

  private missed(address: string, port: Port): void {
    if (++port.misses < MISSES_MAX) return;
    if (port.course !== undefined) {
      port.course.portGone();
      return;
    }
    this.ports.delete(address);
    this.tally.portGone(address);
  }

  private isDue(address: string, port: Port): boolean {
    if (this.stopping.signal.aborted) return false;
    if (port.ended === undefined) return true;
    if (this.options.once) return false;
    const { replug_ms, retry_ms } = this.options.times;
    const since_ms = performance.now() - port.endedAt_ms;
    if (port.ended === "unplugged") return since_ms >= replug_ms;
    return (port.isDock || this.options.retried.has(address)) && since_ms >= retry_ms;
  }

  private begin(address: string, port: Port): void {
    const course = new PortCourse(address, this.shared);
    port.course = course;
    port.running = course.run().then((end) => {
      port.course = undefined;
      port.ended = end;
      port.isDock = port.isDock || end !== "no handheld";
      port.endedAt_ms = performance.now();
    });
  }
}
