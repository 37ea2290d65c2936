// `parola technician self-test`: every part, a line each; the verdict names what was not tested. Exit code 0 when all that
// was tested passed, 1 when any part failed. The report file is for the records and holds no key.
import { type Command, Option } from "commander";
import type { Ticket } from "../shared/ticket.ts";
import { BenchError } from "../technician/bench-error.ts";
import { BenchFault } from "../technician/faults.ts";
import { versionWords } from "../technician/handheld-facts.ts";
import { labelText } from "../technician/label.ts";
import { selfTest, verdictWords } from "../technician/self-test.ts";
import type { Hands, Part } from "../technician/self-test-wish.ts";
import { openTechnicianSession } from "../technician/technician-session.ts";
import {
  type Bench,
  type BenchOptions,
  runWithTicket,
  type TechnicianParts,
  type Verdict,
  writeStep,
} from "./technician-run.ts";

/** A person's time for a key or a label. */
const PATIENCE_MS = 30_000;
/** The bench's own keys answer at once. */
const BENCH_PATIENCE_MS = 3000;

interface SelfTestOptions extends BenchOptions {
  auto?: boolean;
  bench?: boolean;
  /** False with --no-radio. */
  radio: boolean;
  report?: string;
}

async function selfTestVerb(
  parts: TechnicianParts,
  options: SelfTestOptions,
  bench: Bench,
  ticket: Ticket,
): Promise<Verdict> {
  if (options.bench !== true && options.auto !== true && !parts.operator.isThere()) {
    throw new BenchError(BenchFault.NotConfirmed, "nobody is at a terminal here: test with --auto or --bench");
  }
  const { device, keyEpoch, board, firmware } = await openTechnicianSession(bench.port, ticket);
  const hands: Hands | "bench" | undefined =
    options.bench === true ? "bench" : options.auto === true ? undefined : parts.operator;
  const without: Part[] = options.radio ? [] : ["radio"];
  const result = await selfTest(
    bench.port,
    {
      hands,
      without,
      surroundings: parts.surroundings,
      ownLabel: labelText(device),
      patience_ms: options.bench === true ? BENCH_PATIENCE_MS : PATIENCE_MS,
    },
    bench.report,
  );
  const verdict = verdictWords(result);
  const record = {
    device,
    keyEpoch,
    board,
    firmware: versionWords(firmware),
    time: new Date(parts.surroundings.now_ms()).toISOString(),
    passed: result.passed,
    verdict,
    untested: result.untested,
    parts: result.outcomes,
  };
  Object.assign(bench.facts, { device, board, untested: result.untested });
  let isWritten = true;
  if (options.report !== undefined) {
    isWritten = await writeStep(parts, bench, "report", options.report, `${JSON.stringify(record, null, 2)}\n`);
  }
  return { words: `handheld ${device}: ${verdict}`, isFine: result.passed && isWritten };
}

/** Adds `self-test`; `make` makes a bench command. */
export function registerSelfTest(
  technician: Command,
  parts: TechnicianParts,
  make: (technician: Command, name: string, description: string) => Command,
): void {
  make(technician, "self-test", "test every part of the handheld")
    .option("--auto", "leave out what needs hands; the verdict names it")
    .addOption(new Option("--bench", "keys and labels by the bench's own commands (linux, sim)").conflicts("auto"))
    .option("--no-radio", "leave out the radio")
    .option("--report <file>", "write a JSON report")
    .action((options: SelfTestOptions, command: Command) =>
      runWithTicket({ parts, options, command, verb: "self-test" }, (bench, ticket) =>
        selfTestVerb(parts, options, bench, ticket),
      ),
    );
}
