// The depot's settings: where it is, what is worth a code, and the policy that manifests carry. No secrets in here.
import { DEFAULT_TAG_BITS } from "../shared/crypto/code-digest.ts";
import { isTimeZone } from "./calendar.ts";
import { DepotError } from "./depot-error.ts";
import { DepotFault } from "./faults.ts";

/** One depot's settings. */
export interface Settings {
  name: string;
  /** IANA name, for example `Europe/Rome`: decides when a delivery day starts and ends. */
  timeZone: string;
  /** From this value on a parcel needs a code, cents. */
  threshold_cents: number;
  /** Tries before a parcel locks. */
  triesPerCode: number;
  /** Tries without success before the handheld locks. */
  triesPerDevice: number;
  /** Wrong release answers before a lock stays shut. */
  wrongAnswersPerLock: number;
  /** Releases a lock may have in one journal epoch. */
  releasesPerLock: number;
  /** Tag bits of codes issued from now on, DESIGN.md §3.1. */
  tagBits: number;
  /** Refuse codes while the handheld's clock is only estimated, instead of flagging them. */
  refuseEstimatedClock: boolean;
  /** Of the handheld's screens: two lower-case letters, ISO 639-1. */
  language: string;
}

/** What `parola init` starts from. */
export const DEFAULT_SETTINGS: Settings = {
  name: "Depot",
  timeZone: "UTC",
  threshold_cents: 100_00,
  triesPerCode: 3,
  triesPerDevice: 15,
  wrongAnswersPerLock: 5,
  releasesPerLock: 2,
  tagBits: DEFAULT_TAG_BITS,
  refuseEstimatedClock: false,
  language: "en",
};

type NumberName = {
  [K in keyof Settings]: Settings[K] extends number ? K : never;
}[keyof Settings];

/** Least and greatest value of each number. Tag bits below 8 let impostors pass, above 16 betray the code to a dump. */
const RANGES: readonly (readonly [name: NumberName, least: number, greatest: number])[] = [
  ["threshold_cents", 0, 999_999_999],
  ["triesPerCode", 1, 9],
  ["triesPerDevice", 1, 99],
  ["wrongAnswersPerLock", 1, 9],
  ["releasesPerLock", 0, 2],
  ["tagBits", 8, 16],
];

/**
 * Returns the settings when all of them are in range.
 * @throws DepotError 904 naming the one that is not
 */
export function checkSettings(settings: Settings): Settings {
  if (settings.name.trim() === "") throw new DepotError(DepotFault.Settings, "name: must not be empty");
  if (!isTimeZone(settings.timeZone)) {
    throw new DepotError(DepotFault.Settings, `timeZone: "${settings.timeZone}" is no IANA time zone`);
  }
  for (const [name, least, greatest] of RANGES) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < least || value > greatest) {
      throw new DepotError(DepotFault.Settings, `${name}: ${value} is not a whole number ${least}…${greatest}`);
    }
  }
  if (!/^[a-z]{2}$/.test(settings.language)) {
    throw new DepotError(DepotFault.Settings, `language: "${settings.language}" is not two lower-case letters`);
  }
  return settings;
}
