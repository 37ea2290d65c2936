// A view: everything a screen wants to be seen and heard, as data. One renderer draws it; tests read it.
import type { Tone } from "../../../hal/contract/sounder.ts";
import type { Parcel } from "../manifest/manifest.ts";

/** What is on the display. */
export interface View {
  /** Top line, inverted; at most 21 characters. */
  title: string;
  /** Shown as large as it fits; at most 10 characters, or empty. */
  big: string;
  /** Small lines, at most 3 below `big`, 5 without; of one longer than 21 characters (a label) the end is shown. */
  lines: string[];
  /** Bottom line: the keys that do something now. */
  hint: string;
  /** Played when the screen opens. */
  tone: Tone;
}

/** Columns of small text on the narrowest display. */
export const COLUMNS = 21;

/** Breaks an address line (at most 40 characters) into two lines, at a space where the rest still fits behind it. */
export function wrap(text: string): string[] {
  if (text.length <= COLUMNS) return [text];
  let cut = text.slice(0, COLUMNS + 1).lastIndexOf(" ");
  if (text.length - cut - 1 > COLUMNS) cut = COLUMNS;
  return [text.slice(0, cut), text.slice(text[cut] === " " ? cut + 1 : cut)];
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
