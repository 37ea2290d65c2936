// Draws a view on any display, from its data alone: title bar, big text, lines, hint.
import type { Display } from "../../../hal/contract/display.ts";
import { TextSize } from "../../../hal/contract/display.ts";
import { COLUMNS, type View } from "./view.ts";

const LINE_PIXELS = 8;
const COLUMN_PIXELS = 6;

/** Huge only where at most two lines stand below it. */
function sizeFor(text: string, lines: number): TextSize {
  return text.length > 10 ? TextSize.Small : text.length > 7 || lines > 2 ? TextSize.Large : TextSize.Huge;
}

/**
 * Draws and flips.
 * @param hint the view's hint, or empty while keys are ignored
 */
export function render(display: Display, view: View, hint: string): void {
  display.clear();
  display.bar(0, 0, display.width - 1, LINE_PIXELS - 1);
  display.text(0, 0, TextSize.Small, view.title.slice(0, COLUMNS), true);
  let y = LINE_PIXELS + 2;
  if (view.big !== "") {
    const size = sizeFor(view.big, view.lines.length);
    const left = (display.width - view.big.length * COLUMN_PIXELS * size) >> 1;
    display.text(left, y, size, view.big, false);
    y += size * LINE_PIXELS + 2;
  }
  const bottom = display.height - LINE_PIXELS;
  for (const line of view.lines) {
    if (y + LINE_PIXELS > bottom) break;
    display.text(0, y, TextSize.Small, line.slice(-COLUMNS), false);
    y += LINE_PIXELS;
  }
  display.text(0, bottom, TextSize.Small, hint.slice(0, COLUMNS), false);
  display.flip();
}
