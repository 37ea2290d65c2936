// A loaded day in memory for fuzzing: manifest, ledger, index, updates and journal of a sealed round, opened again and
// again from the same bytes.
import { TrustedTime } from "../../../firmware/app/clock/trusted-time.ts";
import { createCellFile } from "../../../firmware/app/cells/cell-file.ts";
import { type Day, journalIdentity, openActiveDay } from "../../../firmware/app/day.ts";
import { createJournal } from "../../../firmware/app/journal/journal.ts";
import { Keys } from "../../../firmware/app/keys.ts";
import { LEDGER_SHAPE, ledgerRows } from "../../../firmware/app/ledger/ledger.ts";
import { Manifest, paddedBytes } from "../../../firmware/app/manifest/manifest.ts";
import { INDEX_SHAPE } from "../../../firmware/app/parcels/parcel-index.ts";
import { Recorder } from "../../../firmware/app/records.ts";
import { createUpdates } from "../../../firmware/app/sync/updates.ts";
import { encodeCell } from "../../../src/shared/wire/cell.ts";
import { decodeKeyFile } from "../../../src/shared/wire/key-file.ts";
import { testKeyFile } from "../../support/test-round.ts";
import { fastHash } from "./fast-hash.ts";
import { fuzzBoard, type FuzzBoard } from "./fuzz-board.ts";
import type { MemoryFlash } from "./memory-flash.ts";

/** Keys of the test's handheld. */
export const KEYS = new Keys(fastHash, decodeKeyFile(fastHash, testKeyFile())!);

/** Puts a committed manifest and its new files on a flash, whatever it says. */
export function putDay(flash: MemoryFlash, head: Uint8Array, body: Uint8Array): void {
  const manifest = new Manifest(flash, fastHash, "man.a", head);
  const { header } = manifest;
  const file = new Uint8Array(paddedBytes(head.length + body.length) + 8).fill(0xff);
  file.set(head, 0);
  file.set(body, head.length);
  file.set(encodeCell(fastHash, { kind: 1, count: 0, row: 0 }, header.journalEpoch, header.sequence), file.length - 8);
  flash.put(new Map([["man.a", file]]));
  const rows = ledgerRows(header.codes, header.updateSlots);
  createCellFile(flash, fastHash, "led.a", LEDGER_SHAPE, rows, header.journalEpoch);
  createCellFile(flash, fastHash, "idx.a", INDEX_SHAPE, header.parcels, header.journalEpoch);
  createUpdates(flash, fastHash, "upd.a", header.updateSlots, header.journalEpoch);
  createJournal(flash, fastHash, "jrn.a", journalIdentity(manifest, KEYS));
}

/** An open day and what writes its records. */
export interface OpenDay extends FuzzBoard {
  day: Day;
  time: TrustedTime;
  recorder: Recorder;
}

/** Opens what a board's flash holds. */
export function openDay(fuzz: FuzzBoard): OpenDay {
  const day = openActiveDay(fuzz.board, KEYS);
  if (day === undefined) throw new Error("no manifest is active");
  const time = new TrustedTime(fuzz.board.clock);
  time.setFloor(day.manifest.header.sealedAt_s, true);
  if (day.journal.last) time.setFloor(day.journal.last.time_s, false);
  return { ...fuzz, day, time, recorder: new Recorder(fuzz.board, time, day) };
}

/** A day of a sealed round on a board of its own, nothing written yet. */
export function newDay(sealed: { head: Uint8Array; body: Uint8Array }): OpenDay {
  const fuzz = fuzzBoard();
  putDay(fuzz.flash, sealed.head, sealed.body);
  return openDay(fuzz);
}
