// Flash as the handheld uses it in the field: preallocated files, appended to at aligned offsets. DESIGN.md §3.5.
// A driver never compacts, re-creates or rewrites by itself; those are steps of the dock.
import type { FaultNumber } from "../../src/shared/faults.ts";

/** The chip under the files, for the technician alone: bundle slots are written past Storage, SPEC.md §11.1. */
export interface FlashGround {
  /** Address, size and page size of Storage's area, bytes. */
  start: number;
  bytes: number;
  pageBytes: number;
  read(length: number, address: number): Uint8Array;
  write(data: Uint8Array, address: number): void;
  /** Erases the page that begins at an address. */
  erase(address: number): void;
}

/** Named, preallocated, append-only files. Names: at most 28 ASCII characters. */
export interface Flash {
  /**
   * Creates a file of `size` bytes, erased (0xFF) but for `head` at its start. Dock only: not power-safe.
   * @returns FlashFull when it does not fit without compaction; then nothing was changed. FlashWriteTorn when it does
   *   not read back
   */
  create(name: string, size: number, head: Uint8Array): FaultNumber;
  /** Bytes of a file; −1 when it does not exist. */
  size(name: string): number;
  /** A copy of `length` bytes from `offset`; shorter at the end of the file, empty when it does not exist. */
  read(name: string, offset: number, length: number): Uint8Array;
  /** CRC-32 of a file's first `length` bytes as they read now; −1 when it has fewer. */
  sum(name: string, length: number): number;
  /**
   * Programs erased bytes and reads them back. `offset` > 0 and a multiple of 8, as is the length.
   * A place that still reads erased is tried once more.
   * @returns FlashWriteLost when it reads erased twice, FlashWriteTorn when it reads anything else than `data`,
   *   FlashFileMissing
   */
  append(name: string, offset: number, data: Uint8Array): FaultNumber;
  /** Forgets a file; its bytes stay readable in the chip until compaction. Dock only. */
  erase(name: string): void;
  /** Bytes that can still be given to new files without compaction. */
  free(): number;
  /** Reclaims what erased files held. Dock only: a power cut in here can lose every file. */
  compact(): void;
  /**
   * Forgets every file whose name is not known, and clears away what a power cut left of a file's header: until then a
   * new file may go wrong there. Dock only, before files are created.
   * @param known names, each between commas
   * @returns FlashWriteTorn when what is left cannot be cleared without compaction
   */
  tidy(known: string): FaultNumber;
}
