// The interpreter's Storage on a simulated chip, as it was measured (DESIGN.md §3.5), hazards included: a file is a
// 32-byte header and its bytes; a header that makes no sense ends a page; replacing a file marks the old one; compaction
// moves files page by page in place; what looks corrupt at start is erased, all of it. A test on the interpreter runs the
// same operations on both and compares the flash byte by byte.
import type { StorageFiles } from "../portable/storage-flash.ts";
import { latin1Bytes, latin1Text, readU32, writeU32, zeros } from "../../src/shared/wire/bytes.ts";
import type { FlashChip } from "./host.ts";

const HEADER = 32;
const NAME = 28;
const ALIGNMENT = 4;
const UNSET = 0xffffffff;

interface Header {
  /** Where the header stands. */
  address: number;
  /** All 32 bits of the size field. */
  word: number;
  /** Bytes of the file: its low 24 bits. */
  size: number;
  /** 28 characters, zeros included. */
  name: string;
}

function aligned(bytes: number): number {
  return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

function paddedName(name: string): string {
  return (name + "\0".repeat(NAME)).slice(0, NAME);
}

/** Storage, from one start of the interpreter to the next. */
export class SimStorage implements StorageFiles {
  /** Whether the start found it corrupt, and erased everything. */
  readonly wasErased: boolean;
  private readonly chip: FlashChip;
  private found: { [name: string]: Header | undefined };

  constructor(chip: FlashChip) {
    this.chip = chip;
    this.found = {};
    this.wasErased = !this.looksValid();
    if (this.wasErased) this.eraseAll();
  }

  read(name: string, offset = 0, length = 0): string | undefined {
    const header = this.find(name);
    if (header === undefined) return undefined;
    const from = Math.min(offset, header.size);
    const bytes = Math.min(length <= 0 ? header.size : length, header.size - from);
    let text = "";
    for (let at = 0; at < bytes; at += this.chip.pageBytes) {
      const piece = Math.min(this.chip.pageBytes, bytes - at);
      text += latin1Text(this.chip.readBytes(header.address + HEADER + from + at, piece), 0, piece);
    }
    return text;
  }

  write(name: string, data: Uint8Array, offset = 0, length = 0): boolean {
    const size = length === 0 ? data.length : length;
    if (size === 0) throw new Error("Can't create zero length file");
    let header = this.find(name);
    if (offset === 0 && (header === undefined || this.mustReplace(header, size))) {
      if (header !== undefined && this.holds(header, data, size)) return true;
      if (header !== undefined) this.markErased(header);
      header = this.createFile(name, size);
    }
    if (header === undefined) throw new Error("Unable to find or create file");
    if (offset + data.length > header.size) throw new Error("Too much data for file size");
    const address = header.address + HEADER + offset;
    if (!this.isErasedAt(address, data.length)) throw new Error("File already written with different data");
    this.programAligned(address, data);
    return true;
  }

  erase(name: string): void {
    const header = this.find(name);
    if (header !== undefined) this.markErased(header);
  }

  getFree(): number {
    let end = 0;
    this.eachHeader(true, (header) => (end = header.address + HEADER + aligned(header.size)));
    return this.chip.bytes - end;
  }

  /** Moves live files down, page by page; a cut in here leaves whatever it leaves. */
  compact(): void {
    this.found = {};
    const start = this.firstPageWithTrash();
    if (start === undefined) return;
    let out = zeros(0);
    let write = start;
    const flush = (readUpTo: number): void => {
      while (out.length > 0) {
        const nextPage = write - (write % this.chip.pageBytes) + this.chip.pageBytes;
        if (readUpTo < nextPage) return;
        const piece = Math.min(out.length, nextPage - write);
        if (write % this.chip.pageBytes === 0) this.chip.erasePage(write);
        this.chip.program(write, out.subarray(0, piece));
        write += piece;
        out = out.slice(piece);
      }
    };
    const copy = (address: number, bytes: number): void => {
      const more = zeros(out.length + bytes);
      more.set(out, 0);
      more.set(this.chip.readBytes(address, bytes), out.length);
      out = more;
    };
    const end = this.eachHeader(
      true,
      (header) => {
        if (!isReal(header)) return;
        copy(header.address, HEADER);
        for (let at = 0; at < aligned(header.size); at += this.chip.pageBytes) {
          const from = header.address + HEADER + at;
          flush(from);
          copy(from, Math.min(this.chip.pageBytes, aligned(header.size) - at));
        }
        flush(header.address + HEADER + aligned(header.size));
      },
      start,
    );
    flush(this.chip.bytes);
    const firstFree = write === start ? start : Math.ceil(write / this.chip.pageBytes) * this.chip.pageBytes;
    for (let page = firstFree; page < (end === 0 ? this.chip.bytes : end); page += this.chip.pageBytes) {
      this.chip.erasePage(page);
    }
  }

  eraseAll(): void {
    this.found = {};
    for (let page = 0; page < this.chip.bytes; page += this.chip.pageBytes) this.chip.erasePage(page);
  }

  /** What the interpreter asks at start: only the last header it comes to must be erased, or all when there is none. */
  private looksValid(): boolean {
    let last: Header | undefined;
    const address = this.eachHeader(true, (header) => (last = header));
    if (last === undefined) return this.isErasedAt(0, this.chip.bytes);
    if (address !== 0) return this.isErasedAt(address, HEADER);
    // No page was left to look at: it is what stands where the last file ends that counts.
    const next = last.address + HEADER + aligned(last.size);
    if (next + HEADER > this.chip.bytes) return true;
    const beyond = aligned(last.address + HEADER + this.headerAt(next).size);
    return this.isErasedAt(next, HEADER) || (beyond <= this.chip.bytes && beyond + HEADER > this.chip.bytes);
  }

  private headerAt(address: number): Header {
    const bytes = this.chip.readBytes(address, HEADER);
    const word = readU32(bytes, 0);
    return { address, word, size: word & 0xffffff, name: latin1Text(bytes, 4, NAME) };
  }

  private isValid(header: Header): boolean {
    const end = header.address + HEADER + header.size;
    return header.word !== UNSET && header.word !== 0 && end <= this.chip.bytes;
  }

  /**
   * Visits valid headers in order.
   * @param all behind a header that makes no sense, go on at the start of the next page
   * @returns where the search ended: at a header that is not valid, or 0 when no place was left
   */
  private eachHeader(all: boolean, visit: (header: Header) => void, start = 0): number {
    let header = this.headerAt(start);
    if (!this.isValid(header)) return start;
    for (;;) {
      visit(header);
      let next = header.address + HEADER + aligned(header.size);
      if (next + HEADER > this.chip.bytes) return 0;
      header = this.headerAt(next);
      if (this.isValid(header)) continue;
      if (!all) return next;
      next = next - (next % this.chip.pageBytes) + this.chip.pageBytes;
      if (next >= this.chip.bytes) return 0;
      header = this.headerAt(next);
      if (!this.isValid(header)) return next;
    }
  }

  private find(name: string): Header | undefined {
    const wanted = paddedName(name);
    const known = this.found[wanted];
    if (known !== undefined && this.headerAt(known.address).name === wanted) return known;
    let found: Header | undefined;
    this.eachHeader(true, (header) => {
      if (found === undefined && header.name === wanted) found = header;
    });
    this.found[wanted] = found;
    return found;
  }

  private mustReplace(header: Header, size: number): boolean {
    return header.word !== size || !this.isErasedAt(header.address + HEADER, size);
  }

  private holds(header: Header, data: Uint8Array, size: number): boolean {
    if (header.word !== size || data.length !== size) return false;
    const stored = this.chip.readBytes(header.address + HEADER, size);
    return stored.every((byte, i) => byte === data[i]);
  }

  private markErased(header: Header): void {
    this.found = {};
    this.chip.program(header.address + 4, zeros(4));
  }

  private createFile(name: string, size: number): Header | undefined {
    this.found = {};
    const required = aligned(size) + HEADER;
    let address = this.holeFor(required);
    if (address < 0) {
      this.compact(); // by itself, as measured: a driver must never let it come to this
      address = this.holeFor(required);
    }
    if (address < 0) return undefined;
    const header = zeros(HEADER);
    writeU32(header, 0, size);
    header.set(latin1Bytes(paddedName(name)), 4);
    this.chip.program(address, header);
    return { address, word: size, size, name: paddedName(name) }; // it is not read back, whatever stood there
  }

  /** Where a file of `required` bytes, header included, can stand; −1 for nowhere. */
  private holeFor(required: number): number {
    let start = 0;
    while (start < this.chip.bytes) {
      const end = this.eachHeader(false, () => undefined, start);
      if (end < start || (end === 0 && this.isValid(this.headerAt(0)))) return -1;
      const nextPage = end - (end % this.chip.pageBytes) + this.chip.pageBytes;
      const nextIsFree = nextPage < this.chip.bytes && !this.isValid(this.headerAt(nextPage));
      const space = (nextIsFree ? this.chip.bytes : nextPage) - end;
      if (space >= required) return end;
      start = nextPage;
    }
    return -1;
  }

  private firstPageWithTrash(): number | undefined {
    let unbroken = 0;
    let first: number | undefined;
    this.eachHeader(true, (header) => {
      if (header.address % this.chip.pageBytes === 0) unbroken = header.address;
      if (header.name.startsWith("\0\0\0\0")) first ??= unbroken;
    });
    return first;
  }

  private isErasedAt(address: number, bytes: number): boolean {
    return this.chip.readBytes(address, bytes).every((byte) => byte === 0xff);
  }

  private programAligned(address: number, data: Uint8Array): void {
    const before = address % ALIGNMENT;
    const whole = aligned(before + data.length);
    const words = this.chip.readBytes(address - before, whole);
    words.set(data, before);
    this.chip.program(address - before, words);
  }
}

/** Neither erased nor of a kind that compaction drops. */
function isReal(header: Header): boolean {
  return !header.name.startsWith("\0\0\0\0") && header.word >>> 24 === 0;
}
