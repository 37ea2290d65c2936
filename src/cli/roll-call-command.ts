// `parola roll-call`: where every handheld is, and whose results may be missing. The exit code says whether someone must
// go and look. It changes nothing.
import type { Command } from "commander";
import { dayText } from "../depot/calendar.ts";
import { rollCallTotals, type RollCallRow, type RollCallTotals } from "../depot/dock/roll-call.ts";
import { dayOption, print, withDepot } from "./depot-session.ts";

const LOOK = 1;

interface RollCallOptions {
  day?: number;
  evening?: boolean;
  json?: boolean;
}

/** The totals in words; those that are nought are left out, but for the handhelds that are here. */
function totalsWords(totals: RollCallTotals): string {
  const named: [count: number, words: string][] = [
    [totals.out, "out"],
    [totals.overdue, "overdue"],
    [totals.unsynced, "unsynced"],
    [totals.lost, "lost"],
    [totals.neverSeen, "never seen"],
  ];
  const shown = named.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return [`${totals.here} here`, ...shown].join(", ");
}

function rowWords(row: RollCallRow): string {
  const standing = row.unsynced ? `${row.standing}, UNSYNCED` : row.standing;
  const battery = row.battery === undefined ? "" : `${row.battery} %`;
  const columns = [String(row.device).padStart(6), row.label.padEnd(16), standing.padEnd(17), battery.padStart(5)];
  return `${columns.join("  ")}  ${row.words}`;
}

/** Whether someone must go and look: in the evening nothing may be out, in the morning nothing left over. */
function mustLook(totals: RollCallTotals, isEvening: boolean): boolean {
  return totals.overdue > 0 || totals.unsynced > 0 || (isEvening && totals.out > 0);
}

async function callRoll(options: RollCallOptions, command: Command): Promise<void> {
  const isEvening = options.evening === true;
  const { day, rows } = await withDepot(command, async (depot) => {
    const day = options.day ?? (await depot.today());
    return { day: day, rows: await depot.rollCall(day, isEvening ? "evening" : "morning") };
  });
  const totals = rollCallTotals(rows);
  const moment = isEvening ? "evening" : "morning";
  print({ day: dayText(day), moment: moment, totals: totals, rows: rows }, options.json, () =>
    [...rows.map(rowWords), `${dayText(day)}, ${moment}: ${totalsWords(totals)}`].join("\n"),
  );
  if (mustLook(totals, isEvening)) process.exitCode = LOOK;
}

/** Adds `roll-call`. */
export function registerRollCall(program: Command): void {
  program
    .command("roll-call")
    .description(
      "where every handheld is; exit code 1 when one is overdue or unsynced, in the evening also when one is out",
    )
    .option("--day <day>", "YYYY-MM-DD (default: today)", dayOption)
    .option("--evening", "all of them should be back, and today's results in")
    .option("--json", "as JSON")
    .action(callRoll);
}
