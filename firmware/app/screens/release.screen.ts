// Release by phone: the challenge to read out, then the eight digits of the answer. Entered from a locked verdict; left by
// BACK, by the right answer, or when no answer is taken any more.
import { Tone } from "../../../hal/contract/sounder.ts";
import { RELEASE_DIGITS } from "../../../src/shared/crypto/release.ts";
import { type LockedThing, ReleaseResult } from "../door/release.ts";
import type { Parcel } from "../manifest/manifest.ts";
import { digitsEntry, EntryEvent } from "./digits-entry.ts";
import { noticeScreen } from "./handover.screen.ts";
import type { DayServices, Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS, VERDICT_GUARD_MS } from "./screen.ts";

function lockedThing(services: DayServices, parcel: Parcel, device: boolean): LockedThing {
  if (device) return { row: services.day.ledger.deviceRow, code: 0, parcel: 0, releasesKnown: 0 };
  const code = services.door.currentCode(parcel);
  return { row: code.row, code: code.id, parcel: parcel.id, releasesKnown: code.releasesKnown };
}

function grouped(digits: string): string {
  return digits.length > 4 ? digits.slice(0, 4) + " " + digits.slice(4) : digits;
}

function take(shell: Shell, services: DayServices, parcel: Parcel, thing: LockedThing, digits: string): string {
  switch (services.release.answer(thing, digits)) {
    case ReleaseResult.Opened:
      shell.lookUp(parcel.tracking);
      return "";
    case ReleaseResult.Wrong:
      return "Wrong answer";
    default:
      shell.show(noticeScreen(shell, "LOCKED", "Bring it to the depot", Tone.Locked));
      return "";
  }
}

/** @param device true for the whole device's lock, false for the parcel's code */
export function releaseScreen(shell: Shell, parcel: Parcel, device: boolean): Screen {
  const services = shell.services();
  const thing = services ? lockedThing(services, parcel, device) : undefined;
  const challenge = services && thing ? services.release.challenge(thing) : "";
  if (!services || !thing || challenge === "") {
    return noticeScreen(shell, "LOCKED", "No release left today", Tone.Locked);
  }
  const entry = digitsEntry(RELEASE_DIGITS);
  let complaint = "";
  return {
    view: () => ({
      title: device ? "RELEASE DEVICE" : "RELEASE " + parcel.tracking.slice(-13),
      big: "",
      lines: ["Tell the depot:", "   " + grouped(challenge), "Their answer:", "   " + grouped(entry.digits), complaint],
      hint: "OK check  BACK",
      tone: complaint === "" ? Tone.Silent : Tone.Bad,
    }),
    key: (key) => {
      const event = entry.press(key);
      complaint = "";
      if (event === EntryEvent.Left) return shell.home();
      if (event === EntryEvent.Confirmed) {
        if (entry.digits.length < RELEASE_DIGITS) complaint = "Eight digits, please";
        else {
          const digits = entry.digits;
          entry.digits = "";
          complaint = take(shell, services, parcel, thing, digits);
          if (complaint === "") return;
        }
      }
      shell.redraw();
    },
    takesScans: false,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: VERDICT_GUARD_MS,
  };
}
