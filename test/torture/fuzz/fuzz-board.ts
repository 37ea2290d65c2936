// A simulated board whose flash lies in memory and whose hash is Node's: everything else as in unit tests.
import type { Board } from "../../../hal/contract/board.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import { TestHost } from "../../support/test-host.ts";
import { NOON_S } from "../../support/test-round.ts";
import { fastHash } from "./fast-hash.ts";
import { MemoryFlash } from "./memory-flash.ts";

/** A board and what a fuzz target does to it. */
export interface FuzzBoard {
  host: TestHost;
  board: Board;
  flash: MemoryFlash;
}

/** Makes a board; its clock stands at noon of the test's day. */
export function fuzzBoard(flash = new MemoryFlash()): FuzzBoard {
  const host = new TestHost(new Uint8Array(0));
  host.setClock(NOON_S);
  const board = simBoard(host, fastHash, 512);
  board.flash = flash;
  return { host, board, flash };
}
