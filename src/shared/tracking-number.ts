// Tracking numbers as labels carry them: normalised form, lookup key, and the check digits of the families that
// have one (UPU S10, SSCC-18, DHL Express, FedEx 12). Source: UPU S10-12, GS1 General Specifications §7.9, carriers'
// label guides. A number of an unknown family has no check digit and is looked up as it is.
import { latin1Bytes } from "./wire/bytes.ts";
import { TRACKING_MAX } from "./wire/manifest.ts";
import type { Hash } from "./crypto/hash.ts";

/** Families that are told apart. */
export const enum TrackingFamily {
  Unknown = 0,
  Amazon = 1,
  S10 = 2,
  Sscc = 3,
  DhlExpress = 4,
  Yodel = 5,
  Fedex12 = 6,
}

/** Whether there is text, and all of it lies between two characters. */
function isAllWithin(text: string, first: number, last: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < first || text.charCodeAt(i) > last) return false;
  return text.length > 0;
}

function isDigits(text: string): boolean {
  return isAllWithin(text, 48, 57);
}

function isLetters(text: string): boolean {
  return isAllWithin(text, 65, 90);
}

/**
 * Upper case, letters and digits of ASCII only: spaces, dashes and the control characters of scanners fall away.
 * `toUpperCase` is not used: it would turn "ß" into "SS" at the depot, and not on the handheld.
 * @returns at most 35 characters; a manifest holds at most 34, so longer input is never found
 */
export function normaliseTracking(text: string): string {
  let out = "";
  for (let i = 0; i < text.length && out.length <= TRACKING_MAX; i++) {
    let c = text.charCodeAt(i);
    if (c >= 97 && c <= 122) c -= 32;
    if ((c >= 48 && c <= 57) || (c >= 65 && c <= 90)) out += String.fromCharCode(c);
  }
  return out;
}

/** Which family a normalised number belongs to. */
export function trackingFamily(number: string): TrackingFamily {
  const n = number.length;
  const head = number.slice(0, 3);
  if (n === 15 && (head === "TBA" || head === "TBC" || head === "TBM") && isDigits(number.slice(3))) {
    return TrackingFamily.Amazon;
  }
  if (n === 13 && isLetters(number.slice(0, 2)) && isDigits(number.slice(2, 11)) && isLetters(number.slice(11))) {
    return TrackingFamily.S10;
  }
  if (n === 18 && number.slice(0, 2) === "JD" && isDigits(number.slice(2))) return TrackingFamily.Yodel;
  if (n === 19 && number.slice(0, 3) === "JJD" && isDigits(number.slice(3))) return TrackingFamily.Yodel;
  if (!isDigits(number)) return TrackingFamily.Unknown;
  if (n === 20 && number.slice(0, 2) === "00") return TrackingFamily.Sscc;
  if (n === 12) return TrackingFamily.Fedex12;
  if (n === 10) return TrackingFamily.DhlExpress;
  return TrackingFamily.Unknown;
}

function weighted(digits: string, weights: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += +digits[i] * +weights[i % weights.length];
  return sum;
}

/** UPU S10: weights 8 6 4 2 3 5 9 7, 11 − sum mod 11, with 10 → 0 and 11 → 5. */
function s10Check(eight: string): number {
  const check = 11 - (weighted(eight, "86423597") % 11);
  return check === 10 ? 0 : check === 11 ? 5 : check;
}

/** GS1: weights 3 1 3 1 … from the left of 17 digits, modulo 10. */
function ssccCheck(seventeen: string): number {
  return (10 - (weighted(seventeen, "31") % 10)) % 10;
}

function modulo(digits: string, divisor: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + +digits[i]) % divisor;
  return rest;
}

/**
 * The check digit that a number of a family ought to end in; −1 where the family has none.
 * @param number normalised, of that family
 */
export function expectedCheckDigit(number: string, family: TrackingFamily): number {
  switch (family) {
    case TrackingFamily.S10:
      return s10Check(number.slice(2, 10));
    case TrackingFamily.Sscc:
      return ssccCheck(number.slice(2, 19));
    case TrackingFamily.DhlExpress:
      return modulo(number.slice(0, 9), 7);
    case TrackingFamily.Fedex12:
      return (weighted(number.slice(0, 11), "31731731731") % 11) % 10;
    default:
      return -1;
  }
}

/** Whether a normalised number's check digit is right, or its family has none. */
export function checkDigitHolds(number: string): boolean {
  const family = trackingFamily(number);
  const expected = expectedCheckDigit(number, family);
  if (expected < 0) return true;
  return +number[family === TrackingFamily.S10 ? 10 : number.length - 1] === expected;
}

/** Lookup key of a normalised number in the manifest: its CRC-32. */
export function trackingKey(hash: Hash, number: string): number {
  return hash.crc32(latin1Bytes(number));
}
