// The handheld's sixteen keys on a computer's keyboard. Numbers: hal/contract/keypad.ts.
import type { KeyEvent } from "./key-events.ts";

export const ENTER_KEY = 10;
export const BACK_KEY = 11;
const UP_KEY = 12;
const DOWN_KEY = 13;
export const MENU_KEY = 14;
export const REASON_KEY = 15;

/** The handheld's key for a key of the keyboard; undefined when it is none of the handheld's. */
export function handheldKey(event: KeyEvent): number | undefined {
  switch (event.kind) {
    case "enter":
      return ENTER_KEY;
    case "back":
      return BACK_KEY;
    case "up":
      return UP_KEY;
    case "down":
      return DOWN_KEY;
    case "character":
      if (/^\d$/.test(event.character)) return Number(event.character);
      return { m: MENU_KEY, r: REASON_KEY }[event.character];
    default:
      return undefined;
  }
}

/** A wrong code one digit away from the right one: never accepted by chance, since no near miss shares its tag. */
export function wrongCode(code: string): string {
  return code.slice(0, -1) + ((Number(code.slice(-1)) + 1) % 10);
}

/** The challenge on the release screen: two groups of four digits; undefined when none is shown. */
export function shownChallenge(screen: readonly string[]): string | undefined {
  const digits = /Tell the depot:.*?(\d{4}) (\d{4})/.exec(screen.join(" "));
  return digits === null ? undefined : `${digits[1]}${digits[2]}`;
}
