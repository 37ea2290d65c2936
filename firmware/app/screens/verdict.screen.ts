// A verdict in words, tone and light, and the one or two ways on from it. Entered by a check or a scan; every verdict can
// be left by BACK. Keys pressed before it is drawn do nothing.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { type Verdict, VerdictKind } from "../door/verdict.ts";
import type { Parcel } from "../manifest/manifest.ts";
import { handOver, takeBackScreen } from "./handover.screen.ts";
import { reasonScreen } from "./reason.screen.ts";
import { releaseScreen } from "./release.screen.ts";
import type { Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS, VERDICT_GUARD_MS } from "./screen.ts";
import { dayText } from "./texts.ts";
import type { View } from "./view.ts";

function words(title: string, big: string, lines: string[], hint: string, tone: Tone): View {
  return { title: title, big: big, lines: lines, hint: hint, tone: tone };
}

function notToday(day: number): View {
  const lines = day === 0 ? ["This round is not", "valid now."] : ["The code is for", dayText(day) + "."];
  return words("NOT TODAY", "NO", lines, "BACK", Tone.Bad);
}

/** What the courier reads. */
function verdictView(verdict: Verdict): View {
  switch (verdict.kind) {
    case VerdictKind.Accepted:
      return words("ACCEPTED", "YES", ["Code is right.", "Hand over, then OK."], "OK handed over", Tone.Good);
    case VerdictKind.Wrong: {
      const left = verdict.number === 1 ? "1 try left." : verdict.number + " tries left.";
      return words("WRONG CODE", "WRONG", ["Keep the parcel.", left], "OK again  REASON", Tone.Bad);
    }
    case VerdictKind.Locked:
      return words(
        "LOCKED",
        "LOCKED",
        ["Too many wrong codes.", "Depot can release it."],
        "OK release  REASON",
        Tone.Locked,
      );
    case VerdictKind.DeviceLocked:
      return words(
        "DEVICE LOCKED",
        "LOCKED",
        ["Too many tries today.", "Call the depot."],
        "OK release  REASON",
        Tone.Locked,
      );
    case VerdictKind.AlreadyAccepted:
      return words(
        "ALREADY ACCEPTED",
        "YES",
        ["Code was accepted.", "Hand over, then OK."],
        "OK handed over",
        Tone.Attention,
      );
    case VerdictKind.AlreadyHandedOver:
      return words("ALREADY HANDED OVER", "DONE", ["Nothing to do."], "BACK  REASON undo", Tone.Attention);
    case VerdictKind.CodeReplaced:
      return words("CODE REPLACED", "NO", ["The depot made a new", "code. Keep parcel."], "BACK  REASON", Tone.Bad);
    case VerdictKind.NotToday:
      return notToday(verdict.number);
    case VerdictKind.NotOnRound:
      return words("NOT ON THIS ROUND", "NO", ["Not in the manifest."], "BACK", Tone.Bad);
    case VerdictKind.WrongCheckDigit:
      return words("WRONG CHECK DIGIT", "AGAIN", ["Label misread.", "Scan or key again."], "BACK", Tone.Bad);
    case VerdictKind.JournalNearlyFull:
      return words("MEMORY NEARLY FULL", "FULL", ["No more codes now.", "Sync at the depot."], "BACK", Tone.Locked);
    case VerdictKind.ClockUnset:
      return words("CLOCK NOT SET", "NO", ["Sync to set it."], "BACK", Tone.Bad);
    default:
      return words("FAULT", "F" + verdict.number, ["Stop. Bring it to", "the depot."], "BACK", Tone.Locked);
  }
}

/** What OK and REASON lead to. */
function go(shell: Shell, parcel: Parcel, verdict: Verdict, key: number): void {
  const kind = verdict.kind;
  const locked = kind === VerdictKind.Locked || kind === VerdictKind.DeviceLocked;
  const accepted = kind === VerdictKind.Accepted || kind === VerdictKind.AlreadyAccepted;
  if (key === Key.Enter) {
    if (accepted) handOver(shell, parcel);
    else if (kind === VerdictKind.Wrong) shell.lookUp(parcel.tracking);
    else if (locked) shell.show(releaseScreen(shell, parcel, kind === VerdictKind.DeviceLocked));
  } else if (key === Key.Reason) {
    if (kind === VerdictKind.AlreadyHandedOver) shell.show(takeBackScreen(shell, parcel));
    else if (locked || kind === VerdictKind.Wrong || kind === VerdictKind.CodeReplaced) {
      shell.show(reasonScreen(shell, parcel));
    }
  }
}

/** @param parcel undefined when the label is not on this round */
export function verdictScreen(shell: Shell, parcel: Parcel | undefined, verdict: Verdict): Screen {
  const view = verdictView(verdict);
  if (parcel && view.lines.length < 3 && view.big.length > 7) view.lines.push(parcel.tracking);
  return {
    view: () => view,
    key: (key) => {
      if (key === Key.Back) shell.home();
      else if (parcel) go(shell, parcel, verdict, key);
    },
    takesScans: verdict.kind !== VerdictKind.Accepted,
    timeout_ms: verdict.kind === VerdictKind.Accepted ? 0 : SCREEN_TIMEOUT_MS,
    guard_ms: VERDICT_GUARD_MS,
  };
}
