// Handing over, and taking a handover back: each a record of its own, nothing is ever erased. Entered from a parcel or
// an accepted verdict; the confirmation gives way to idle by any key.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { ParcelFlag } from "../../../src/shared/wire/manifest.ts";
import { verdict, VerdictKind } from "../door/verdict.ts";
import type { Parcel } from "../manifest/manifest.ts";
import type { Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS } from "./screen.ts";

const NOTICE_MS = 4000;

/** A short message; any key, a scan or a few seconds lead to idle. */
export function noticeScreen(shell: Shell, big: string, line: string, tone: Tone): Screen {
  return {
    view: () => ({ title: "NOTED", big: big, lines: [line], hint: "OK", tone: tone }),
    key: () => shell.home(),
    takesScans: true,
    timeout_ms: NOTICE_MS,
    guard_ms: 0,
  };
}

/** Writes a record about a parcel and confirms it on screen, or shows the fault. */
export function noteParcel(
  shell: Shell,
  parcel: Parcel,
  type: RecordType,
  reason: number,
  big: string,
  tone: Tone,
  detail = 0,
): void {
  const services = shell.services();
  if (!services) return shell.home();
  const entry = { type: type, reason: reason, parcel: parcel.id, detail: detail };
  const fault = services.recorder.write(entry, parcel.index);
  if (fault === FaultNumber.None) return shell.show(noticeScreen(shell, big, parcel.tracking, tone));
  shell.showVerdict(parcel, verdict(VerdictKind.Stopped, fault));
}

/** The parcel leaves the courier's hands: only where its code was accepted, or none is needed. */
export function handOver(shell: Shell, parcel: Parcel): void {
  const services = shell.services();
  if (!services) return shell.home();
  const judged = services.door.judge(parcel);
  const isProtected = (parcel.flags & ParcelFlag.Protected) !== 0;
  if (judged.kind === (isProtected ? VerdictKind.AlreadyAccepted : VerdictKind.NoCodeNeeded)) {
    noteParcel(shell, parcel, RecordType.HandedOver, 0, "DONE", Tone.Good);
  } else shell.showVerdict(parcel, judged);
}

/** Asks before a handover is taken back; one of an earlier manifest is not this journal's to take back. */
export function takeBackScreen(shell: Shell, parcel: Parcel): Screen {
  const services = shell.services();
  const slot = services ? services.day.journal.handoverOf(parcel.id) : -1;
  if (slot < 0) return noticeScreen(shell, "NO", "Handed over earlier", Tone.Bad);
  return {
    view: () => ({
      title: "TAKE BACK?",
      big: "UNDO?",
      lines: [parcel.tracking, "Stays on record."],
      hint: "OK undo  BACK",
      tone: Tone.Attention,
    }),
    key: (key) => {
      if (key === Key.Enter) noteParcel(shell, parcel, RecordType.Reversed, 0, "UNDONE", Tone.Attention, slot);
      if (key === Key.Back) shell.home();
    },
    takesScans: true,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}
