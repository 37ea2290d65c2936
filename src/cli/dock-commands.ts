// `parola load`: loads one handheld in the dock from this depot, and says in words what came of it (many at once:
// dock-hall-command.ts). Exit code 0 only when the handheld can be taken on the road. It never changes what the depot or
// the handheld refused.
import type { Command } from "commander";
import { isGood } from "../dock/hall/hall-event.ts";
import { openPort } from "../dock/open-port.ts";
import { dayOption, deviceOption, withDepot } from "./depot-session.ts";
import { registerDockHall } from "./dock-hall-command.ts";
import { portOption } from "./dock-hall-port-option.ts";
import { loadFromDepot } from "./load-from-depot.ts";
import { progressWords } from "./progress-words.ts";

const DEFAULT_DEPOT_URL = "http://127.0.0.1:8080"; // where `parola serve` listens by default
const REFUSED = 1;

interface LoadOptions {
  device: number;
  to: string;
  day?: number;
  round?: string;
  maintenance?: boolean;
  depotUrl: string;
}

async function load(options: LoadOptions, command: Command): Promise<void> {
  const result = await withDepot(command, async (depot) => {
    const day = options.day ?? (await depot.today());
    return loadFromDepot(depot, await openPort(options.to), {
      device: options.device,
      day: day,
      round: options.round,
      depotUrl: options.depotUrl,
      maintenance: options.maintenance ?? false,
      progress: (event) => {
        const words = progressWords(event);
        if (words !== undefined) process.stdout.write(`  ${words}\n`);
      },
    });
  });
  process.stdout.write(`handheld ${options.device}: ${result.words}\n`);
  if (!isGood(result.verdict)) process.exitCode = REFUSED;
}

/** Adds `load` and `dock`. */
export function registerDockCommands(program: Command): void {
  program
    .command("load")
    .description("load a handheld in the dock: take its results, give it its manifest, set its clock")
    .requiredOption("--device <number>", "the handheld that is in the dock", deviceOption)
    .requiredOption("--to <address>", "where it answers: tcp://host:port, or a device", portOption)
    .option("--day <day>", "delivery day (default: today)", dayOption)
    .option("--round <name>", "the round, when the day has several")
    .option("--maintenance", "run maintenance when its flash needs it; leave it on power")
    .option("--depot-url <url>", "where a new handheld will find this depot", DEFAULT_DEPOT_URL)
    .action(load);
  registerDockHall(program);
}
