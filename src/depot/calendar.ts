// Days and the depot's local time. A day is a count of days since 1970-01-01; its bounds are UTC seconds of the depot's
// time zone, so a day lasts 23 to 25 hours. Never uses the machine's own zone.
import { DepotError } from "./depot-error.ts";
import { DepotFault } from "./faults.ts";

const DAY_S = 86_400;
/** The manifest's day field has 16 bits. */
const LAST_DAY = 0xffff;
/** No zone is farther from UTC than this. */
const FARTHEST_S = 26 * 3600;

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Parses `YYYY-MM-DD`.
 * @returns days since 1970-01-01, 0…65535
 * @throws DepotError 901 when it is no such date
 */
export function parseDay(text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text + "T00:00:00Z") / (DAY_S * 1000) : NaN;
  if (!Number.isInteger(day) || day < 0 || day > LAST_DAY || dayText(day) !== text) {
    throw new DepotError(DepotFault.Usage, `"${text}" is not a day; write YYYY-MM-DD`);
  }
  return day;
}

/** A day as `YYYY-MM-DD`. */
export function dayText(day: number): string {
  return new Date(day * DAY_S * 1000).toISOString().slice(0, 10);
}

/** UTC seconds as `YYYY-MM-DDTHH:MM:SSZ`. */
export function timeText(time_s: number): string {
  return new Date(time_s * 1000).toISOString().slice(0, 19) + "Z";
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Seconds that local time is ahead of UTC at an instant. */
function offsetAt(time_s: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(time_s * 1000)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - time_s;
}

/** Whether Intl knows this IANA zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** The local day of an instant. */
export function dayOf(time_s: number, timeZone: string): number {
  return Math.floor((time_s + offsetAt(time_s, timeZone)) / DAY_S);
}

/** First UTC second of a local day: found by halving, since some zones skip midnight itself. */
export function dayStart_s(day: number, timeZone: string): number {
  let before = day * DAY_S - FARTHEST_S;
  let within = day * DAY_S + FARTHEST_S;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dayOf(middle, timeZone) < day) before = middle;
    else within = middle;
  }
  return within;
}

/** Minutes east of UTC at the local noon of a day. */
export function noonOffset_min(day: number, timeZone: string): number {
  return Math.round(offsetAt(dayStart_s(day, timeZone) + DAY_S / 2, timeZone) / 60);
}
