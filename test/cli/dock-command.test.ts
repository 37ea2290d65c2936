// `parola dock` as a process: sixteen handhelds side by side over pseudo-terminals at a UART's pace, a cable pulled, and
// ports that hold no handheld; its lines, its JSON, its exit codes.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { initDepot, openDepot } from "../../src/depot/open-depot.ts";
import type { HallEvent } from "../../src/dock/hall/hall-event.ts";
import type { HallTotals } from "../../src/dock/hall/tally.ts";
import { parola } from "../support/parola-command.ts";
import { HandheldProcesses, writeKeyedImage } from "../dock/hall/handheld-processes.ts";
import { hasSocat } from "../support/pseudo-terminal.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const COUNT = 16;
const PARCELS = 150;

type Line = HallEvent & { totals?: HallTotals };

/** The command with --json, its lines as they come. */
class RunningDock {
  readonly lines: Line[] = [];
  readonly ended: Promise<number | null>;
  stderr = "";
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, ["bin/parola.js", ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const whole = text.split("\n");
      text = whole.pop() ?? "";
      for (const line of whole) this.lines.push(JSON.parse(line) as Line);
      for (const look of [...this.waiting]) look();
    });
    child.stderr.on("data", (bytes: Buffer) => (this.stderr += bytes.toString()));
    this.child = child;
    this.ended = new Promise((done) => child.once("close", (code) => done(code)));
  }

  stop(): void {
    this.child.kill("SIGTERM");
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  told(fits: (line: Line) => boolean): Promise<Line> {
    const found = new Promise<Line>((done) => {
      const look = (): void => {
        const line = this.lines.find(fits);
        if (line === undefined) return;
        this.waiting.delete(look);
        done(line);
      };
      this.waiting.add(look);
      look();
    });
    const over = this.ended.then((code) => {
      throw new Error(`parola dock ended with ${code}: ${this.stderr}`);
    });
    return Promise.race([found, over]);
  }
}

describe("parola dock", function () {
  this.timeout(180_000);
  let folder: string;
  let processes: HandheldProcesses;
  let dock: RunningDock | undefined;
  const ports: string[] = [];

  const start = (...args: string[]): RunningDock => {
    dock = new RunningDock(["--data", join(folder, "depot"), "dock", "--json", ...args]);
    return dock;
  };
  const named = (addresses: readonly string[]): string[] => addresses.flatMap((address) => ["--port", address]);
  const deviceAt = (i: number): number => 101 + i;

  before(async function () {
    if (!hasSocat()) this.skip();
    folder = mkdtempSync(join(tmpdir(), "parola-dock-"));
    processes = new HandheldProcesses(folder);
    const depot = await initDepot(join(folder, "depot"));
    const day = await depot.today();
    for (let i = 0; i < COUNT; i++) {
      const lines = Array.from({ length: PARCELS }, (_, n) => {
        const number = String(i * 1000 + n).padStart(12, "0");
        return `TBA${number},${n + 1},Via dei Tigli ${n + 1},10.00,${n % 5 === 0 ? "yes" : "no"}`;
      });
      const path = join(folder, `R${i}.csv`);
      writeFileSync(path, ["tracking,stop,address,value,asked", ...lines, ""].join("\n"));
      await depot.importRoundFile(path, { day, name: `R${String(i).padStart(2, "0")}` });
      await depot.addDevice(deviceAt(i));
      const { keyFile } = await depot.provisionKeyFile(deviceAt(i), "http://127.0.0.1:8080");
      await writeKeyedImage(join(folder, `flash-${i}`), keyFile);
    }
    await depot.close();
    const starting = Array.from({ length: COUNT }, async (_, i) => {
      const { address } = await processes.start("--state", join(folder, `flash-${i}`));
      return processes.pseudoTerminal(`tty${i}`, await processes.paced(address));
    });
    ports.push(...(await Promise.all(starting)));
  });

  afterEach(() => dock?.kill());

  after(async () => {
    if (processes === undefined) return;
    await processes.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it("loads sixteen side by side; one is pulled out half-way and comes back; other ports cost nobody anything", async () => {
    const keyless = (await processes.start()).address;
    const silent = await processes.port(() => undefined);
    const garbage = await processes.port((socket) => socket.on("data", () => socket.write(randomBytes(64))));
    const running = start("--watch", "--assign-free", ...named([...ports, keyless, silent, garbage]));
    const pulled = ports[3] as string;
    await running.told(({ port, at, sent = 0, total = 0 }) => port === pulled && at === "loading" && sent > total / 3);
    await processes.pull(pulled);
    const gone = await running.told(({ port, verdict }) => port === pulled && verdict !== undefined);
    assert.equal(gone.verdict, "pulled out");
    await processes.plugAgain(pulled);
    for (const port of ports) await running.told((line) => line.port === port && line.verdict === "ready");
    const verdictOf = (port: string): Promise<Line> =>
      running.told((line) => line.port === port && line.at === "verdict");
    assert.equal((await verdictOf(keyless)).verdict, "unknown device");
    assert.match((await verdictOf(silent)).words, /nothing answers here/);
    assert.match((await verdictOf(garbage)).words, /baud rate/);

    const firstVerdict = running.lines.findIndex(({ verdict }) => verdict === "ready");
    const loading = new Set(
      running.lines
        .slice(0, firstVerdict)
        .filter(({ at }) => at === "loading")
        .map((l) => l.port),
    );
    assert.ok(loading.size > COUNT / 2, `${loading.size} were loading before the first was ready`);
    const resumed = running.lines.findLast(({ port, at }) => port === pulled && at === "loading");
    assert.equal(resumed?.sent, resumed?.total);

    running.stop();
    assert.equal(await running.ended, 1, "not every handheld seen is ready");
    const { totals, words } = running.lines.at(-1) as Line;
    assert.deepEqual([totals?.seen, totals?.ready, totals?.unknown, totals?.refused], [COUNT + 1, COUNT, 1, 0]);
    assert.equal(words, "16 of 17 ready, 1 unknown, 2 ports without a handheld");
    assert.equal(running.stderr, "");
    const fields = new Set(["port", "device", "at", "sent", "total", "verdict", "fault", "words", "totals"]);
    for (const line of running.lines) for (const field of Object.keys(line)) assert.ok(fields.has(field), field);

    const depot = await openDepot(join(folder, "depot"));
    const rounds = await Promise.all(ports.map(async (_, i) => depot.roundFor(deviceAt(i), await depot.today())));
    await depot.close();
    assert.ok(rounds.every((round) => round?.how === "its own"));
    assert.equal(new Set(rounds.map((round) => round?.round)).size, COUNT, "no round went to two");
  });

  it("finds them already loaded the second time, each once, and ends by itself with 0", async () => {
    const running = start("--once", ...named(ports));
    assert.equal(await running.ended, 0, running.stderr);
    const verdicts = running.lines.filter(({ at }) => at === "verdict");
    assert.deepEqual(
      verdicts.map(({ verdict }) => verdict),
      Array<string>(COUNT).fill("already loaded"),
    );
    assert.deepEqual(
      verdicts.map(({ device }) => device).sort(),
      ports.map((_, i) => deviceAt(i)),
    );
  });

  it("writes a line for each verdict without a terminal, and ends with 1 when a port that was named has no handheld", async () => {
    const silent = join(folder, "nothing-here");
    const [first] = ports;
    const args = ["--data", join(folder, "depot"), "dock", ...named([first as string, silent])];
    const { code, stdout, stderr } = await parola(args);
    assert.equal(stderr, "");
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`^${first}: handheld 101: already loaded: .*$`, "m"));
    assert.match(stdout, new RegExp(`^${silent}: no handheld: .*$`, "m"));
    assert.match(stdout, /\n1 of 1 ready, 1 port without a handheld\n$/);
  });

  it("refuses wrong use before it opens anything", async () => {
    const wrong = await parola(["--data", join(folder, "depot"), "dock", "--port", "somewhere"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /"somewhere" is no port/);
    const both = await parola(["--data", join(folder, "depot"), "dock", "--once", "--watch"]);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--once and --watch/);
  });

  it("keeps a handheld's flash in its file when it is killed, over a pair of pseudo-terminals", async () => {
    const [near, far] = await processes.pair("pair");
    const state = join(folder, "flash-0-copy");
    const depot = await openDepot(join(folder, "depot"));
    await depot.addDevice(200);
    const { keyFile } = await depot.provisionKeyFile(200, "http://127.0.0.1:8080");
    await depot.close();
    await writeKeyedImage(state, keyFile);
    const load = (): Promise<{ code: number | null; stdout: string }> =>
      parola(["--data", join(folder, "depot"), "load", "--device", "200", "--round", "R00", "--to", near]);
    const before = await processes.start("--port", far, "--state", state);
    const first = await load();
    assert.match(first.stdout, /handheld 200: ready/);
    assert.equal(first.code, 0);
    await before.kill();
    await processes.start("--port", far, "--state", state);
    assert.match((await load()).stdout, /handheld 200: already loaded/);
  });
});
