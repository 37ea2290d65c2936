// Flash over the interpreter's Storage, used only in the ways that were measured to be safe: preallocate, append at
// offsets above 0, read back. DESIGN.md §3.5. It never lets a write compact by itself, never lets a file's header come to
// stand in the last page or across two (torn there, the interpreter erases everything at its next start), and clears away
// what a power cut left of headers. The same driver runs on the interpreter and on the simulated Storage.
import type { Flash, FlashGround } from "../contract/flash.ts";
import { isErased, latin1Text, readU32, zeros } from "../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../src/shared/faults.ts";

/** Storage's own header of a file, alignment, and the small dead file that may have to stand before it. */
const OVERHEAD_BYTES = 112;
const HEADER_BYTES = 32;
const PIECE_BYTES = 1024;
/** Reads until two agree; a bit that reads otherwise each time must not keep the handheld. */
const READS_MAX = 3;

const NO_BYTES = zeros(0);
const NO_NAME = zeros(4);

/** What is used of the interpreter's module Storage. */
export interface StorageFiles {
  read(name: string, offset?: number, length?: number): string | undefined;
  write(name: string, data: Uint8Array, offset: number, size?: number): boolean;
  erase(name: string): void;
  compact(): void;
  getFree(): number;
}

/** The flash under Storage, and how bytes and texts become one another natively. */
export interface StorageGround extends FlashGround {
  toBytes(text: string): Uint8Array;
  toText(bytes: Uint8Array): string;
  /** CRC-32 of a text's characters as bytes, without a copy where the text lies in flash. */
  crc32(text: string): number;
}

export class StorageFlash implements Flash {
  private storage_: StorageFiles;
  private ground_: StorageGround;

  constructor(storage: StorageFiles, ground: StorageGround) {
    this.storage_ = storage;
    this.ground_ = ground;
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    if (this.free() < size) return FaultNumber.FlashFull;
    this.erase(name);
    this.passBoundary_();
    this.write_(name, head, 0, size);
    const isWhole = this.size(name) === size && this.holds_(name, 0, head);
    return isWhole && this.isFree_(name, head.length, size) ? FaultNumber.None : FaultNumber.FlashWriteTorn;
  }

  size(name: string): number {
    const content = this.storage_.read(name);
    return content === undefined ? -1 : content.length;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    let bytes = NO_BYTES;
    for (let turn = 0; turn < READS_MAX; turn++) {
      const text = this.storage_.read(name, offset, length);
      if (!text) break;
      bytes = this.ground_.toBytes(text);
      if (this.holds_(name, offset, bytes)) break; // a bit that read wrongly once does not count
    }
    return bytes;
  }

  sum(name: string, length: number): number {
    const text = this.storage_.read(name, 0, length);
    return text !== undefined && text.length === length ? this.ground_.crc32(text) : -1;
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    for (let turn = 0; turn < 2; turn++) {
      this.write_(name, data, offset);
      if (this.holds_(name, offset, data)) return FaultNumber.None;
    }
    const stored = this.read(name, offset, data.length);
    if (stored.length < data.length) return FaultNumber.FlashFileMissing;
    return isErased(stored) ? FaultNumber.FlashWriteLost : FaultNumber.FlashWriteTorn;
  }

  erase(name: string): void {
    if (this.storage_.read(name, 0, 1) !== undefined) this.storage_.erase(name);
  }

  free(): number {
    const free = this.storage_.getFree();
    return free > this.ground_.pageBytes ? free - OVERHEAD_BYTES : 0;
  }

  compact(): void {
    this.storage_.compact();
  }

  tidy(known: string): FaultNumber {
    const ground = this.ground_;
    let at = 0;
    while (at + HEADER_BYTES <= ground.bytes) {
      const header = ground.read(HEADER_BYTES, ground.start + at);
      if (isErased(header)) break;
      let size = readU32(header, 0) & 0xffffff;
      if (size === 0) return FaultNumber.FlashWriteTorn; // no bit is left to make a size of
      if (at + HEADER_BYTES + size > ground.bytes) {
        size &= -size; // torn: its lowest bit alone makes it a small file, dead at once
        this.bury_(at, size);
      } else if (readU32(header, 4) !== 0 && known.lastIndexOf("," + nameIn(header) + ",") < 0) {
        ground.write(NO_NAME, ground.start + at + 4);
      }
      at += HEADER_BYTES + ((size + 3) & ~3);
    }
    this.clear_(at);
    return FaultNumber.None;
  }

  /**
   * A compaction that was cut leaves bytes behind the last file that are not erased, though they count as free. Whole pages
   * of them are erased; over the rest of a page comes a dead file.
   * @param end where the next header goes
   */
  private clear_(end: number): void {
    const ground = this.ground_;
    const page = end + ground.pageBytes - 1;
    const next = page - (page % ground.pageBytes);
    for (let at = next; at < ground.bytes; at += ground.pageBytes) {
      if (!isErased(ground.read(ground.pageBytes, ground.start + at))) ground.erase(ground.start + at);
    }
    if (next === end || isErased(ground.read(next - end, ground.start + end))) return;
    let size = next - end - HEADER_BYTES;
    if (size < 4) size += ground.pageBytes;
    this.bury_(end, size);
  }

  /** Writes the header of an erased file: its size, and no name. */
  private bury_(at: number, size: number): void {
    const ground = this.ground_;
    ground.write(new Uint8Array([size, size >> 8, size >> 16, 0, 0, 0, 0, 0]), ground.start + at);
  }

  private write_(name: string, data: Uint8Array, offset: number, size?: number): void {
    try {
      this.storage_.write(name, data, offset, size);
    } catch {
      // "already written with different data", no such file, no room: what reads back decides
    }
  }

  /**
   * Puts a small dead file where the next header would lie across two pages: torn there, the part in the second page is
   * taken for a header of its own that makes no sense, and the next start erases everything. Its size goes first.
   */
  private passBoundary_(): void {
    const ground = this.ground_;
    const at = ground.bytes - this.storage_.getFree();
    if (at % ground.pageBytes <= ground.pageBytes - HEADER_BYTES) return;
    ground.write(new Uint8Array([HEADER_BYTES, 0, 0, 0]), ground.start + at);
    ground.write(NO_NAME, ground.start + at + 4);
  }

  /** Whether a new file is erased behind its head: a page that did not erase, or a cut compaction, leaves it otherwise. */
  private isFree_(name: string, from: number, size: number): boolean {
    for (let at = from; at < size; at += PIECE_BYTES) if (!isErased(this.read(name, at, PIECE_BYTES))) return false;
    return true;
  }

  /** Whether a file holds these bytes: as texts, which are compared natively; byte by byte took longer than the write. */
  private holds_(name: string, offset: number, bytes: Uint8Array): boolean {
    return this.storage_.read(name, offset, bytes.length) === this.ground_.toText(bytes);
  }
}

/** The name in a file's header, with whatever stands behind its first zero: in a torn header it is another name. */
function nameIn(header: Uint8Array): string {
  let end = HEADER_BYTES;
  while (end > 4 && header[end - 1] === 0) end--;
  return latin1Text(header, 4, end - 4);
}
