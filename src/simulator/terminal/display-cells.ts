// The simulated display as terminal text: 8 rows of 21 columns, large text drawn large, lit bars as inverse blanks.
// It draws what the firmware drew, nothing of its own.
import type { DrawStep } from "../../../hal/sim/host.ts";
import { CELL_HEIGHT_PX, CELL_WIDTH_PX, placeOf, SCREEN_COLUMNS, SCREEN_ROWS } from "../display-text.ts";
import { styled, type Style } from "./ansi.ts";
import { bigGlyph } from "./big-glyphs.ts";

interface Cell {
  character: string;
  style: Style;
}

type Grid = Cell[][];

function put(grid: Grid, row: number, column: number, character: string, style: Style): void {
  const cells = grid[row];
  if (cells?.[column] !== undefined) cells[column] = { character, style };
}

function drawBar(grid: Grid, step: DrawStep): void {
  const bottom = Math.ceil((step.y2 + 1) / CELL_HEIGHT_PX);
  // The display is two pixels wider than its 21 columns.
  const right = Math.round((step.x2 + 1) / CELL_WIDTH_PX);
  for (let row = Math.floor(step.y / CELL_HEIGHT_PX); row < bottom; row++) {
    for (let column = Math.round(step.x / CELL_WIDTH_PX); column < right; column++) {
      put(grid, row, column, " ", "inverse");
    }
  }
}

function drawText(grid: Grid, step: DrawStep): void {
  const place = placeOf(step);
  const style = step.inverted ? "inverse" : place.scale > 1 ? "bold" : "plain";
  [...step.text].forEach((character, i) => {
    const column = place.column + i * place.scale;
    if (place.scale < 3) put(grid, place.row, column, character, style);
    else drawBig(grid, place.row, column, character, style);
  });
}

function drawBig(grid: Grid, row: number, column: number, character: string, style: Style): void {
  bigGlyph(character).forEach((line, y) => {
    [...line].forEach((part, x) => put(grid, row + y, column + x, part, style));
  });
}

/** One row, with the control sequences of its runs of equal style. */
function paintRow(cells: readonly Cell[]): string {
  let painted = "";
  let run = "";
  let style: Style = "plain";
  for (const cell of cells) {
    if (cell.style !== style) {
      painted += styled(style, run);
      run = "";
      style = cell.style;
    }
    run += cell.character;
  }
  return painted + styled(style, run);
}

/** Eight rows, each exactly 21 columns wide on the terminal. */
export function displayRows(steps: readonly DrawStep[]): string[] {
  const blank = (): Cell => ({ character: " ", style: "plain" });
  const grid: Grid = Array.from({ length: SCREEN_ROWS }, () => Array.from({ length: SCREEN_COLUMNS }, blank));
  for (const step of steps) {
    if (step.kind === "bar") drawBar(grid, step);
    else drawText(grid, step);
  }
  return grid.map(paintRow);
}
