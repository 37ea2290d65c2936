// The sync simulator as a sweep: each seed is one run of several handhelds, the real depot, and everything that can go
// wrong between them; each is checked as a queue is (acknowledged = booked, nothing lost, twice or invented).
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { runSeed } from "./sync-run.ts";

const NAME = "sync-simulator";
const RUNS = 1000;
const POINT = /^sync-simulator\/seed:(\d+)$/;
/** From so many runs on, everything that the runs claim to bring about must have happened. */
const RUNS_FOR_ALL = 20;

/** Kinds of event without which a sweep has shown nothing. */
const MUST_HAPPEN = [
  "power failed",
  "depot died before commit",
  "depot died after commit",
  "depot died before reply",
  "depot died after reply",
  "depot died idle",
  ...["depot", "handheld"].flatMap((to) =>
    ["lost", "doubled", "late", "forgotten", "damaged"].map((how) => `${to}: message ${how}`),
  ),
  "request came again",
  "older request came later",
  "older reply taken for this one",
  "request timed out",
  "type 1 confirmed",
  "type 2 confirmed",
  "type 4 confirmed",
  "type 5 confirmed",
  "reissued",
  "postponed",
  "release queued",
  "loaded",
  "day closed",
];

/** Totals that the documents quote, by the name of the event. */
const QUOTED: Readonly<Record<string, string>> = {
  "power failed": "power cuts of handhelds",
  posted: "requests",
  answered: "requests answered",
};

/** Several handhelds and one depot under one seeded scheduler. */
export const syncSimulator: Sweep = {
  name: NAME,
  title: "handhelds, network and depot fail in any order: each confirmed result is booked exactly once",
  async run(torture) {
    const one = torture.only === undefined ? undefined : Number(POINT.exec(torture.only)?.[1] ?? NaN);
    if (Number.isNaN(one)) return;
    const count = one === undefined ? Math.ceil(RUNS * torture.share) : 1;
    torture.planned(count);
    const totals = new Totals();
    for (let run = 0; run < count; run++) await tryOne(torture, totals, one ?? torture.seed + run);
    totals.tell(torture, count);
  },
};

async function tryOne(torture: Torture, totals: Totals, seed: number): Promise<void> {
  try {
    const { trace, confirmed } = await runSeed(seed);
    totals.add(trace.totals(), confirmed);
  } catch (error) {
    totals.broken++;
    torture.violated(pointId(NAME, `seed:${seed}`), error);
  }
  torture.tried();
  await new Promise((resolve) => setImmediate(resolve));
}

/** What happened in all runs together. */
class Totals {
  broken = 0;
  private confirmed = 0;
  private readonly events = new Map<string, number>();

  add(events: ReadonlyMap<string, number>, confirmed: number): void {
    this.confirmed += confirmed;
    for (const [what, count] of events) this.events.set(what, this.of(what) + count);
  }

  tell(torture: Torture, runs: number): void {
    torture.figure("runs", runs);
    torture.figure(
      "events",
      [...this.events.values()].reduce((sum, count) => sum + count, 0),
    );
    torture.figure("results confirmed", this.confirmed);
    for (const [what, name] of Object.entries(QUOTED)) torture.figure(name, this.of(what));
    torture.figure("messages damaged", this.ending("message damaged"));
    torture.figure("messages lost, doubled or late", this.ending("lost", "doubled", "late", "forgotten"));
    torture.figure("deaths of the depot", this.starting("depot died"));
    const missing = MUST_HAPPEN.filter((what) => this.of(what) === 0);
    if (runs - this.broken < RUNS_FOR_ALL || missing.length === 0) return;
    torture.violated(pointId(NAME, "coverage"), new Error(`never happened: ${missing.join(", ")}`));
  }

  private of(what: string): number {
    return this.events.get(what) ?? 0;
  }

  private ending(...ends: readonly string[]): number {
    return this.sum((what) => what.includes(": message ") && ends.some((end) => what.endsWith(end)));
  }

  private starting(start: string): number {
    return this.sum((what) => what.startsWith(start));
  }

  private sum(counts: (what: string) => boolean): number {
    return [...this.events].reduce((sum, [what, count]) => (counts(what) ? sum + count : sum), 0);
  }
}
