// The demo's depot as the terminal sees it: buyer, dispatcher and dock in one. Everything goes through the real Depot
// and the real loading procedure; only the calendar is turned by hand.
import { dayStart_s } from "../depot/calendar.ts";
import type { Depot } from "../depot/depot.ts";
import type { DayStatus, ParcelLine } from "../depot/day/report.ts";
import type { HandheldClock } from "../simulator/handheld-clock.ts";
import type { SimulatedHandheld } from "../simulator/simulated-handheld.ts";
import type { DayBooks, DepotSide, RoundParcel } from "../simulator/terminal/depot-side.ts";
import { loadFromDepot, takeResults } from "./load-from-depot.ts";

/** Number of the demo's only handheld. */
export const DEMO_DEVICE = 1;
/** The demo's depot stands here. */
export const DEMO_TIME_ZONE = "Europe/Rome";

const WORKDAY_STARTS_S = 9 * 3600 + 12 * 60;

const WORDS: Readonly<Record<DayStatus, string>> = {
  open: "to deliver",
  attempted: "not delivered",
  accepted: "code accepted",
  delivered: "handed over",
  moved: "moved on",
  withdrawn: "withdrawn",
  replanned: "planned anew",
};

/** What the demo's depot is made of. */
export interface DemoParts {
  depot: Depot;
  handheld: SimulatedHandheld;
  clock: HandheldClock;
  /** Where the depot's server listens. */
  url: string;
}

/** UTC seconds at which a day's round starts. */
export function roundStart_s(day: number): number {
  return dayStart_s(day, DEMO_TIME_ZONE) + WORKDAY_STARTS_S;
}

/** The demo's depot and its one handheld. */
export class DemoDepot implements DepotSide {
  readonly url: string;
  private readonly parts: DemoParts;
  private day: number;

  /** @param day the delivery day that is loaded first, in days since 1970-01-01 */
  constructor(parts: DemoParts, day: number) {
    this.parts = parts;
    this.url = parts.url;
    this.day = day;
  }

  dayText(): string {
    const format = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
    return new Date(this.day * 86_400_000).toLocaleDateString("en-GB", format);
  }

  async parcels(): Promise<RoundParcel[]> {
    return (await this.lines()).map((line) => ({
      tracking: line.tracking,
      stop: line.stop,
      isProtected: line.needsCode,
      status: WORDS[line.status],
    }));
  }

  async buyerCode(tracking: string): Promise<string | undefined> {
    return (await this.parts.depot.track(tracking)).code;
  }

  async releaseAnswer(tracking: string | undefined, challenge: string): Promise<string> {
    const wish = { device: DEMO_DEVICE, day: this.day, tracking, challenge, online: false };
    const { answer } = await this.parts.depot.release(wish);
    if (answer === undefined) throw new Error("the depot gave no answer");
    return answer;
  }

  async replaceCode(tracking: string): Promise<void> {
    await this.parts.depot.reissue(tracking);
  }

  async moveToNextDay(tracking: string): Promise<void> {
    await this.parts.depot.reissue(tracking, { forDay: this.day + 1 });
  }

  /** Loads the day that is current; the verdict in words. */
  async load(): Promise<string> {
    const wish = { device: DEMO_DEVICE, day: this.day, depotUrl: this.url, maintenance: true };
    const result = await loadFromDepot(this.parts.depot, this.parts.handheld.plugIn(), wish);
    if (result.verdict === "refused") throw new Error(result.words);
    return result.words;
  }

  async nextDay(): Promise<string[]> {
    const { depot, handheld, clock } = this.parts;
    await takeResults(depot, handheld.plugIn(), DEMO_DEVICE);
    const closed = await depot.closeDay(this.day);
    this.day = closed.next;
    clock.skip(roundStart_s(this.day) * 1000 - clock.now_ms());
    const loaded = await this.load();
    return [
      "Results taken at the dock.",
      `Day closed: ${closed.moved} parcels move on, ${closed.reissued} of them with a new code.`,
      `${this.dayText()}: ${loaded}.`,
    ];
  }

  async books(): Promise<DayBooks> {
    const lines = await this.lines();
    const alarms = await this.parts.depot.alarms();
    return {
      handedOver: trackingOf(lines, "delivered"),
      notDelivered: trackingOf(lines, "attempted"),
      alarms: alarms.map(({ kind, text }) => `${kind}: ${text}`),
    };
  }

  private async lines(): Promise<ParcelLine[]> {
    return (await this.parts.depot.report(this.day)).lines;
  }
}

function trackingOf(lines: readonly ParcelLine[], status: DayStatus): string[] {
  return lines.filter((line) => line.status === status).map((line) => line.tracking);
}
