// Six digits at the door, shown large, correctable, confirmed by OK. Entered from a parcel; left by BACK on an empty
// entry, or by a verdict. The digits live in this screen alone and are gone with it.
import { Tone } from "../../../hal/contract/sounder.ts";
import { CODE_DIGITS } from "../../../src/shared/crypto/code-digest.ts";
import type { Parcel } from "../manifest/manifest.ts";
import { digitsEntry, EntryEvent, withBlanks } from "./digits-entry.ts";
import type { Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS } from "./screen.ts";
import { stopTitle } from "./view.ts";

function check(shell: Shell, parcel: Parcel, digits: string): void {
  const services = shell.services();
  if (!services) return shell.home();
  shell.showVerdict(parcel, services.door.tryCode(parcel, digits));
}

/** Entry of a delivery code. */
export function codeScreen(shell: Shell, parcel: Parcel, triesLeft: number): Screen {
  const entry = digitsEntry(CODE_DIGITS);
  let complaint = "";
  return {
    view: () => ({
      title: stopTitle(parcel),
      big: withBlanks(entry.digits, CODE_DIGITS),
      lines: [
        complaint === "" ? "Code from the buyer" : complaint,
        triesLeft + (triesLeft === 1 ? " try left" : " tries left"),
      ],
      hint: entry.digits.length === CODE_DIGITS ? "OK check  BACK fix" : "BACK fix",
      tone: complaint === "" ? Tone.Silent : Tone.Bad,
    }),
    key: (key) => {
      const event = entry.press(key);
      complaint = "";
      if (event === EntryEvent.Left) return shell.lookUp(parcel.tracking);
      if (event === EntryEvent.Confirmed) {
        if (entry.digits.length === CODE_DIGITS) {
          const digits = entry.digits;
          entry.digits = "";
          return check(shell, parcel, digits);
        }
        complaint = "Six digits, please";
      }
      shell.redraw();
    },
    takesScans: false,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}
