// A made-up round for the demo: streets, labels and values from a seed, so that every run has the same one. Labels have
// the real families' forms and check digits. No real person, address or parcel is in it.
import { expectedCheckDigit, trackingFamily, TrackingFamily } from "../shared/tracking-number.ts";

/** One parcel of the sample. */
export interface SampleParcel {
  tracking: string;
  stop: number;
  address: string;
  value_cents: number;
  /** The sender asked for a code, whatever the value. */
  asksCode: boolean;
}

/** Size of a sample. */
export interface SampleSize {
  parcels: number;
  stops: number;
  /** One parcel in so many needs a code. */
  oneProtectedIn: number;
}

/** A van's day: 240 parcels, 150 stops, one parcel in four protected. */
export const SAMPLE_SIZE: SampleSize = { parcels: 240, stops: 150, oneProtectedIn: 4 };

const STREETS = [
  "Via dei Tigli",
  "Via del Mulino",
  "Via della Fontana",
  "Via San Rocco",
  "Via delle Rose",
  "Piazza del Mercato",
  "Via al Ponte",
  "Via della Stazione",
  "Vicolo del Forno",
  "Via delle Querce",
  "Via Belvedere",
  "Via della Libertà",
];

/** Uniform numbers from a seed: Lehmer's generator, modulus 2³¹ − 1, multiplier 48271. Never for secrets. */
function lehmer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

type Draw = (below: number) => number;

function digits(draw: Draw, count: number): string {
  return Array.from({ length: count }, () => draw(10)).join("");
}

/** The number with its check digit in place: `at` counts from the end, 1 is the last character. */
function checked(number: string, at: number): string {
  const digit = expectedCheckDigit(number, trackingFamily(number));
  return number.slice(0, number.length - at) + digit + number.slice(number.length - at + 1);
}

/** Makers of labels, the commonest first. */
const FAMILIES: readonly ((draw: Draw) => string)[] = [
  (draw) => `TBA${digits(draw, 12)}`,
  (draw) => checked(`RR${digits(draw, 8)}0IT`, 3),
  (draw) => checked(`00${digits(draw, 17)}0`, 1),
  (draw) => checked(`${digits(draw, 9)}0`, 1),
  (draw) => `JD${digits(draw, 16)}`,
  (draw) => checked(`${digits(draw, 11)}0`, 1),
];

/** A label that no earlier parcel has; a third are of the first family. */
function newLabel(draw: Draw, used: Set<string>): string {
  for (;;) {
    const family = FAMILIES[draw(3) === 0 ? 0 : draw(FAMILIES.length)];
    const label = family?.(draw) ?? "";
    if (used.has(label) || trackingFamily(label) === TrackingFamily.Unknown) continue;
    used.add(label);
    return label;
  }
}

/** The stop of each parcel: every stop has one, some have more. */
function stopsOf(draw: Draw, { parcels, stops }: SampleSize): number[] {
  const own = Array.from({ length: stops }, (_, i) => i + 1);
  const more = Array.from({ length: parcels - stops }, () => 1 + draw(stops));
  return [...own, ...more].sort((a, b) => a - b);
}

/**
 * Makes a round, ordered by stop.
 * @param threshold_cents the value from which the depot asks for a code by itself
 * @param seed 1…2³¹−2
 */
export function makeSampleRound(
  threshold_cents: number,
  size: SampleSize = SAMPLE_SIZE,
  seed = 20260824,
): SampleParcel[] {
  const draw = lehmer(seed);
  const used = new Set<string>();
  const addresses = Array.from(
    { length: size.stops },
    (_, i) => `${STREETS[Math.floor((i * STREETS.length) / size.stops)] ?? ""} ${1 + draw(90)}`,
  );
  return stopsOf(draw, size).map((stop, i) => {
    const isProtected = i % size.oneProtectedIn === size.oneProtectedIn - 2;
    const isDear = isProtected && draw(2) === 0;
    return {
      tracking: newLabel(draw, used),
      stop: stop,
      address: addresses[stop - 1] ?? "",
      value_cents: isDear ? threshold_cents + draw(90_000) : 500 + draw(threshold_cents - 600),
      asksCode: isProtected && !isDear,
    };
  });
}
