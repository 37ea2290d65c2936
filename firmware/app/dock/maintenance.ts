// Maintenance and wiping, SPEC.md §10.4 and §10.6: the two steps that compact the flash, and so the only ones that a power
// cut may hurt. Files half moved could read as if less had been spent, so the key goes first and comes back last.
import type { Board } from "../../../hal/contract/board.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { KEY_FILE_BYTES } from "../../../src/shared/wire/key-file.ts";
import { KEY_FILE_NAME, KNOWN_FILES, otherSlot, PAST_FILE_NAME, SETTINGS_FILE_NAME } from "../files.ts";
import type { DockHost } from "./dock.ts";
import { eraseDay } from "./loader.ts";
import { writePast } from "./past.ts";

const BATTERY_PERCENT_MIN = 20;

/** Whether supply and battery last through a compaction. */
function hasPower(board: Board): boolean {
  return board.power.isDocked() && board.power.battery() >= BATTERY_PERCENT_MIN;
}

/**
 * Retires the day when it is over and all of it is acknowledged, then compacts. Files half moved could read as if less had
 * been spent, so without the key, which comes back last, nothing opens.
 */
export function maintain(host: DockHost): FaultNumber {
  const board = host.board;
  const flash = board.flash;
  const day = host.day();
  const session = host.session();
  if (!hasPower(board)) return FaultNumber.DockNoPower;
  if (!session) return FaultNumber.KeyMissing;
  if (host.unsent() > 0) return FaultNumber.DockUnsent;
  const key = flash.read(KEY_FILE_NAME, 0, KEY_FILE_BYTES);
  // Both clocks must say so: one wrong clock at the depot must not retire a day with what is spent in it.
  const own = host.time;
  const until_s = day ? day.manifest.header.validUntil_s : 0;
  const isOver = day && session.depotTime_s >= until_s && (own.estimated || own.now_s() >= until_s);
  flash.erase(KEY_FILE_NAME);
  flash.tidy(KNOWN_FILES); // what cannot be cleared away is gone with the compaction
  // The other slot may hold what a load's last cut left of the day before: never to be taken for a stranded journal.
  if (day) eraseDay(board, otherSlot(day.slot));
  if (isOver) eraseDay(board, day.slot);
  const sums = checkSums(board);
  flash.compact();
  if (isOver) eraseDay(board, day.slot); // once more: a word that did not program may have kept a file, and has moved
  // A worn page may not have taken what was moved onto it: then the key stays away, too.
  const fault =
    (sums === checkSums(board) ? FaultNumber.None : FaultNumber.FlashWriteTorn) ||
    (isOver ? writePast(board, day.manifest.header) : FaultNumber.None) ||
    flash.create(KEY_FILE_NAME, KEY_FILE_BYTES, key);
  host.reopen();
  return fault;
}

/**
 * Makes it a handheld without key, day and settings. The key goes first: a cut leaves nothing that opens.
 * @param losesUnsent also when results are on it that the depot does not have
 */
export function wipe(host: DockHost, losesUnsent: boolean): FaultNumber {
  const board = host.board;
  if (!losesUnsent && host.unsent() > 0) return FaultNumber.DockUnsent;
  if (!hasPower(board)) return FaultNumber.DockNoPower;
  board.flash.erase(KEY_FILE_NAME);
  eraseDay(board, "a");
  eraseDay(board, "b");
  board.flash.erase(PAST_FILE_NAME);
  board.flash.erase(SETTINGS_FILE_NAME);
  board.flash.tidy(KNOWN_FILES);
  board.flash.compact();
  host.reopen();
  return FaultNumber.None;
}

/** Checks of all that the handheld's files hold, a kilobyte at a time. */
function checkSums(board: Board): string {
  let sums = "";
  for (const name of KNOWN_FILES.slice(1, -1).split(",")) {
    for (let at = 0, size = board.flash.size(name); at < size; at += 1024) {
      sums += board.hash.crc32(board.flash.read(name, at, 1024)) + name;
    }
  }
  return sums;
}
