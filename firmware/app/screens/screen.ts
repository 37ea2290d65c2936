// What a screen is, and what it may ask of the handheld. One file a screen; leaving a screen forgets everything it held.
import type { Board } from "../../../hal/contract/board.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import type { Day } from "../day.ts";
import type { DoorCheck } from "../door/door-check.ts";
import type { Verdict } from "../door/verdict.ts";
import type { Parcel } from "../manifest/manifest.ts";
import type { Release } from "../door/release.ts";
import type { Recorder } from "../records.ts";
import type { SyncScheduler } from "../sync/sync-scheduler.ts";
import type { View } from "./view.ts";

/** One screen. */
export interface Screen {
  view(): View;
  key(key: number): void;
  /** True where a scan may interrupt: the next parcel is then shown. */
  takesScans: boolean;
  /** Back to idle after so long without a key; 0 stays. */
  timeout_ms: number;
  /** Keys are ignored for so long after opening, so that a key meant for the screen before does no harm. */
  guard_ms: number;
}

/** The services of the active day. */
export interface DayServices {
  day: Day;
  door: DoorCheck;
  release: Release;
  recorder: Recorder;
}

/** The handheld as screens see it. */
export interface Shell {
  board: Board;
  time: TrustedTime;
  /** Undefined while no manifest is active. */
  services(): DayServices | undefined;
  /** Undefined while there is no key. */
  scheduler(): SyncScheduler | undefined;
  /** Whether this handheld has a key. */
  isProvisioned(): boolean;
  show(screen: Screen): void;
  /** Draws the current screen again. */
  redraw(): void;
  /** Back to idle. */
  home(): void;
  /** A label was read or keyed in. */
  lookUp(label: string): void;
  /** @param parcel undefined when the label is not on this round */
  showVerdict(parcel: Parcel | undefined, verdict: Verdict): void;
}

/** Time without a key after which a screen gives way to idle. */
export const SCREEN_TIMEOUT_MS = 120000;
/** A verdict ignores keys for this long: six hasty digits and an OK too many must not confirm a handover. */
export const VERDICT_GUARD_MS = 400;
