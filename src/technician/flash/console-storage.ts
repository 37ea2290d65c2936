// Storage and flash of a handheld through its interpreter's console. Each line that writes carries the CRC-32 of what it
// writes and where, so a line damaged on the cable writes nothing; what was written is read back by the handheld at once.
import { crc32 } from "node:zlib";
import { BenchFault } from "../faults.ts";
import type { BoardStorage, BytesDone } from "./board-storage.ts";
import type { LaidFile } from "./boot-layout.ts";
import { FlashError } from "./flash-error.ts";
import type { InterpreterConsole } from "./interpreter-console.ts";

/** Bytes of a piece that is written, at most: the interpreter reads them back in one array. */
const PIECE_BYTES = 1280;
/** Characters of a line at most: two of them fit the smallest serial buffer, 2,048 bytes, as one of them is being run. */
const LITERAL_CHARACTERS = 1500;
const ALIGNMENT = 8;
/** Bytes read in one answer. */
const READ_BYTES = 768;
/** Bytes that are compared at a time with erased ones, and in one question. */
const COMPARED_BYTES = 1024;
const COMPARED_AT_ONCE = 65_536;
const ERASE_ALL_MS = 120_000;

const FLASH = `require("Flash")`;
const STORAGE = `require("Storage")`;
/** Answers 1 when what was written reads back, 0 when it does not, −1 when the line was damaged on its way here. */
const WRITE = `(function(a,d,c){if((E.CRC32(a+":"+d)>>>0)!=c)return -1;`;

/** JavaScript text of the bytes: ASCII, no control characters. */
function literalOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte === 0x0a) text += "\\n";
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** The bytes in pieces of whole words, each with its offset and its literal. */
function piecesOf(bytes: Uint8Array): { at: number; bytes: Uint8Array; literal: string }[] {
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    let length = Math.min(PIECE_BYTES, bytes.length - at);
    let literal = literalOf(bytes.subarray(at, at + length));
    while (literal.length > LITERAL_CHARACTERS) {
      length = Math.ceil(length / 2 / ALIGNMENT) * ALIGNMENT;
      literal = literalOf(bytes.subarray(at, at + length));
    }
    pieces.push({ at, bytes: bytes.subarray(at, at + length), literal });
    at += length;
  }
  return pieces;
}

/** Number by which the handheld knows that a piece and its place came whole. */
function checkOf(place: number, bytes: Uint8Array): number {
  return crc32(Buffer.concat([Buffer.from(`${place}:`), bytes]));
}

/** Storage behind a console. */
export class ConsoleStorage implements BoardStorage {
  private readonly console: InterpreterConsole;
  private readonly start: number;

  /** @param start address of Storage's first byte */
  constructor(console: InterpreterConsole, start: number) {
    this.console = console;
    this.start = start;
  }

  async totalBytes(): Promise<number> {
    return this.number(`${STORAGE}.getStats().totalBytes`);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    for (let at = 0; at < length; at += READ_BYTES) {
      const bytes = Math.min(READ_BYTES, length - at);
      const said = await this.console.askAgain(`btoa(E.toString(${FLASH}.read(${bytes},${this.start + offset + at})))`);
      const part = Buffer.from(typeof said === "string" ? said : "", "base64");
      if (part.length !== bytes) throw this.refused(`read ${part.length} bytes of ${bytes}`);
      parts.push(part);
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  async sum(file: LaidFile, length: number): Promise<number> {
    // Storage gives a string that stays in the flash, and takes no memory.
    return this.number(`E.CRC32(${STORAGE}.read(${JSON.stringify(file.name)},0,${length})||"")>>>0`);
  }

  async isErased(offset: number, length: number): Promise<boolean> {
    const end = offset + length;
    const whole = Math.min(end, Math.ceil(offset / COMPARED_BYTES) * COMPARED_BYTES);
    const head = whole > offset ? await this.read(offset, whole - offset) : new Uint8Array(0);
    if (!head.every((byte) => byte === 0xff)) return false;
    const erased = crc32(new Uint8Array(COMPARED_BYTES).fill(0xff));
    for (let at = whole; at < end; at += COMPARED_AT_ONCE) {
      const bytes = Math.min(COMPARED_AT_ONCE, end - at);
      const look = `for(;n>0;n-=${COMPARED_BYTES},a+=${COMPARED_BYTES})`;
      const compare = `if((E.CRC32(${FLASH}.read(${COMPARED_BYTES},a))>>>0)!=${erased})return 0;`;
      if ((await this.number(`(function(a,n){${look}${compare}return 1})(${this.start + at},${bytes})`)) === 0)
        return false;
    }
    return true;
  }

  async erasePage(offset: number): Promise<void> {
    await this.console.askAgain(`${FLASH}.erasePage(${this.start + offset})`);
  }

  async program(offset: number, bytes: Uint8Array, done?: BytesDone): Promise<void> {
    const whole = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0xff);
    whole.set(bytes);
    await this.put(
      piecesOf(whole).map((piece) => {
        const place = this.start + offset + piece.at;
        const write = `var f=${FLASH};f.write(d,a);return (E.CRC32(f.read(d.length,a))==E.CRC32(d))|0})`;
        const line = `${WRITE}${write}(${place},"${piece.literal}",${checkOf(place, piece.bytes)})`;
        return { line, end: Math.min(piece.at + piece.bytes.length, bytes.length) };
      }),
      done,
    );
  }

  async create(file: LaidFile, bytes: Uint8Array, done?: BytesDone): Promise<void> {
    const name = JSON.stringify(file.name);
    await this.put(
      piecesOf(bytes).map((piece) => {
        // Asked once more, a piece that is there already is left alone: Storage would take it for a new file.
        const there = `var s=${STORAGE},r=s.read(${name},a,d.length)!=d;`;
        const write = `${there}if(r||!s.read(${name}))s.write(${name},d,a,${file.size});`;
        const line = `${WRITE}${write}return (s.read(${name},a,d.length)==d)|0})`;
        return {
          line: `${line}(${piece.at},"${piece.literal}",${checkOf(piece.at, piece.bytes)})`,
          end: piece.at + piece.bytes.length,
        };
      }),
      done,
    );
  }

  async eraseAll(): Promise<void> {
    await this.console.askAgain(`${STORAGE}.eraseAll()`, ERASE_ALL_MS);
  }

  private async put(lines: readonly { line: string; end: number }[], done: BytesDone | undefined): Promise<void> {
    const damaged: string[] = [];
    const asked = lines.map(({ line }) => line);
    await this.console.askAll(asked, (answer, number) => {
      if (answer === -1) damaged.push(asked[number] ?? "");
      else this.check(answer);
      done?.(lines[number]?.end ?? 0);
    });
    for (const line of damaged) this.check(await this.console.askAgain(line));
  }

  private check(answer: unknown): void {
    if (answer === 1) return;
    throw new FlashError(BenchFault.FlashReadBack, "a piece does not read back as it was written: is the flash worn?");
  }

  private async number(expression: string): Promise<number> {
    const said = await this.console.askAgain(expression);
    if (typeof said !== "number") throw this.refused(`${expression} is no number there`);
    return said;
  }

  private refused(words: string): FlashError {
    return new FlashError(BenchFault.FlashRefused, `the interpreter's flash: ${words}`);
  }
}
