// One run of a bench command: ticket, cable, steps, verdict, exit code. A line for each step, the verdict last; or one JSON
// object with all of it. Never prints a key or what a ticket holds.
import type { Command } from "commander";
import { DepotError } from "../depot/depot-error.ts";
import { DockError } from "../dock/dock-error.ts";
import { FaultNumber } from "../shared/faults.ts";
import type { Ticket } from "../shared/ticket.ts";
import { asBenchError, BenchError, handheldError } from "../technician/bench-error.ts";
import { BenchFault } from "../technician/faults.ts";
import type { Hands, TestSurroundings } from "../technician/self-test-wish.ts";
import type { StepOutcome, StepReport } from "../technician/step-report.ts";
import { askHello, type TechnicianPort } from "../technician/technician-port.ts";
import { checkDevice } from "../technician/technician-session.ts";

const REFUSED = 1;
const WRONG_USE = 2;

/** The person at the bench, who also types. */
export interface Operator extends Hands {
  /** Whether there is a terminal to ask at. */
  isThere(): boolean;
  /** Asks for a line of text. */
  ask(question: string): Promise<string>;
}

/** What the commands need of the machine they run on. */
export interface TechnicianParts {
  /** Opens a cable; RangeError for an address that is none. */
  openPort(address: string): Promise<TechnicianPort>;
  /** Reads a ticket from its file; RangeError in words when it is none. */
  readTicket(file: string): Promise<Ticket>;
  /** Makes a ticket, on the depot's own PC. */
  ticketFromDepot(command: Command, device: number, wish: DepotTicketWish): Promise<Ticket>;
  /** Writes a file, over one that is there. */
  writeFile(file: string, text: string): Promise<void>;
  /** A line for whoever watches, or a piece of one. */
  write(text: string): void;
  /** Sets the exit code. */
  exit(code: number): void;
  operator: Operator;
  surroundings: TestSurroundings;
}

/** Whether a ticket from the depot is to carry a new key. */
export type NewKeyWish = "yes" | "no" | "for an empty handheld that has synced before";

/** What a ticket from the depot is for. */
export interface DepotTicketWish {
  /** Key epoch that the handheld on the cable says it holds; 0 none. */
  heldKeyEpoch: number;
  newKey: NewKeyWish;
  /** Where a handheld that gets a key will find the depot. */
  depotUrl: string | undefined;
}

/** Options that every bench command has. */
export interface BenchOptions {
  port: string;
  ticket?: string;
  device?: number;
  depotUrl?: string;
  json?: boolean;
}

/** A run under way. */
export interface Bench {
  port: TechnicianPort;
  report: StepReport;
  /** Facts for the JSON object. */
  facts: Record<string, unknown>;
}

/** What a run came to. */
export interface Verdict {
  /** For a person, for example "handheld 7 provisioned". */
  words: string;
  isFine: boolean;
}

/** One step as a line: `OK key: given` or `ERROR 1021 "key 7 did not answer"`. */
export function stepLine({ step, fault, words }: StepOutcome): string {
  const quoted = words.replaceAll('"', "'").replaceAll(/\s+/g, " ");
  return fault === 0 ? `OK ${step}: ${words}` : `ERROR ${fault} "${step}: ${quoted}"`;
}

/** What a run needs of a ticket. */
export interface TicketNeed {
  /** Whether it can do without. */
  isOptional?: boolean;
  newKey?: NewKeyWish;
  /** Refuses a ticket that is no good for this run. */
  check?(ticket: Ticket): void;
}

/**
 * A ticket from the depot for the handheld on the cable. Whatever would refuse it later is found first: a new key closes
 * the handheld's manifests at the depot.
 */
export async function depotTicket(
  parts: TechnicianParts,
  { device, depotUrl }: { device: number; depotUrl?: string },
  command: Command,
  newKey: NewKeyWish,
  port: TechnicianPort,
): Promise<Ticket> {
  const hello = await askHello(port);
  checkDevice(hello, device);
  if (newKey === "yes" && hello.unsent > 0) throw handheldError(FaultNumber.DockUnsent);
  return parts.ticketFromDepot(command, device, { heldKeyEpoch: hello.keyEpoch, newKey, depotUrl });
}

/** A failure as an outcome; what is wrong with a ticket or file has words of its own. */
function outcomeOf(step: string, error: unknown): StepOutcome {
  if (step === "ticket" && error instanceof Error && !(error instanceof BenchError || error instanceof DockError)) {
    const isDepots = error instanceof DepotError;
    return { step, fault: isDepots ? error.number : BenchFault.TicketUnfit, words: error.message };
  }
  if (step === "port" && error instanceof Error) return { step, fault: BenchFault.PortFailed, words: error.message };
  const failure = asBenchError(error);
  return { step, fault: failure.number, words: failure.message };
}

/** Writes a file, and reports it as a step. */
export async function writeStep(
  parts: TechnicianParts,
  bench: Bench,
  step: string,
  file: string,
  text: string,
): Promise<boolean> {
  try {
    await parts.writeFile(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    bench.report({ step, fault: BenchFault.FileUnwritten, words: `${file} was not written: ${reason}` });
    return false;
  }
  bench.report({ step, fault: 0, words: `written to ${file}` });
  return true;
}

/** Ticket and cable of a run; `at` is told where it is, for the words of a failure. */
async function connect(
  { parts, options, command, need = {} }: BenchRun,
  at: (step: string) => void,
  opened: (port: TechnicianPort) => void,
): Promise<Ticket | undefined> {
  const { device } = options;
  at("ticket");
  let ticket = options.ticket === undefined ? undefined : await parts.readTicket(options.ticket);
  if (ticket === undefined && device === undefined && need.isOptional !== true) {
    throw new BenchError(BenchFault.TicketUnfit, "name a ticket: --ticket FILE, or --device N on the depot's own PC");
  }
  if (ticket !== undefined) need.check?.(ticket);
  at("port");
  const port = await parts.openPort(options.port);
  opened(port);
  if (device === undefined) return ticket;
  at("ticket");
  ticket = await depotTicket(parts, { ...options, device }, command, need.newKey ?? "no", port);
  need.check?.(ticket);
  return ticket;
}

/** A bench command that was typed. */
export interface BenchRun {
  parts: TechnicianParts;
  options: BenchOptions;
  command: Command;
  /** The command's name. */
  verb: string;
  need?: TicketNeed;
}

/**
 * Runs a bench command from ticket to verdict.
 * @param work the command's steps; what it throws becomes an error line of the step `verb`. It gets a ticket unless that
 *   is optional
 */
export async function runBench(
  run: BenchRun,
  work: (bench: Bench, ticket: Ticket | undefined) => Promise<Verdict>,
): Promise<void> {
  const { parts, options, verb } = run;
  const steps: StepOutcome[] = [];
  const facts: Record<string, unknown> = {};
  const report: StepReport = (outcome) => {
    steps.push(outcome);
    if (options.json !== true) parts.write(`${stepLine(outcome)}\n`);
  };
  let step = "ticket";
  let verdict: Verdict = { words: `${verb} failed`, isFine: false };
  let code = REFUSED;
  const ports: TechnicianPort[] = [];
  try {
    const ticket = await connect(
      run,
      (at) => (step = at),
      (port) => ports.push(port),
    );
    step = verb;
    for (const port of ports) verdict = await work({ port, report, facts }, ticket);
  } catch (error) {
    if (step === "port" && error instanceof RangeError) code = WRONG_USE;
    report(outcomeOf(step, error));
  } finally {
    for (const port of ports) port.close();
  }
  if (options.json === true) {
    const all = { verb, verdict: verdict.words, fine: verdict.isFine, ...facts, steps };
    parts.write(`${JSON.stringify(all, null, 2)}\n`);
  } else parts.write(`${verdict.words}\n`);
  if (!verdict.isFine) parts.exit(code);
}

/** As {@link runBench}, for what needs a ticket. */
export function runWithTicket(run: BenchRun, work: (bench: Bench, ticket: Ticket) => Promise<Verdict>): Promise<void> {
  return runBench(run, (bench, ticket) => {
    if (ticket === undefined) throw new TypeError("a ticket is needed");
    return work(bench, ticket);
  });
}
