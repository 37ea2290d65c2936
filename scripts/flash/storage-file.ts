// Puts a file into the interpreter's Storage in pieces, and compares what is there with what it should be: length and
// E.CRC32, which is zlib's. A write that claims to have worked is never believed; only the read-back counts.
import { crc32 } from "node:zlib";
import type { InterpreterConsole } from "./interpreter-console.ts";

/** Characters of a file in one line to the console: with escapes it fits the smallest serial buffer of 2,048 bytes. */
const PIECE_CHARACTERS = 512;

/** A file for Storage. */
export interface StorageFile {
  /** At most 28 ASCII characters. */
  name: string;
  /** ASCII only; see {@link checkAscii}. */
  text: string;
}

/**
 * Refuses text with characters that do not survive a console: all but printable ASCII and line ends.
 * @throws RangeError that says where the first one stands
 */
export function checkAscii({ name, text }: StorageFile): void {
  const at = text.search(/[^\n\x20-\x7e]/);
  if (at < 0) return;
  const code = text.charCodeAt(at).toString(16).padStart(2, "0");
  throw new RangeError(`${name}: character 0x${code} at ${at} is not ASCII; it would not survive the console`);
}

/**
 * Writes a file, replacing one of the same name.
 * @param progress called with the characters written so far
 * @throws Error when the interpreter refuses a write, with its words
 */
export async function writeStorageFile(
  console: InterpreterConsole,
  file: StorageFile,
  progress: (written: number) => void,
): Promise<void> {
  checkAscii(file);
  for (let at = 0; at < file.text.length; at += PIECE_CHARACTERS) {
    const piece = file.text.slice(at, at + PIECE_CHARACTERS);
    const size = at === 0 ? `,${file.text.length}` : "";
    const write = `require("Storage").write(${JSON.stringify(file.name)},${JSON.stringify(piece)},${at}${size})`;
    const done = await console.askAgain(write).catch((error: Error) => error.message);
    if (done !== true) throw new Error(`${file.name}: write at ${at} refused: ${String(done)}`);
    progress(at + piece.length);
  }
}

/** Bytes of the largest page among the boards; a page of 1,024 begins there, too. */
const FENCE_BYTES = 4096;
const FILE_HEADER_BYTES = 32;

/**
 * The file with line ends behind it, so long that the next file begins on a page of the flash. Compaction starts at the
 * last such page before the first erased file: what stands before the fence is not moved, so a power cut in maintenance
 * cannot hurt the firmware.
 */
export async function fenced(console: InterpreterConsole, file: StorageFile): Promise<StorageFile> {
  const stats = `(function(s){return [s.totalBytes,s.freeBytes];})(require("Storage").getStats())`;
  const said = await console.askAgain(stats);
  if (!Array.isArray(said)) throw new Error(`${file.name}: the interpreter does not say how much of Storage is free`);
  const [total, free] = said as [number, number];
  const end = total - free + FILE_HEADER_BYTES + file.text.length;
  return { name: file.name, text: file.text + "\n".repeat((FENCE_BYTES - (end % FENCE_BYTES)) % FENCE_BYTES) };
}

/**
 * Reads a file back.
 * @throws Error that says how it differs from what it should be
 */
export async function verifyStorageFile(console: InterpreterConsole, file: StorageFile): Promise<void> {
  const read = `require("Storage").read(${JSON.stringify(file.name)})`;
  const found = await console.askAgain(`(function(s){return s===undefined?0:[s.length,E.CRC32(s)];})(${read})`);
  if (!Array.isArray(found)) throw new Error(`${file.name}: it is not in Storage after the write`);
  const expected = [file.text.length, crc32(file.text)];
  if (found[0] !== expected[0]) throw new Error(`${file.name}: ${found[0]} bytes read back, ${expected[0]} were sent`);
  if (found[1] !== expected[1]) throw new Error(`${file.name}: what reads back has another CRC-32 than what was sent`);
}
