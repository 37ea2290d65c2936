// What the depot's staff reads: `report`, `alarms`, and the buyer's view `track`.
import type { Command } from "commander";
import { timeText } from "../depot/calendar.ts";
import type { DayReport, StatusCounts } from "../depot/day/report.ts";
import type { TrackingView } from "../depot/day/track.ts";
import type { Alarm } from "../depot/store/rows.ts";
import { dayOption, print, withDepot } from "./depot-session.ts";

/** Open parcels named one by one in the printed report; `--json` has them all. */
const OPEN_SHOWN = 20;

function countsWords(counts: StatusCounts): string {
  const named = Object.entries(counts).filter(([status, count]) => count > 0 || status === "delivered");
  return named.map(([status, count]) => `${count} ${status}`).join(", ");
}

function alarmWords(alarm: Alarm): string {
  return `ALARM ${timeText(alarm.raisedAt_s)} ${alarm.kind}: ${alarm.text}`;
}

function openWords(report: DayReport): string[] {
  const open = report.lines.filter(
    ({ status }) => status === "open" || status === "attempted" || status === "accepted",
  );
  const shown = open.slice(0, OPEN_SHOWN).map((line) => {
    const code = line.needsCode ? "code" : "no code";
    const reason = line.reason === 0 ? "" : `, reason ${line.reason}`;
    return `  stop ${line.stop}  ${line.tracking}  ${line.status}, ${code}${reason}`;
  });
  const more = open.length > OPEN_SHOWN ? [`  and ${open.length - OPEN_SHOWN} more`] : [];
  return [`not delivered: ${open.length}`, ...shown, ...more];
}

function reportWords(report: DayReport): string {
  return [
    `${report.day}: ${report.parcels} parcels, ${report.needCode} with a code; ${countsWords(report.counts)}`,
    ...report.rounds.map((round) => `round "${round.name}": ${round.parcels} parcels; ${countsWords(round.counts)}`),
    ...report.devices.map((line) => {
      const flags = `${line.closed ? ", closed" : ""}${line.lost ? ", LOST" : ""}${line.late > 0 ? `, ${line.late} late` : ""}`;
      const sync = line.lastSync === undefined ? "never synced" : `last sync ${line.lastSync}`;
      const updates = `updates ${line.updatesStored} of ${line.updatesQueued} stored`;
      return `handheld ${line.device}, manifest ${line.sequence}: ${line.records} records, ${updates}, ${sync}${flags}`;
    }),
    ...openWords(report),
    ...report.alarms.map(alarmWords),
    `alarms: ${report.alarms.length}`,
  ].join("\n");
}

function trackWords(view: TrackingView): string {
  const code = view.code === undefined ? "" : `\ncode ${view.code}  ${view.advice ?? ""}`;
  return `parcel ${view.tracking}: ${view.status}, delivery day ${view.deliveryDay}${code}`;
}

interface ReportOptions {
  day?: number;
  json?: boolean;
}

/** Adds `report`, `alarms` and `track`. */
export function registerReportCommands(program: Command): void {
  program
    .command("report")
    .description("the books of a day: open parcels are shown as open, never as delivered")
    .option("--day <day>", "YYYY-MM-DD (default: today)", dayOption)
    .option("--json", "as JSON, with every parcel")
    .action(async (options: ReportOptions, command: Command) => {
      const report = await withDepot(command, async (depot) => depot.report(options.day ?? (await depot.today())));
      print(report, options.json, () => reportWords(report));
    });
  program
    .command("alarms")
    .description("everything someone must look into")
    .option("--json", "as JSON")
    .action(async (options: ReportOptions, command: Command) => {
      const alarms = await withDepot(command, (depot) => depot.alarms());
      print(alarms, options.json, () => alarms.map(alarmWords).join("\n") || "no alarms");
    });
  program
    .command("track")
    .description("the buyer's view of a parcel, with its code: for the buyer's eyes, not the courier's")
    .argument("<parcel>", "tracking number")
    .option("--day <day>", "which parcel, when its number was used before", dayOption)
    .option("--json", "as JSON")
    .action(async (tracking: string, options: ReportOptions, command: Command) => {
      const view = await withDepot(command, (depot) => depot.track(tracking, options.day));
      print(view, options.json, () => trackWords(view));
    });
}
