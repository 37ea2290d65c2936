// Idle: what is left, what waits, when it last went well, and the way to a parcel. Entered from everywhere; left by a
// scan or by keying a label in.
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { keyInScreen } from "./key-in.screen.ts";
import type { Screen, Shell } from "./screen.ts";
import { two, type View } from "./view.ts";

function clockText(shell: Shell, time_s: number): string {
  const services = shell.services();
  const offset_s = services ? services.day.manifest.header.utcOffset_min * 60 : 0;
  const minutes = Math.floor((time_s + offset_s) / 60) % 1440;
  return two(Math.floor(minutes / 60)) + ":" + two(minutes % 60);
}

function titleText(shell: Shell): string {
  const battery = shell.board.power.battery();
  const clock = shell.time.isKnown()
    ? clockText(shell, shell.time.now_s()) + (shell.time.estimated ? "?" : "")
    : "--:--";
  return "PAROLA  " + clock + (battery === 255 ? "" : "  " + battery + "%");
}

function syncLines(shell: Shell): string[] {
  const scheduler = shell.scheduler();
  if (!scheduler) return [];
  const good = scheduler.lastGood_s > 0 ? "Synced " + clockText(shell, scheduler.lastGood_s) : "Not synced yet";
  if (scheduler.lastFault === 0) return [good];
  return [good, "Failed " + clockText(shell, scheduler.lastFailure_s) + " F" + scheduler.lastFault];
}

function idleView(shell: Shell): View {
  const view: View = { title: titleText(shell), big: "", lines: [], hint: "SCAN  or MENU", tone: Tone.Silent };
  const services = shell.services();
  if (!shell.isProvisioned()) {
    view.lines = ["No key.", "Bring to the bench."];
    view.hint = "";
  } else if (!services) {
    view.lines = ["No manifest.", "Load at the dock."].concat(syncLines(shell));
    view.hint = "";
  } else {
    const left = services.day.manifest.header.parcels - services.recorder.handedOver();
    const waiting = services.recorder.waiting();
    const stopped = services.day.stopped;
    view.big = left + " left";
    view.lines = [waiting === 0 ? "All sent" : waiting + " waiting to sync"].concat(syncLines(shell));
    if (stopped !== 0) view.lines = ["STOPPED F" + stopped, "Bring to the depot."];
  }
  return view;
}

/** The idle screen. */
export function idleScreen(shell: Shell): Screen {
  return {
    view: () => idleView(shell),
    key: (key) => {
      if (key === Key.Menu && shell.services()) shell.show(keyInScreen(shell));
    },
    takesScans: true,
    timeout_ms: 0,
    guard_ms: 0,
  };
}
