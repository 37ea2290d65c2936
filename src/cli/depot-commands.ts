// The depot's commands, one after the other in the order of a day. Each opens the depot, does one thing, and says so.
import type { Command } from "commander";
import { registerDayCommands } from "./day-commands.ts";
import { registerInit } from "./init-command.ts";
import { registerLost } from "./lost-command.ts";
import { registerReportCommands } from "./report-commands.ts";
import { registerRollCall } from "./roll-call-command.ts";
import { registerServe } from "./serve-command.ts";

/** Adds every depot command to the program. */
export function registerDepotCommands(program: Command): void {
  registerInit(program);
  registerDayCommands(program);
  registerServe(program);
  registerReportCommands(program);
  registerRollCall(program);
  registerLost(program);
}
