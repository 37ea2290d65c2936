// A parcel at the door: stop, address, what to do. Entered by a scan when nothing stands in the way; left to the code,
// to "handed over" (no code needed), to the reasons, or by BACK.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { type Verdict, VerdictKind } from "../door/verdict.ts";
import type { Parcel } from "../manifest/manifest.ts";
import { codeScreen } from "./code.screen.ts";
import { handOver } from "./handover.screen.ts";
import { reasonScreen } from "./reason.screen.ts";
import type { Screen, Shell } from "./screen.ts";
import { SCREEN_TIMEOUT_MS } from "./screen.ts";
import { stopTitle, wrap } from "./view.ts";

/** @param judged AskCode or NoCodeNeeded */
export function parcelScreen(shell: Shell, parcel: Parcel, judged: Verdict): Screen {
  const asks = judged.kind === VerdictKind.AskCode;
  return {
    view: () => ({
      title: stopTitle(parcel),
      big: "",
      lines: [parcel.tracking]
        .concat(wrap(parcel.address))
        .concat(asks ? ["Ask for the code", "at the door."] : ["No code needed."]),
      hint: asks ? "OK code  REASON" : "OK handed over REASON",
      tone: Tone.Good,
    }),
    key: (key) => {
      if (key === Key.Enter) {
        if (asks) shell.show(codeScreen(shell, parcel, judged.number));
        else handOver(shell, parcel);
      }
      if (key === Key.Reason) shell.show(reasonScreen(shell, parcel));
      if (key === Key.Back) shell.home();
    },
    takesScans: true,
    timeout_ms: SCREEN_TIMEOUT_MS,
    guard_ms: 0,
  };
}
