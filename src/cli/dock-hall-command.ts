// `parola dock`: watches the ports of a hall and loads every handheld that is plugged in, all side by side, until it is told
// to stop or every port has had its turn. Exit code 0 only when every handheld seen can be taken on the road.
import type { Command } from "commander";
import type { Depot } from "../depot/depot.ts";
import { nobleHash } from "../depot/noble-hash.ts";
import { Hall } from "../dock/hall/hall.ts";
import { HALL_TIMES } from "../dock/hall/hall-parts.ts";
import type { HallTotals } from "../dock/hall/tally.ts";
import { loadHandheld } from "../dock/load-handheld.ts";
import { openPort } from "../dock/open-port.ts";
import { listSerialPorts, namedPorts, watchPorts } from "../dock/watch-ports.ts";
import { dayOption, withDepot } from "./depot-session.ts";
import { BoardDisplay } from "./dock-hall-board.ts";
import { hallDepot } from "./dock-hall-depot.ts";
import { type HallDisplay, JsonDisplay, LineDisplay } from "./dock-hall-display.ts";
import { portOption } from "./dock-hall-port-option.ts";
import { askYesNo } from "./dock-hall-question.ts";

const REFUSED = 1;

interface DockOptions {
  port?: string[];
  watch?: boolean;
  once?: boolean;
  day?: number;
  assignFree?: boolean;
  maintenance?: boolean;
  resultsOnly?: boolean;
  json?: boolean;
}

/** Collects addresses. */
function portsOption(text: string, before: string[] = []): string[] {
  return [...before, portOption(text)];
}

function makeDisplay(options: DockOptions, totals: () => HallTotals): HallDisplay {
  const write = (text: string): void => void process.stdout.write(text);
  if (options.json === true) return new JsonDisplay(write);
  return process.stdout.isTTY ? new BoardDisplay(process.stdout, totals) : new LineDisplay(write);
}

/** Whom the hall asks: the person at the board, if there is one. */
function asker(
  display: HallDisplay,
  stopped: () => void,
): ((question: string, withdrawn: AbortSignal) => Promise<boolean>) | undefined {
  if (!(display instanceof BoardDisplay) || !process.stdin.isTTY) return undefined;
  const show = (question: string): void => display.showQuestion(question);
  return (question, withdrawn) => askYesNo(process.stdin, question, show, stopped, withdrawn);
}

/** Whether everything that was to be loaded was. A port that was named and is tried once must have a handheld. */
function allGood(totals: HallTotals, isEveryPortWanted: boolean): boolean {
  const missing = isEveryPortWanted ? totals.withoutHandheld : 0;
  return totals.seen > 0 && totals.ready === totals.seen && missing === 0;
}

/** One run of the command. */
class DockRun {
  private readonly named: readonly string[];
  private readonly isOnce: boolean;
  private readonly display: HallDisplay;
  private readonly hall: Hall;
  private stops = 0;
  private stopWatching: () => void = () => undefined;
  private ended: () => void = () => undefined;

  constructor(depot: Depot, options: DockOptions) {
    this.named = [...new Set(options.port ?? [])];
    const isUnattended = this.named.length > 0 && !process.stdout.isTTY;
    this.isOnce = options.once ?? (options.watch !== true && isUnattended);
    this.display = makeDisplay(options, () => this.hall.totals());
    this.hall = new Hall(
      {
        hash: nobleHash,
        depot: hallDepot(depot, options.day),
        open: openPort,
        tell: (event) => this.display.tell(event),
        ask: asker(this.display, () => this.stop()),
        load: loadHandheld,
      },
      {
        assignFree: options.assignFree ?? false,
        maintenance: options.maintenance ?? false,
        resultsOnly: options.resultsOnly ?? false,
        once: this.isOnce,
        retried: new Set(this.named),
        times: HALL_TIMES,
      },
    );
  }

  /** Runs to the end; returns the exit code. */
  async run(): Promise<number> {
    const stop = (): void => this.stop();
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    this.display.begin(this.isOnce ? "each port once; Ctrl-C ends" : "plug handhelds in; Ctrl-C ends");
    try {
      if (this.isOnce) await this.hall.once(this.named.length > 0 ? this.named : await listSerialPorts());
      else await this.watch();
    } finally {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      this.display.end(this.hall.totals());
    }
    return allGood(this.hall.totals(), this.isOnce && this.named.length > 0) ? 0 : REFUSED;
  }

  private async watch(): Promise<void> {
    const list = (): Promise<string[]> | string[] =>
      this.named.length > 0 ? namedPorts(this.named) : listSerialPorts();
    let lastWords = "";
    const failed = (error: Error): void => {
      if (error.message === lastWords) return;
      lastWords = error.message;
      this.display.note(`the ports of this machine cannot be listed: ${error.message}`);
    };
    const stopped = new Promise<void>((resolve) => (this.ended = resolve));
    this.stopWatching = watchPorts(list, (addresses) => this.hall.present(addresses), failed);
    await stopped;
    await this.hall.stop();
  }

  /** The first time: begin nothing new, finish what runs. The second time: break it off. */
  private stop(): void {
    this.stops++;
    this.stopWatching();
    if (this.stops === 1) {
      this.display.note("stopping: what is being loaded is finished; once more breaks it off");
      if (this.isOnce) void this.hall.stop();
    } else this.hall.breakOff();
    this.ended();
  }
}

/** Adds `dock`. */
export function registerDockHall(program: Command): void {
  program
    .command("dock")
    .description("load every handheld that is plugged in, side by side, until stopped")
    .option(
      "--port <address>",
      "a port: tcp://host:port or a device; may be given again (default: USB serial ports)",
      portsOption,
    )
    .option("--watch", "go on watching the ports that were named")
    .option("--once", "every port once, then end")
    .option("--day <day>", "delivery day (default: today)", dayOption)
    .option("--assign-free", "give a handheld without a round the next free one, without asking")
    .option("--results-only", "take results and load nothing: the evening")
    .option("--maintenance", "run maintenance where the flash needs it; leave them on power")
    .option("--json", "one JSON object a line")
    .action(async (options: DockOptions, command: Command) => {
      if (options.once === true && options.watch === true)
        command.error("error: --once and --watch exclude each other");
      process.exitCode = await withDepot(command, (depot) => new DockRun(depot, options).run());
    });
}
