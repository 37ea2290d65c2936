// A real depot: its commands as real processes, its server as another, on one data directory of its own.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseDay } from "../../src/depot/calendar.ts";
import type { Depot } from "../../src/depot/depot.ts";
import { openDepot } from "../../src/depot/open-depot.ts";
import type { DayReport } from "../../src/depot/day/report.ts";
import { ROOT } from "../../scripts/build/project.ts";

const run = promisify(execFile);
const COMMAND = join(ROOT, "bin/parola.js");

/** One depot in a folder of its own. Call {@link remove} at the end, whatever happened. */
export class DepotProcess {
  readonly folder = mkdtempSync(join(tmpdir(), "parola-depot-"));
  url = "";
  private server: ChildProcess | undefined;
  private opened: Depot | undefined;

  /** Runs `parola …` and gives what it printed. @throws with its error text when it exits with anything but 0 */
  async parola(...words: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [COMMAND, "--data", this.folder, ...words], { cwd: this.folder });
    return stdout;
  }

  /** Runs `parola … --json`. */
  async json<T>(...words: string[]): Promise<T> {
    return JSON.parse(await this.parola(...words, "--json")) as T;
  }

  /** Starts the server on a free port of the loopback. */
  async serve(port = 0): Promise<void> {
    const words = [COMMAND, "--data", this.folder, "serve", "--port", String(port), "--quiet"];
    const server = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    this.server = server;
    this.url = await new Promise<string>((resolve, reject) => {
      let printed = "";
      server.stdout.on("data", (text: Buffer) => {
        printed += text.toString();
        const url = /http:\/\/[\d.]+:\d+/.exec(printed)?.[0];
        if (url !== undefined) resolve(url);
      });
      server.once("exit", (code) => reject(new Error(`the server ended with ${String(code)}: ${printed}`)));
    });
  }

  /** Kills the server without a word, as a power failure would. */
  async kill(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server === undefined || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await gone;
  }

  /** The books of a day. */
  async report(day: string): Promise<DayReport> {
    return (await this.books()).report(parseDay(day));
  }

  /** The depot's data opened by this process, beside the server's: for looking, many times. */
  async books(): Promise<Depot> {
    this.opened ??= await openDepot(this.folder);
    return this.opened;
  }

  /** What the buyer reads under "track my order". */
  async buyersCode(tracking: string): Promise<string> {
    const { code } = await (await this.books()).track(tracking);
    if (code === undefined) throw new Error(`${tracking}: the buyer sees no code`);
    return code;
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.opened?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A time zone in which it is about noon now, so that a test never runs into midnight. */
export function noonZone(now = new Date()): string {
  const east = 12 - now.getUTCHours();
  return east <= 0 ? `Etc/GMT+${-east}` : `Etc/GMT-${east}`;
}

/** Today in {@link noonZone}, `YYYY-MM-DD`, and days from it. */
export function localDay(offset = 0, now = new Date()): string {
  const noon = new Date(now.getTime() + (12 - now.getUTCHours()) * 3_600_000 + offset * 86_400_000);
  return noon.toISOString().slice(0, 10);
}
