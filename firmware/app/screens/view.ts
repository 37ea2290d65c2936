// A view: everything a screen wants to be seen and heard, as data. One renderer draws it; tests read it.
import type { Tone } from "../../../hal/contract/sounder.ts";
import type { Parcel } from "../manifest/manifest.ts";

/** What is on the display. */
export interface View {
  /** Top line, inverted; at most 21 characters. */
  title: string;
  /** Shown as large as it fits; at most 10 characters, or empty. */
  big: string;
  /** Small lines, at most 21 characters each; 2 below 7 large characters or fewer, else 3; 5 without `big`. */
  lines: string[];
  /** Bottom line: the keys that do something now. */
  hint: string;
  /** Played when the screen opens. */
  tone: Tone;
}

/** Columns of small text on the narrowest display. */
export const COLUMNS = 21;

/** Breaks text into lines of at most 21 characters, at spaces where there are any. */
export function wrap(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > COLUMNS) {
    let cut = rest.slice(0, COLUMNS + 1).lastIndexOf(" ");
    if (cut <= 0) cut = COLUMNS;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(rest[cut] === " " ? cut + 1 : cut);
  }
  lines.push(rest);
  return lines;
}

/** A number with at least two digits. */
export function two(value: number): string {
  return value < 10 ? "0" + value : "" + value;
}

/** The top line of a parcel's screens: where it goes, and how many go there. */
export function stopTitle(parcel: Parcel): string {
  return "STOP " + parcel.stop + (parcel.atStop > 1 ? "  " + parcel.atStop + " HERE" : "");
}

/** The view as plain text: title, big, lines, hint, joined by LF. */
export function viewText(view: View, hint: string): string {
  return [view.title, view.big].concat(view.lines).concat([hint]).join("\n");
}
