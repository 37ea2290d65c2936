// `parola technician`: the bench. A line for each step, the verdict last; exit codes 0 done, 1 refused or failed, 2 wrong
// use. Made for fifty handhelds in a row: it asks nothing that it need not. Never prints a key.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Ticket } from "../shared/ticket.ts";
import type { Settings } from "../shared/wire/service-data.ts";
import { BenchError } from "../technician/bench-error.ts";
import { BenchFault } from "../technician/faults.ts";
import { factsInWords, readFacts } from "../technician/handheld-facts.ts";
import { drawLabel, labelText } from "../technician/label.ts";
import { provision } from "../technician/provision.ts";
import { keepSettings, settingsWords } from "../technician/settings.ts";
import { reportStep } from "../technician/step-report.ts";
import { setTime } from "../technician/set-time.ts";
import { openTechnicianSession } from "../technician/technician-session.ts";
import { reboot, setConsole, wipe } from "../technician/upkeep.ts";
import { deviceOption, numberOption } from "./depot-session.ts";
import { registerSelfTest } from "./technician-self-test-command.ts";
import {
  type Bench,
  type BenchOptions,
  runBench,
  runWithTicket,
  type TechnicianParts,
  type TicketNeed,
  type Verdict,
  writeStep,
} from "./technician-run.ts";

interface SettingsOptions extends BenchOptions {
  language?: string;
  boardRevision?: number;
  volume?: number;
  backlight?: number;
}

interface ProvisionOptions extends SettingsOptions {
  newKey?: boolean;
  label?: string;
}

interface WipeOptions extends BenchOptions {
  loseResults?: boolean;
  yes?: boolean;
}

function languageOption(text: string): string {
  if (!/^[a-z]{2}$/.test(text)) throw new InvalidArgumentError("two lower-case letters, such as en or it.");
  return text;
}

/** A bench command with the options that all of them have. */
export function benchCommand(technician: Command, name: string, description: string): Command {
  return technician
    .command(name)
    .description(description)
    .requiredOption("--port <address>", "where the handheld answers: tcp://host:port, /dev/ttyUSB0, COM3")
    .addOption(new Option("--ticket <file>", "the depot's ticket for this handheld").conflicts("device"))
    .option("--device <number>", "instead of a ticket, on the depot's own PC (--data)", deviceOption)
    .option("--json", "one JSON object instead of lines");
}

function withSettings(command: Command): Command {
  return command
    .option("--language <code>", "language of its texts, two letters", languageOption)
    .option("--board-revision <number>", "as printed on the board", numberOption(0, 0xffff))
    .option("--volume <number>", "0 silent … 10 loud", numberOption(0, 10))
    .option("--backlight <number>", "0 off … 10 bright", numberOption(0, 10));
}

function changesOf({ language, boardRevision, volume, backlight }: SettingsOptions): Partial<Settings> {
  const changes: Partial<Settings> = {};
  if (language !== undefined) changes.language = language;
  if (boardRevision !== undefined) changes.boardRevision = boardRevision;
  if (volume !== undefined) changes.volume = volume;
  if (backlight !== undefined) changes.backlight = backlight;
  return changes;
}

function nowS({ surroundings }: TechnicianParts): number {
  return Math.floor(surroundings.now_ms() / 1000);
}

async function provisionVerb(
  parts: TechnicianParts,
  options: ProvisionOptions,
  bench: Bench,
  ticket: Ticket,
): Promise<Verdict> {
  const wish = { ticket, settings: changesOf(options), now_s: () => nowS(parts) };
  const hello = await provision(bench.port, wish, bench.report);
  if (hello === undefined) return { words: `handheld ${ticket.device}: provisioning failed`, isFine: false };
  const { device, keyEpoch, board } = hello;
  Object.assign(bench.facts, { device, keyEpoch, board });
  const date = new Date(parts.surroundings.now_ms()).toISOString().slice(0, 10);
  if (options.label !== undefined) {
    const svg = drawLabel({ device, board, keyEpoch, date, name: ticket.label });
    if (!(await writeStep(parts, bench, "label", options.label, svg))) {
      return { words: `handheld ${device}: provisioned with key ${keyEpoch}, but without a label`, isFine: false };
    }
  } else bench.report({ step: "label", fault: 0, words: `${labelText(device)}, ${board}, key ${keyEpoch}, ${date}` });
  return { words: `handheld ${device}: provisioned with key ${keyEpoch}`, isFine: true };
}

/** A ticket that can replace a key: it carries a new one, and the old one's word for it. */
function checkReplaces(ticket: Ticket): void {
  if (ticket.provisioning?.mac !== undefined) return;
  throw new BenchError(BenchFault.TicketUnfit, "this ticket replaces no key: make one with --new-key");
}

async function infoVerb(bench: Bench, ticket: Ticket | undefined): Promise<Verdict> {
  const facts = await readFacts(bench.port, ticket);
  Object.assign(bench.facts, facts);
  for (const [step, words] of factsInWords(facts)) bench.report({ step, fault: 0, words });
  const { device } = facts.hello;
  const isProven = facts.diagnostics !== undefined;
  const why = device === 0 ? "it has no key yet" : "no ticket was given";
  const who = device === 0 ? "a handheld without a key" : `handheld ${device}`;
  return { words: isProven ? `${who}, proven by its key` : `${who}, by its own word alone: ${why}`, isFine: true };
}

async function wipeVerb(
  parts: TechnicianParts,
  { loseResults = false, yes = false }: WipeOptions,
  bench: Bench,
  ticket: Ticket,
): Promise<Verdict> {
  const { device, unsent } = await openTechnicianSession(bench.port, ticket);
  if (loseResults && unsent > 0 && !yes) {
    const question = `${unsent} results on handheld ${device} will be lost for ever; type its number to go on:`;
    if ((await parts.operator.ask(question)).trim() !== String(device)) {
      throw new BenchError(BenchFault.NotConfirmed, "not confirmed; nothing was wiped");
    }
  }
  const isFine = await reportStep(bench.report, "wipe", () => wipe(bench.port, loseResults));
  return { words: `handheld ${device}: ${isFine ? "wiped" : "not wiped"}`, isFine };
}

/** A verb of one step within a session. */
function sessionVerb(
  parts: TechnicianParts,
  step: string,
  done: string,
  run: (bench: Bench, options: SettingsOptions) => Promise<string>,
): (options: SettingsOptions, command: Command) => Promise<void> {
  return (options, command) =>
    runWithTicket({ parts, options, command, verb: step }, async (bench, ticket) => {
      const { device } = await openTechnicianSession(bench.port, ticket);
      const isFine = await reportStep(bench.report, step, () => run(bench, options));
      return { words: `handheld ${device}: ${isFine ? done : `${step} failed`}`, isFine };
    });
}

function registerInfo(technician: Command, parts: TechnicianParts): void {
  benchCommand(technician, "info", "everything the handheld tells of itself; without a ticket, unproven").action(
    (options: BenchOptions, command: Command) =>
      runBench({ parts, options, command, verb: "info", need: { isOptional: true } }, infoVerb),
  );
}

function provisioningCommand(technician: Command, name: string, description: string): Command {
  return withSettings(benchCommand(technician, name, description))
    .option("--label <file>", "write the label for its back, an SVG")
    .option("--depot-url <url>", "with --device: where the handheld will find this depot");
}

function registerProvisioning(technician: Command, parts: TechnicianParts): void {
  provisioningCommand(technician, "provision", "give a handheld its key, settings and the time")
    .option("--new-key", "with --device: make it a new key")
    .action((options: ProvisionOptions, command: Command) => {
      const newKey = options.newKey === true ? "yes" : "for an empty handheld that has synced before";
      return runWithTicket({ parts, options, command, verb: "provision", need: { newKey } }, (bench, ticket) =>
        provisionVerb(parts, options, bench, ticket),
      );
    });
  provisioningCommand(technician, "replace-key", "give a handheld a new key over the one it holds").action(
    (options: ProvisionOptions, command: Command) => {
      // An empty one may be a handheld whose replacing was cut: it takes the new key as well.
      const need: TicketNeed = options.ticket === undefined ? { newKey: "yes" } : { check: checkReplaces };
      return runWithTicket({ parts, options, command, verb: "replace-key", need }, (bench, ticket) =>
        provisionVerb(parts, options, bench, ticket),
      );
    },
  );
}

function registerUpkeep(technician: Command, parts: TechnicianParts): void {
  benchCommand(technician, "lock", "close the interpreter's console").action(
    sessionVerb(parts, "lock", "locked", ({ port }) => setConsole(port, false)),
  );
  benchCommand(technician, "unlock", "open the interpreter's console, until it is locked or starts anew").action(
    sessionVerb(parts, "unlock", "unlocked", ({ port }) => setConsole(port, true)),
  );
  benchCommand(technician, "reboot", "start the handheld anew").action(
    sessionVerb(parts, "reboot", "starts anew", ({ port }) => reboot(port)),
  );
  benchCommand(technician, "time", "set the handheld's clock by this machine's").action(
    sessionVerb(parts, "time", "clock set", ({ port }) => setTime(port, () => nowS(parts))),
  );
  withSettings(benchCommand(technician, "settings", "show or change the device's own settings")).action(
    sessionVerb(parts, "settings", "settings kept", async ({ port }, options) =>
      settingsWords(await keepSettings(port, changesOf(options))),
    ),
  );
  benchCommand(technician, "wipe", "forget key, day and settings")
    .option("--lose-results", "also when results are on it that the depot does not have")
    .option("--yes", "with --lose-results: do not ask")
    .action((options: WipeOptions, command: Command) =>
      runWithTicket({ parts, options, command, verb: "wipe" }, (bench, ticket) =>
        wipeVerb(parts, options, bench, ticket),
      ),
    );
}

/**
 * Adds `technician` and its verbs.
 * @returns the command, for further verbs
 */
export function registerTechnician(program: Command, parts: TechnicianParts): Command {
  const technician = program.command("technician").description("the bench: provision, test, lock and wipe handhelds");
  registerInfo(technician, parts);
  registerProvisioning(technician, parts);
  registerSelfTest(technician, parts, benchCommand);
  registerUpkeep(technician, parts);
  return technician;
}
