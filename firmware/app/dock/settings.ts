// The device's own settings, SPEC.md §10.4.2: kept in the file `set`, whatever the key; defaults where it is missing.
import type { Board } from "../../../hal/contract/board.ts";
import { concatBytes, readU32, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { SETTINGS_BYTES, settingsHold } from "../../../src/shared/wire/service-data.ts";
import { SETTINGS_FILE_NAME } from "../files.ts";

const FILE_BYTES = 16;
/** "en", revision unknown, volume 10, backlight 5. */
const DEFAULTS = [0x65, 0x6e, 0, 0, 10, 5, 0, 0];

/** The settings that hold, as bytes. */
export function readSettings(board: Board): Uint8Array {
  const bytes = board.flash.read(SETTINGS_FILE_NAME, 0, FILE_BYTES);
  const settings = bytes.subarray(0, SETTINGS_BYTES);
  const isWhole = bytes.length === FILE_BYTES && readU32(bytes, 8) === board.hash.crc32(settings);
  return isWhole ? settings : new Uint8Array(DEFAULTS);
}

/**
 * Keeps settings; at the bench only.
 * @returns DockBadFrame when a value is out of its range; then those before hold
 */
export function keepSettings(board: Board, settings: Uint8Array): FaultNumber {
  if (!settingsHold(settings)) return FaultNumber.DockBadFrame;
  if (board.flash.free() < FILE_BYTES) return FaultNumber.DockNeedsMaintenance;
  const check = zeros(8);
  writeU32(check, 0, board.hash.crc32(settings));
  return board.flash.create(SETTINGS_FILE_NAME, FILE_BYTES, concatBytes([settings, check]));
}
