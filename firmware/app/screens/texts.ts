// English texts of the screens, in one place; other languages stand beside it. ISO 8859-1, fitting their screens.
import { Reason } from "../../../src/shared/wire/journal.ts";

/** Reasons for not delivering, as the courier reads them. */
export function reasonText(reason: number): string {
  switch (reason) {
    case Reason.NotHome:
      return "Not home";
    case Reason.Refused:
      return "Refused";
    case Reason.WrongAddress:
      return "Bad addr";
    case Reason.NoAccess:
      return "No access";
    case Reason.NoCode:
      return "No code";
    case Reason.Damaged:
      return "Damaged";
    case Reason.Closed:
      return "Closed";
    default:
      return "Other";
  }
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** A day (since 1970-01-01) as "24 Nov". */
export function dayText(day: number): string {
  const date = civil(day);
  return date.day + " " + MONTHS.slice(date.month * 3 - 3, date.month * 3);
}

/** Calendar date of a day number. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
function civil(day: number): { month: number; day: number } {
  const z = day + 719468;
  const dayOfEra = z % 146097;
  const years = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * years + (years >> 2) - ((years / 100) | 0));
  const shifted = ((5 * dayOfYear + 2) / 153) | 0;
  return {
    month: shifted < 10 ? shifted + 3 : shifted - 9,
    day: dayOfYear - (((153 * shifted + 2) / 5) | 0) + 1,
  };
}
