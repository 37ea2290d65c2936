// What flashing needs of an interpreter's Storage and the flash under it, whoever is at the other end: a console, or a
// simulated chip in a test. Addresses are offsets from the start of Storage.
import type { LaidFile } from "./boot-layout.ts";

/** Called with the bytes done so far. */
export type BytesDone = (bytes: number) => void;

/** Storage of a handheld. Everything rejects with a FlashError when the handheld refuses it or goes away. */
export interface BoardStorage {
  /** Bytes of all of Storage, as the interpreter counts them. */
  totalBytes(): Promise<number>;
  /** The bytes at an offset. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** CRC-32 of the first bytes of a file. */
  sum(file: LaidFile, length: number): Promise<number>;
  /** Whether all bytes at an offset are 0xFF. */
  isErased(offset: number, length: number): Promise<boolean>;
  /** Erases the page that begins at an offset. */
  erasePage(offset: number): Promise<void>;
  /** Programs any number of bytes at a multiple of 8, the last eight filled up with 0xFF. */
  program(offset: number, bytes: Uint8Array, done?: BytesDone): Promise<void>;
  /** Makes the file, the next one of the layout, with these bytes at its start; the rest of it stays erased. */
  create(file: LaidFile, bytes: Uint8Array, done?: BytesDone): Promise<void>;
  /** Erases all of Storage. */
  eraseAll(): Promise<void>;
}
