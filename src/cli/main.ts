// The `parola` command: joins the parts. Exit codes: 0 fine, 1 refused or failed, 2 wrong use. Never prints a key; a
// delivery code appears only in the buyer's view, `parola track`.
import { Command, CommanderError } from "commander";
import { DepotError } from "../depot/depot-error.ts";
import { DepotFault } from "../depot/faults.ts";
import { registerDemo } from "./demo-command.ts";
import { registerDepotCommands } from "./depot-commands.ts";
import { registerDockCommands } from "./dock-commands.ts";
import { registerTechnician } from "./technician-commands.ts";
import { registerFlash } from "./technician-flash-command.ts";
import { technicianParts } from "./technician-parts.ts";
import { sessionOpener } from "./technician-session-opener.ts";

const REFUSED = 1;
const WRONG_USE = 2;

function makeProgram(): Command {
  const program = new Command("parola");
  program
    .description("One-time delivery passwords, checked offline by the courier's handheld")
    .option("--data <dir>", "the depot's data directory", process.env["PAROLA_DATA"] ?? "./parola-data")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "parola: ")) })
    .exitOverride();
  registerDepotCommands(program);
  registerDockCommands(program);
  registerDemo(program);
  registerFlash(registerTechnician(program, technicianParts), sessionOpener(technicianParts));
  return program;
}

/** Says why a command failed, on stderr; returns the exit code. */
function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  const fault = error instanceof DepotError ? error.number : undefined;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`parola: ${fault === undefined ? "" : `F${fault} `}${message}\n`);
  return fault === DepotFault.Usage ? WRONG_USE : REFUSED;
}

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
