// `npm run torture`: the long run. Sweeps run as processes side by side, progress is shown, a table comes at the end, and
// the exit code says whether every promise held.
//
//   npm run torture                                all of it
//   npm run torture -- --sweep day-cuts            one or more of them; --list names them
//   npm run torture -- --share 0.1 --seed 7        a tenth, with other random choices
//   npm run torture -- --rerun day-cuts/20#3:aa    exactly one point, as a violation named it
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runSweep, testSeed } from "./run-share.ts";
import { SWEEPS } from "./sweeps.ts";

/** Violations that are shown of each sweep; all are counted. */
const SHOWN = 10;
const SHOW_EVERY_MS = 5000;

/** What a child tells, a line of JSON each. */
type Told =
  | { planned: number }
  | { tried: number }
  | { violation: { id: string; words: string } }
  | { figures: [string, number][] };

interface Row {
  sweep: string;
  title: string;
  planned: number;
  points: number;
  violations: { id: string; words: string }[];
  figures: [string, number][];
  seconds: number;
  /** Why the sweep did not come to its end; undefined when it did. */
  broken: string | undefined;
}

const { values: options } = parseArgs({
  options: {
    sweep: { type: "string", multiple: true, default: [] },
    share: { type: "string", default: "1" },
    seed: { type: "string" },
    jobs: { type: "string" },
    rerun: { type: "string" },
    json: { type: "string" },
    list: { type: "boolean", default: false },
    child: { type: "string" },
  },
});
const seed = options.seed === undefined ? testSeed() : Number(options.seed);
const share = Number(options.share);

function fail(words: string): never {
  process.stderr.write(`torture: ${words}\n`);
  process.exit(2);
}

function named(name: string): (typeof SWEEPS)[number] {
  return SWEEPS.find((sweep) => sweep.name === name) ?? fail(`no sweep is called "${name}"; --list names them`);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 2000);

/** One sweep in this process, told in lines of JSON. */
async function runChild(name: string): Promise<void> {
  const tell = (line: Told): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  let untold = 0;
  const result = await runSweep(named(name), {
    seed,
    share,
    only: options.rerun,
    planned: (planned) => tell({ planned }),
    tried: (points = 1) => {
      untold += points;
      if (untold >= 100) {
        tell({ tried: untold });
        untold = 0;
      }
    },
  });
  tell({ tried: untold });
  for (const { id, error } of result.violations) tell({ violation: { id, words: wordsOf(error) } });
  tell({ figures: [...result.figures] });
}

const running = new Set<ChildProcess>();

/** One sweep in a process of its own. */
async function runApart(name: string, row: Row): Promise<void> {
  const started = Date.now();
  const words = ["--import", "tsx", fileURLToPath(import.meta.url), "--child", name];
  words.push("--seed", String(seed), "--share", String(share));
  if (options.rerun !== undefined) words.push("--rerun", options.rerun);
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as Told;
    if ("planned" in told) row.planned = told.planned;
    if ("tried" in told) row.points += told.tried;
    if ("violation" in told) row.violations.push(told.violation);
    if ("figures" in told) row.figures = told.figures;
  }
  const code = await ended;
  running.delete(child);
  row.seconds = Math.round((Date.now() - started) / 1000);
  row.broken = code === 0 ? undefined : `ended with ${String(code)}: ${complaints.slice(-600)}`;
}

function show(rows: readonly Row[]): void {
  const open = rows.filter(({ seconds }) => seconds === 0);
  const words = open
    .filter(({ points }) => points > 0)
    .map((row) => `${row.sweep} ${row.points}/${row.planned || "?"}`);
  const found = rows.reduce((sum, row) => sum + row.violations.length, 0);
  process.stderr.write(
    `${rows.length - open.length} of ${rows.length} done, ${found} violations; ${words.join(", ")}\n`,
  );
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ sweep }) => sweep.length));
  const line = (sweep: string, points: string, violations: string, seconds: string): string =>
    `${sweep.padEnd(width)}  ${points.padStart(11)}  ${violations.padStart(10)}  ${seconds.padStart(7)}`;
  const body = rows.map((row) => {
    const points = row.points.toLocaleString("en");
    return line(
      row.sweep,
      points,
      row.broken === undefined ? String(row.violations.length) : "BROKEN",
      String(row.seconds),
    );
  });
  const points = rows.reduce((sum, row) => sum + row.points, 0).toLocaleString("en");
  const violations = String(rows.reduce((sum, row) => sum + row.violations.length, 0));
  return [line("sweep", "points", "violations", "seconds"), ...body, line("all", points, violations, "")].join("\n");
}

function report(rows: readonly Row[]): void {
  console.log(`seed ${seed}, share ${share}\n\n${table(rows)}\n`);
  for (const row of rows) {
    for (const [name, value] of row.figures) console.log(`${row.sweep}: ${name} = ${value}`);
  }
  for (const row of rows) {
    if (row.broken !== undefined) console.log(`\nBROKEN ${row.sweep} ${row.broken}`);
    for (const { id, words } of row.violations.slice(0, SHOWN)) console.log(`\nVIOLATION ${id}\n  ${words}`);
  }
}

async function main(): Promise<void> {
  if (options.child !== undefined) return runChild(options.child);
  if (options.list) return SWEEPS.forEach(({ name, title }) => console.log(`${name.padEnd(22)} ${title}`));
  if (!(share > 0 && share <= 1)) fail("--share is above 0 and at most 1");
  if (!Number.isInteger(seed)) fail("--seed is a whole number");
  const wanted = options.rerun === undefined ? options.sweep : [options.rerun.split("/")[0] ?? ""];
  const sweeps = wanted.length === 0 ? SWEEPS : wanted.map(named);
  const rows = sweeps.map(({ name, title }): Row => ({
    sweep: name,
    title,
    planned: 0,
    points: 0,
    violations: [],
    figures: [],
    seconds: 0,
    broken: undefined,
  }));
  const jobs = Number(options.jobs ?? availableParallelism());
  const waiting = [...rows];
  const timer = setInterval(() => show(rows), SHOW_EVERY_MS);
  const worker = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await runApart(row.sweep, row);
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
  clearInterval(timer);
  report(rows);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ seed, share, rows }, undefined, 2)}\n`);
  const held = rows.every((row) => row.broken === undefined && row.violations.length === 0 && row.points > 0);
  process.exitCode = held ? 0 : 1;
}

process.once("SIGINT", () => {
  for (const child of running) child.kill();
  process.exit(130);
});
await main();
