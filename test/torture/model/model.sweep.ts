// The sweep of model runs: firmware and depot do what fast-check draws, the reference model says what must come of it.
import { setImmediate as breathe } from "node:timers/promises";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { type RunFailure, type RunId, runSeed, type RunResult } from "./model-run.ts";

const RUNS = 1000;
/** How long a failure is shrunk, in a sweep only the first ones, and when it is run again by its id. */
const SHRINK_MS = 30_000;
const SHRINK_AGAIN_MS = 300_000;
const SHRUNK_MAX = 3;
/** From so many runs on, each of these must have come about: what never happens is not tried. */
const RUNS_TO_SEE_ALL = 25;
const TO_BE_SEEN = [
  ...["ask", "no code needed", "accepted", "wrong", "locked", "device locked", "already accepted", "code replaced"],
  ...["already handed over", "not today", "noted", "wrong answer", "no release left", "no more answers"],
].map((verdict) => `screen: ${verdict}`);
const ALSO_TO_BE_SEEN = [
  ...["power cut", "power cut in a start", "load: loaded", "load: older", "load: already loaded", "maintenance"],
  ...["accepted: booked", "accepted: booked superseded", "handed over: booked", "reversed: booked", "released: booked"],
  ...["not delivered: booked", "try found: noted", "reply: taken", "reply: closed", "reply: clock refused", "reissued"],
  ...["released online", "provisioned again"],
];

/** Of all that comes about, what the documents quote. */
const FIGURES = [
  ...["power cut", "power cut in a start", "screen: accepted", "screen: wrong", "screen: locked", "load: loaded"],
  ...["reply: taken", "accepted: booked", "handed over: booked", "released: booked", "try found: noted"],
];

/** The runs. */
export const modelSweep: Sweep = {
  name: "model",
  title: "firmware and depot against a small model, commands from fast-check: tries, results and books are the model's",
  run,
};

async function run(torture: Torture): Promise<void> {
  if (torture.only !== undefined) {
    torture.planned(1);
    const result = await runSeed(runId(torture.only), SHRINK_AGAIN_MS);
    torture.tried();
    if (result?.failure !== undefined) report(torture, result.failure);
    return;
  }
  const runs = Math.ceil(RUNS * torture.share);
  torture.planned(runs);
  const total = { commands: 0, fewest: Infinity, failures: 0, seen: new Map<string, number>() };
  for (let seed = torture.seed, done = 0; done < runs; seed = (seed + 1) & 0x7fffffff) {
    const result = await runSeed({ seed }, total.failures < SHRUNK_MAX ? SHRINK_MS : 0);
    if (result === undefined) continue;
    done++;
    torture.tried();
    add(total, result);
    await breathe(); // only then does the database give back what its statements held
    if (result.failure !== undefined) report(torture, result.failure);
  }
  torture.figure("commands", total.commands);
  torture.figure("commands of the shortest run", total.fewest);
  for (const what of FIGURES) torture.figure(what, total.seen.get(what) ?? 0);
  const missing = [...TO_BE_SEEN, ...ALSO_TO_BE_SEEN].filter((what) => !total.seen.has(what));
  if (runs >= RUNS_TO_SEE_ALL && total.failures === 0 && missing.length > 0) {
    torture.violated(pointId(modelSweep.name, "seen"), new Error(`never came about: ${missing.join(", ")}`));
  }
}

interface Total {
  commands: number;
  fewest: number;
  failures: number;
  seen: Map<string, number>;
}

function add(total: Total, result: RunResult): void {
  total.commands += result.commands;
  total.fewest = Math.min(total.fewest, result.commands);
  if (result.failure !== undefined) total.failures++;
  for (const [what, count] of Object.entries(result.seen)) total.seen.set(what, (total.seen.get(what) ?? 0) + count);
}

function report(torture: Torture, { id, error, text }: RunFailure): void {
  const words = error instanceof Error ? error.message : String(error);
  const shrunk = pointId(modelSweep.name, pointOf(id));
  const whole = pointId(modelSweep.name, pointOf({ seed: id.seed }));
  torture.violated(whole, new Error(`${words}\nshrunk: ${shrunk}\n${text}`, { cause: error }));
}

/** `seed:…`, and for a shrunk run `/path:…/replay:…`. */
function pointOf({ seed, path, replay }: RunId): string {
  const shrunk = path === undefined || replay === undefined ? "" : `/path:${path}/replay:${replay}`;
  return `seed:${seed}${shrunk}`;
}

/** @throws RangeError when the point is not one of this sweep's */
function runId(point: string): RunId {
  const match = /seed:(\d+)(?:\/path:([\d:]+)\/replay:(.+))?$/.exec(point);
  if (match === null) throw new RangeError(`${point}: not a run of this sweep`);
  const [, seed, path, replay] = match;
  return { seed: Number(seed), ...(path === undefined || replay === undefined ? {} : { path, replay }) };
}
