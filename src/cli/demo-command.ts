// `parola demo`, which is `npm start`: a depot, a round and a simulated handheld on this computer alone. With a terminal
// the handheld is played by hand; without one, or with --script, a day is played and printed, and checked at its end.
import type { Command } from "commander";
import { ManualClock, SystemClock } from "../simulator/handheld-clock.ts";
import { playScriptedDay } from "../simulator/terminal/scripted-day.ts";
import { TerminalApp } from "../simulator/terminal/terminal-app.ts";
import { hasTerminal, runTerminal } from "../simulator/terminal/terminal-session.ts";
import { dataDirectory } from "./depot-session.ts";
import { type DemoChoice, setUpDemo } from "./demo-setup.ts";

const FAILED = 1;

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The computer's clock, put to an hour at which couriers work. */
function clockFrom(start_s: number): SystemClock {
  const clock = new SystemClock();
  clock.skip(start_s * 1000 - clock.now_ms());
  return clock;
}

async function playByHand(choice: DemoChoice): Promise<void> {
  const { handheld, side, close } = await setUpDemo(choice, clockFrom);
  try {
    handheld.setLink(true);
    await runTerminal(new TerminalApp(handheld, side));
  } finally {
    await close();
  }
}

async function playScript(choice: DemoChoice): Promise<void> {
  const { handheld, side, clock, close } = await setUpDemo(choice, (start_s) => new ManualClock(start_s));
  try {
    const isGood = await playScriptedDay({ handheld, depot: side, clock, print: tell });
    if (!isGood) process.exitCode = FAILED;
  } finally {
    await close();
  }
}

async function demo(options: { script?: boolean }, command: Command): Promise<void> {
  const isChosen = command.getOptionValueSourceWithGlobals("data") === "cli";
  const choice = { data: isChosen ? dataDirectory(command) : undefined, tell };
  tell("Parola: one-time delivery passwords, checked by the courier's handheld without a network.");
  await (options.script === true || !hasTerminal() ? playScript(choice) : playByHand(choice));
  if (choice.data !== undefined) tell(`The depot's data stay in ${choice.data}.`);
}

/** Adds `demo`. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("try it: a depot, a round and a simulated handheld, on this computer alone (--data keeps the depot)")
    .option("--script", "play a scripted day, print it and check the books, even in a terminal")
    .action(demo);
}
