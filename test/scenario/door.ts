// A handheld at the door, as the scenario uses it: the simulated one and the one on the real interpreter look the same.
import { Key } from "../../hal/contract/keypad.ts";

/** Keys, labels, screen, radio and battery of one handheld. */
export interface Door {
  press(key: number): Promise<void>;
  type(digits: string): Promise<void>;
  /** A label, its text and CR. */
  scan(label: string): Promise<void>;
  /** Raw text into the scanner's line. */
  scanRaw(raw: string): Promise<void>;
  /** The view's lines: title, big text, lines, hint. */
  screen(): Promise<string[]>;
  link(up: boolean): Promise<void>;
  /** Takes the battery out, and puts it back. */
  cutPower(): Promise<void>;
}

const LIMIT_MS = 60_000;
const POLL_MS = 10;

/** Polls until something holds. @throws Error naming it when it never does */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Polls the screen until it shows a text. @throws Error with the screen when it never does */
export async function until(door: Door, text: string | RegExp): Promise<string[]> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const screen = await door.screen();
    const shown = screen.join("\n");
    if (typeof text === "string" ? shown.includes(text) : text.test(shown)) return screen;
    if (Date.now() > deadline) throw new Error(`the screen never showed ${String(text)}; it shows:\n${shown}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Waits until keys are taken again, which the hint line shows. */
export async function untilKeysCount(door: Door): Promise<string[]> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const screen = await door.screen();
    if (screen.at(-1) !== "") return screen;
    if (Date.now() > deadline) throw new Error(`no key is ever taken on:\n${screen.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Scans a parcel and waits for what is said of it. @param shows a pattern */
export async function scanned(door: Door, tracking: string, shows: string): Promise<string[]> {
  await door.scan(tracking);
  await until(door, new RegExp(shows));
  return untilKeysCount(door);
}

/** Scans, opens the entry, types six digits, confirms; returns the verdict's screen. */
export async function tryCode(door: Door, tracking: string, digits: string): Promise<string[]> {
  await scanned(door, tracking, tracking);
  await door.press(Key.Enter);
  await until(door, "______");
  await door.type(digits);
  await door.press(Key.Enter);
  return untilKeysCount(door);
}

/** Back to idle. */
export async function leave(door: Door): Promise<void> {
  for (let presses = 0; presses < 12; presses++) {
    const screen = await untilKeysCount(door);
    if (screen[0]?.startsWith("PAROLA")) return;
    await door.press(Key.Back);
  }
  throw new Error(`a screen cannot be left: ${(await door.screen()).join(" / ")}`);
}
