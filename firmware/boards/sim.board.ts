// The simulated board: every part comes from the program that runs the bundle and lends it the global `host`.
import type { Board, BoardBudget } from "../../hal/contract/board.ts";
import { NobleHash } from "../../hal/portable/noble-hash.ts";
import type { SimHost } from "../../hal/sim/host.ts";
import { simBoard } from "../../hal/sim/sim-board.ts";

declare const host: SimHost;

/** As the linux board, but the bundle carries @noble/hashes. */
export const budget: BoardBudget = {
  bundle_bytes: 61440,
  variables_idle: 5200,
  variables_peak: 6500,
  storage_bytes: 262144,
  storage_start: 0,
  page_bytes: 1024,
  slot_bytes: 61440,
  parcels: 304,
};

/** Makes the board. */
export function createBoard(): Board {
  return simBoard(host, new NobleHash(), budget.parcels);
}
