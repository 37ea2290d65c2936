// A round as read from a file, before it is in the books: checked line by line, nothing stored. Shared by both readers.
import { ADDRESS_MAX, MANIFEST_PARCELS_MAX, ROUND_NAME_BYTES, TRACKING_MAX } from "../../shared/wire/manifest.ts";
import { checkDigitHolds, normaliseTracking } from "../../shared/tracking-number.ts";
import { parseDay } from "../calendar.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { addressLine } from "./address-line.ts";

/** One parcel of a round file. */
export interface ParsedParcel {
  /** Normalised, 1…34 characters, check digit right where the family has one. */
  tracking: string;
  /** 1…65535. */
  stop: number;
  /** ISO 8859-1, at most 40 characters. */
  address: string;
  value_cents: number;
  asked: boolean;
}

/** A round read from a file. */
export interface ParsedRound {
  day: number;
  name: string;
  parcels: ParsedParcel[];
}

/** What the person who imports says about the file. */
export interface RoundWish {
  /** Delivery day; places a round that names none, or another one (JSON). */
  day: number | undefined;
  /** Name of the round on that day. */
  name: string | undefined;
}

/** A place in a file: `round.csv, line 3, column "stop"`. */
export type Place = string;

/**
 * Checks a tracking number as it stands in a file.
 * @throws DepotError 908 naming the place and what is wrong
 */
export function parseTracking(text: string, place: Place): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw wrong(place, `"${text}" has letters that no label has`);
  const number = normaliseTracking(text);
  if (number === "") throw wrong(place, "the tracking number is empty");
  if (text.replace(/[^0-9A-Za-z]/g, "").length > TRACKING_MAX) {
    throw wrong(place, `"${text}" is longer than ${TRACKING_MAX} letters and digits`);
  }
  if (!checkDigitHolds(number)) throw wrong(place, `the check digit of "${text}" is wrong`);
  return number;
}

/** The error that a field is wrong. */
export function wrong(place: Place, what: string): DepotError {
  return new DepotError(DepotFault.RoundField, `${place}: ${what}`);
}

/**
 * Checks what holds for a whole round: 1…512 parcels, each number once.
 * @param places of the parcels, in their order
 * @throws DepotError 909, 910, 911
 */
export function checkRound(round: ParsedRound, file: string, places: readonly Place[]): ParsedRound {
  const { parcels } = round;
  if (parcels.length === 0) throw new DepotError(DepotFault.RoundEmpty, `${file}: the round has no parcels`);
  const seen = new Map<string, Place>();
  parcels.forEach(({ tracking }, at) => {
    const first = seen.get(tracking);
    const place = places[at] ?? file;
    if (first !== undefined) {
      throw new DepotError(DepotFault.RoundDuplicate, `${place}: parcel ${tracking} stands in ${first} already`);
    }
    seen.set(tracking, place);
  });
  if (parcels.length > MANIFEST_PARCELS_MAX) {
    const text = `${file}: ${parcels.length} parcels; a round has at most ${MANIFEST_PARCELS_MAX}`;
    throw new DepotError(DepotFault.RoundTooLarge, text);
  }
  return round;
}

/**
 * Checks a day as it stands in a file.
 * @throws DepotError 908 naming the place
 */
export function parseDayAt(text: string, place: Place): number {
  try {
    return parseDay(text);
  } catch {
    throw wrong(place, `"${text}" is not a day; write YYYY-MM-DD`);
  }
}

/**
 * A round's name as the handheld shows it: ISO 8859-1, at most 16 characters.
 * @param wished what the person who imports said
 * @param own what the file says, or is called
 * @throws DepotError 901 when the wish is empty, 905 when the file's own name is
 */
export function roundName(wished: string | undefined, own: string, file: string): string {
  const name = addressLine((wished ?? own).slice(0, ADDRESS_MAX))
    .slice(0, ROUND_NAME_BYTES)
    .trim();
  if (name !== "") return name;
  if (wished !== undefined) throw new DepotError(DepotFault.Usage, "the round's name is empty");
  throw new DepotError(DepotFault.RoundFile, `${file}: the round has no name; give --round`);
}
