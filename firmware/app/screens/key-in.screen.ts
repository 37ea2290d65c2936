// Keying a label in: the digits of its number, all or the last four or more; several matches are chosen from a list.
// Entered from idle by MENU; left by BACK, by OK with one match, or by a scan.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { checkDigitHolds } from "../../../src/shared/tracking-number.ts";
import { verdict, VerdictKind } from "../door/verdict.ts";
import { type DigitsEntry, digitsEntry, EntryEvent } from "./digits-entry.ts";
import type { DayServices, Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS } from "./screen.ts";
import { COLUMNS } from "./view.ts";

const DIGITS_MIN = 4;
const DIGITS_MAX = 20;
const CHOICES_MAX = 4;

function digitsOf(text: string): string {
  let digits = "";
  for (let i = 0; i < text.length; i++) if (text[i] >= "0" && text[i] <= "9") digits += text[i];
  return digits;
}

/** Tracking numbers whose digits end in what was keyed, at most five. */
function matches(services: DayServices, keyed: string): string[] {
  const found: string[] = [];
  const manifest = services.day.manifest;
  for (let i = 0; i < manifest.header.parcels && found.length <= CHOICES_MAX; i++) {
    const tracking = manifest.parcel(i).tracking;
    const digits = digitsOf(tracking);
    if (digits.slice(-keyed.length) === keyed) found.push(tracking);
  }
  return found;
}

function search(shell: Shell, services: DayServices, keyed: string): string {
  const found = matches(services, keyed);
  if (found.length === 1) shell.lookUp(found[0]);
  else if (found.length > CHOICES_MAX) return "Too many: more digits";
  else if (found.length > 1) shell.show(chooseScreen(shell, found));
  else {
    const kind = checkDigitHolds(keyed) ? VerdictKind.NotOnRound : VerdictKind.WrongCheckDigit;
    shell.showVerdict(undefined, verdict(kind));
  }
  return "";
}

function confirm(shell: Shell, entry: DigitsEntry): string {
  const services = shell.services();
  if (!services) return "";
  return entry.digits.length < DIGITS_MIN ? "At least 4 digits" : search(shell, services, entry.digits);
}

/** Entry of a label's digits. */
export function keyInScreen(shell: Shell): Screen {
  const entry = digitsEntry(DIGITS_MAX);
  let complaint = "";
  return {
    view: () => ({
      title: "KEY IN THE LABEL",
      big: entry.digits.length <= 10 ? entry.digits : "",
      lines: [entry.digits.length > 10 ? entry.digits : "Last 4 digits or more", complaint],
      hint: "OK find  BACK",
      tone: complaint === "" ? Tone.Silent : Tone.Bad,
    }),
    key: (key) => {
      const event = entry.press(key);
      complaint = "";
      if (event === EntryEvent.Left) return shell.home();
      if (event === EntryEvent.Confirmed) {
        complaint = confirm(shell, entry);
        if (complaint === "") return;
      }
      shell.redraw();
    },
    takesScans: true,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}

/** A list to choose from; entered when several labels match. */
function chooseScreen(shell: Shell, found: string[]): Screen {
  return {
    view: () => ({
      title: "WHICH ONE?",
      big: "",
      lines: found.map((tracking, i) => i + 1 + " " + tracking.slice(2 - COLUMNS)),
      hint: "1-" + found.length + "  BACK",
      tone: Tone.Tick,
    }),
    key: (key) => {
      if (key >= 1 && key <= found.length) shell.lookUp(found[key - 1]);
      if (key === Key.Back) shell.home();
    },
    takesScans: true,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}
