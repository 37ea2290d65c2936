// Why a parcel is not delivered: one key for the list, one for the reason. Entered from a parcel or a verdict; left by
// choosing or by BACK.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import type { Parcel } from "../manifest/manifest.ts";
import { noteParcel } from "./handover.screen.ts";
import type { Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS } from "./screen.ts";
import { reasonText } from "./texts.ts";

function reasonLines(): string[] {
  const lines: string[] = [];
  for (let reason = 1; reason <= 4; reason++) {
    lines.push(
      (reason + " " + reasonText(reason) + "          ").slice(0, 12) + (reason + 4) + " " + reasonText(reason + 4),
    );
  }
  return lines;
}

/** The list of reasons. */
export function reasonScreen(shell: Shell, parcel: Parcel): Screen {
  return {
    view: () => ({ title: "WHY NOT?", big: "", lines: reasonLines(), hint: "1-8  BACK", tone: Tone.Tick }),
    key: (key) => {
      if (key >= Reason.NotHome && key <= Reason.Other) {
        noteParcel(shell, parcel, RecordType.NotDelivered, key, reasonText(key), Tone.Attention);
      }
      if (key === Key.Back) shell.home();
    },
    takesScans: false,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}
