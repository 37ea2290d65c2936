// Where a bundle begins: the board's parts are handed to the app, which then runs until the power goes.
import type { Board } from "../hal/contract/board.ts";
import { Handheld } from "./app/handheld.ts";

/** Starts the firmware on a board. */
export function start(board: Board): void {
  new Handheld(board).start();
}
