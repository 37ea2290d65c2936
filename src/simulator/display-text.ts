// The simulated display as plain text: 8 rows of 21 columns, one for each 6 × 8 pixels. For tests and printed days;
// it draws nothing enlarged, large text stands in the middle of the place it takes.
import type { DrawStep } from "../../hal/sim/host.ts";

export const SCREEN_COLUMNS = 21;
export const SCREEN_ROWS = 8;
/** Pixels of one character of size 1. */
export const CELL_WIDTH_PX = 6;
export const CELL_HEIGHT_PX = 8;

/** Where a text step lies in the grid of cells. */
export interface TextPlace {
  row: number;
  column: number;
  /** Cells that each character is wide and high. */
  scale: number;
}

/** The place of a text step: the cell its upper left corner is nearest to. */
export function placeOf(step: DrawStep): TextPlace {
  return {
    row: Math.round(step.y / CELL_HEIGHT_PX),
    column: Math.round(step.x / CELL_WIDTH_PX),
    scale: step.size,
  };
}

/** Row and column where a text step is written in plain text. */
function plainPlace(step: DrawStep): { row: number; column: number } {
  const place = placeOf(step);
  const spare = step.text.length * (place.scale - 1);
  return { row: place.row + (place.scale === 3 ? 1 : 0), column: place.column + (spare >> 1) };
}

/**
 * Renders drawing steps as text. Bars are not drawn: they decorate, and say nothing that no text says.
 * @returns eight lines without trailing blanks
 */
export function screenLines(steps: readonly DrawStep[]): string[] {
  const rows = Array.from({ length: SCREEN_ROWS }, () => new Array<string>(SCREEN_COLUMNS).fill(" "));
  for (const step of steps) {
    if (step.kind !== "text") continue;
    const { row, column } = plainPlace(step);
    [...step.text].forEach((character, i) => {
      if (rows[row]?.[column + i] !== undefined) rows[row][column + i] = character;
    });
  }
  return rows.map((row) => row.join("").trimEnd());
}
