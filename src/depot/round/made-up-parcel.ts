// What the JSON shape of the routing data set does not hold is made up here, always the same from the package's id: a
// label in a real family's form, a value, an address line. For trials and tests only; no real person or door is in it.
import type { Hash } from "../../shared/crypto/hash.ts";
import { expectedCheckDigit, trackingFamily } from "../../shared/tracking-number.ts";
import { latin1Bytes, readU32 } from "../../shared/wire/bytes.ts";

/** One parcel in so many is worth a code. */
const ONE_DEAR_IN = 4;

/** The number with the check digit of its family at `at`. */
function checked(number: string, at: number): string {
  return number.slice(0, at) + expectedCheckDigit(number, trackingFamily(number)) + number.slice(at + 1);
}

type Label = (digits: string) => string;

const amazon: Label = (digits) => `TBA${digits.slice(0, 12)}`;

/** Makers of labels; the commonest one twice more. */
const LABELS: readonly Label[] = [
  amazon,
  amazon,
  amazon,
  (digits) => checked(`RR${digits.slice(0, 8)}0IT`, 10),
  (digits) => checked(`00${digits.slice(0, 17)}0`, 19),
  (digits) => checked(`${digits.slice(0, 11)}0`, 11),
  (digits) => checked(`${digits.slice(0, 9)}0`, 9),
  (digits) => `JD${digits.slice(0, 16)}`,
];

const STREETS = ["Birch Lane", "Mill Road", "Station Street", "Church Walk", "High Street", "Orchard Close"];

function pick<T>(list: readonly [T, ...T[]] | readonly T[], number: number): T {
  const item = list[number % list.length];
  if (item === undefined) throw new RangeError("list: must not be empty");
  return item;
}

/** 20 decimal digits from a digest. */
function digitsOf(digest: Uint8Array): string {
  const halves = [8, 12].map((at) => String(readU32(digest, at)).padStart(10, "0"));
  return halves.join("");
}

/**
 * A label and a value for a package.
 * @param threshold_cents one in four is worth this or more, the others less
 */
export function madeUpParcel(
  hash: Hash,
  packageId: string,
  threshold_cents: number,
): { tracking: string; value_cents: number } {
  const digest = hash.sha256(latin1Bytes(`parcel ${packageId}`));
  const isDear = readU32(digest, 0) % ONE_DEAR_IN === 0;
  const cheap_cents = Math.max(threshold_cents, 1);
  const some = readU32(digest, 16);
  return {
    tracking: pick(LABELS, readU32(digest, 4))(digitsOf(digest)),
    value_cents: isDear ? threshold_cents + (some % 90_000) : some % cheap_cents,
  };
}

/** A door for a stop: the same for all its packages. */
export function madeUpAddress(hash: Hash, stop: string, zone: string | undefined): string {
  const digest = hash.sha256(latin1Bytes(`stop ${stop} ${zone ?? ""}`));
  const house = 1 + (readU32(digest, 0) % 120);
  return `${house} ${pick(STREETS, readU32(digest, 4))} (${zone ?? "-"} ${stop})`;
}
