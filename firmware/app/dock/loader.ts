// Loading a manifest at the dock, SPEC.md §4.6: refused early, written into the free slot, read back chunk by chunk,
// made active by one flash write. Before that write the old manifest stands; after it the new one. Never compacts.
import type { Board } from "../../../hal/contract/board.ts";
import { isErased, sameBytes, zeros } from "../../../src/shared/wire/bytes.ts";
import { encodeCell } from "../../../src/shared/wire/cell.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  checkManifestHead,
  CHUNK_BYTES,
  decodeManifestHeader,
  type ManifestHeader,
} from "../../../src/shared/wire/manifest.ts";
import { cellFileBytes, createCellFile } from "../cells/cell-file.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import { assembleDay, type Day, journalIdentity } from "../day.ts";
import { dayFiles, KNOWN_FILES, otherSlot, type SlotLetter } from "../files.ts";
import { createJournal, journalFileBytes } from "../journal/journal.ts";
import type { Keys } from "../keys.ts";
import { LEDGER_SHAPE, ledgerRows } from "../ledger/ledger.ts";
import { Manifest, manifestFileBytes, paddedBytes, readHead } from "../manifest/manifest.ts";
import { INDEX_SHAPE } from "../parcels/parcel-index.ts";
import { createUpdates, updatesFileBytes } from "../sync/updates.ts";
import { carryOver } from "./carry-over.ts";
import { readPast } from "./past.ts";

const DAY_S = 86400;
/** Storage's own header for a file, padding, and a small dead file that may have to stand before it. */
const FILE_OVERHEAD_BYTES = 112;

/** What the loader needs to know of the handheld. */
export interface LoaderParts {
  board: Board;
  keys: Keys;
  time: TrustedTime;
  day: Day | undefined;
  /** Records the depot has not acknowledged, lost tries included. */
  unsent(): number;
}

/** Bytes of flash that a manifest's day takes. */
export function dayBytes(header: ManifestHeader): number {
  return (
    manifestFileBytes(header.totalBytes) +
    cellFileBytes(LEDGER_SHAPE, ledgerRows(header.codes, header.updateSlots)) +
    cellFileBytes(INDEX_SHAPE, header.parcels) +
    journalFileBytes(header.journalSlots) +
    updatesFileBytes(header.updateSlots) +
    5 * FILE_OVERHEAD_BYTES
  );
}

/** One load under way. */
export class Loader {
  /** Bytes of the manifest that were there when it was begun. */
  there: number;
  private parts_: LoaderParts;
  private slot_: SlotLetter;
  private head_: Uint8Array;

  constructor(parts: LoaderParts) {
    this.parts_ = parts;
    this.slot_ = parts.day ? otherSlot(parts.day.slot) : "a";
    this.head_ = zeros(0);
    this.there = 0;
  }

  /**
   * Checks a manifest's head and makes room for it; any refusal leaves everything as it was.
   * A load that was cut off goes on: `there` says from where.
   */
  begin(head: Uint8Array): FaultNumber {
    this.head_ = zeros(0);
    const parts = this.parts_;
    const checked = checkManifestHead(
      parts.board.hash,
      parts.keys.subkey("manifest"),
      head,
      parts.keys.device,
      parts.keys.keyEpoch,
    );
    if (checked !== FaultNumber.None) return checked;
    const header = decodeManifestHeader(head);
    const refused = this.refuse_(header, head);
    if (refused !== FaultNumber.None) return refused;
    const flash = parts.board.flash;
    const name = dayFiles(this.slot_).manifest;
    const size = manifestFileBytes(header.totalBytes);
    const goesOn =
      flash.size(name) === size && sameBytes(readHead(flash, name), head) && isErased(flash.read(name, size - 8, 8));
    if (goesOn) eraseBeside(parts.board, this.slot_);
    else eraseDay(parts.board, this.slot_); // what an unfinished load left there
    if (!parts.day) eraseDay(parts.board, otherSlot(this.slot_));
    // Tidied: a power cut may have left torn headers of it, too.
    const room = dayBytes(header) - (goesOn ? size : 0);
    if (flash.tidy(KNOWN_FILES) || flash.free() < room) return FaultNumber.DockNeedsMaintenance;
    const fault = goesOn ? FaultNumber.None : flash.create(name, size, head);
    if (fault !== FaultNumber.None) return fault;
    this.head_ = new Uint8Array(head);
    this.there = goesOn ? new Manifest(flash, parts.board.hash, name, head).bytesThere() : head.length;
    return fault;
  }

  /** Writes bytes of the manifest; `offset` from its start, a multiple of 8 behind the head. */
  data(offset: number, bytes: Uint8Array): FaultNumber {
    if (this.head_.length === 0) return FaultNumber.DockNoLoad;
    const header = decodeManifestHeader(this.head_);
    const beyond = bytes.length === 0 || offset + bytes.length > header.totalBytes;
    if (offset < this.head_.length || offset % 8 !== 0 || beyond) return FaultNumber.ManifestTruncated;
    let words = bytes;
    if (bytes.length % 8 !== 0) {
      words = zeros(paddedBytes(bytes.length));
      words.fill(0xff);
      words.set(bytes, 0);
    }
    const flash = this.parts_.board.flash;
    const name = dayFiles(this.slot_).manifest;
    // Where a load goes on, some of the chunk may be there: only what is not yet is written.
    const same = offset < this.there + CHUNK_BYTES ? sameWords(flash.read(name, offset, words.length), words) : 0;
    const fault = same < words.length ? flash.append(name, offset + same, words.subarray(same)) : FaultNumber.None;
    if (fault !== FaultNumber.None) {
      flash.erase(name); // torn where a load before was cut off: the next LoadBegin begins anew
      this.head_ = zeros(0);
    }
    return fault;
  }

  /**
   * Reads the manifest back, makes the day's files, and switches.
   * @returns None once the new manifest is active
   */
  commit(): FaultNumber {
    if (this.head_.length === 0) return FaultNumber.DockNoLoad;
    const board = this.parts_.board;
    const files = dayFiles(this.slot_);
    if (!sameBytes(readHead(board.flash, files.manifest), this.head_)) return FaultNumber.ManifestAltered;
    const manifest = new Manifest(board.flash, board.hash, files.manifest, this.head_);
    if (!manifest.allChunksHold()) {
      const missing = manifest.endIsMissing();
      if (!missing) board.flash.erase(files.manifest); // nothing goes on from it
      return missing ? FaultNumber.ManifestTruncated : FaultNumber.ManifestAltered;
    }
    this.head_ = zeros(0);
    return this.createFiles_(manifest) || this.carryAndSwitch_(manifest);
  }

  private refuse_(header: ManifestHeader, head: Uint8Array): FaultNumber {
    const parts = this.parts_;
    const past = readPast(parts.board);
    const active = parts.day ? parts.day.manifest.header.sequence : past.sequence;
    if (header.sequence < active) return FaultNumber.ManifestOlder;
    if (header.sequence === active) {
      const same = parts.day && sameBytes(readHead(parts.board.flash, dayFiles(parts.day.slot).manifest), head);
      return same ? FaultNumber.ManifestAlreadyLoaded : FaultNumber.ManifestEqualOtherBytes;
    }
    if (header.parcels > parts.board.parcelsMax) return FaultNumber.ManifestTooLarge;
    if (parts.time.isKnown() && !parts.time.estimated) {
      const now_s = parts.time.now_s();
      if (now_s >= header.validUntil_s) return FaultNumber.ManifestExpired;
      if (now_s < header.validFrom_s - DAY_S) return FaultNumber.ManifestNotYetValid;
    } else if (header.validUntil_s <= past.validUntil_s) return FaultNumber.ManifestExpired; // it may know of no try
    return parts.unsent() > 0 ? FaultNumber.DockUnsent : FaultNumber.None;
  }

  private createFiles_(manifest: Manifest): FaultNumber {
    const flash = this.parts_.board.flash;
    const hash = this.parts_.board.hash;
    const header = manifest.header;
    const files = dayFiles(this.slot_);
    const epoch = header.journalEpoch;
    const rows = ledgerRows(header.codes, header.updateSlots);
    return (
      createCellFile(flash, hash, files.ledger, LEDGER_SHAPE, rows, epoch) ||
      createCellFile(flash, hash, files.index, INDEX_SHAPE, header.parcels, epoch) ||
      createUpdates(flash, hash, files.updates, header.updateSlots, epoch) ||
      createJournal(flash, hash, files.journal, journalIdentity(manifest, this.parts_.keys))
    );
  }

  /** Carries spent tries over, writes the commit cell, and lets the old day go. */
  private carryAndSwitch_(manifest: Manifest): FaultNumber {
    const board = this.parts_.board;
    const header = manifest.header;
    const old = this.parts_.day;
    const fresh = assembleDay(board, this.parts_.keys, this.slot_, manifest);
    const carried = fresh.ledger.open() || (old ? carryOver(old, fresh) : FaultNumber.None);
    if (carried !== FaultNumber.None) return carried;
    const cell = encodeCell(board.hash, { kind: 1, count: 0, row: 0 }, header.journalEpoch, header.sequence);
    const name = dayFiles(this.slot_).manifest;
    const fault = board.flash.append(name, paddedBytes(header.totalBytes), cell);
    if (fault === FaultNumber.None && old) eraseDay(board, old.slot);
    return fault;
  }
}

/** Bytes of whole words at the start of two pieces that are the same. */
function sameWords(a: Uint8Array, b: Uint8Array): number {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return same & ~7;
}

/** Forgets the files of a slot, the manifest first: without it the rest is nothing. */
export function eraseDay(board: Board, slot: SlotLetter): void {
  board.flash.erase(dayFiles(slot).manifest);
  eraseBeside(board, slot);
}

/** Forgets what was made beside a slot's manifest. */
function eraseBeside(board: Board, slot: SlotLetter): void {
  const files = dayFiles(slot);
  for (const name of [files.ledger, files.journal, files.updates, files.index]) board.flash.erase(name);
}
