// A flash for fuzzing: files in memory, put back in no time, and a budget of reads that stands in for a stop watch: code
// that reads more than its input allows hangs, on any machine.
import { crc32 } from "node:zlib";
import type { Flash } from "../../../hal/contract/flash.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";

/** Names and contents of files. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Thrown when the budget is used up: the code under test hangs, or nearly does. */
export class Hang extends Error {}

const NO_BYTES = new Uint8Array(0);

/**
 * Follows the contract of hal/contract/flash.ts, and throws at what the interpreter's Storage takes for something else: a
 * length of 0 means all that follows there. Files given to it are never changed.
 */
export class MemoryFlash implements Flash {
  reads = 0;
  /** Reads that may still be made before it counts as a hang. */
  budget = Infinity;
  private given: Files = new Map();
  private files = new Map<string, Uint8Array>();
  private readonly capacity: number;

  constructor(capacity = 64 * 1024) {
    this.capacity = capacity;
  }

  /** Holds these files and no others from now on. */
  put(files: Files, budget = Infinity): void {
    this.given = files;
    this.files = new Map(files);
    this.reads = 0;
    this.budget = budget;
  }

  /** What it holds now. */
  contents(): Files {
    return this.files;
  }

  /** Whether anything was written, created or erased since {@link put}. */
  isChanged(): boolean {
    if (this.files.size !== this.given.size) return true;
    for (const [name, bytes] of this.files) if (this.given.get(name) !== bytes) return true;
    return false;
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    if (size + 48 > this.free()) return FaultNumber.FlashFull;
    const bytes = new Uint8Array(size).fill(0xff);
    bytes.set(head, 0);
    this.files.delete(name);
    this.files.set(name, bytes);
    return FaultNumber.None;
  }

  size(name: string): number {
    return this.files.get(name)?.length ?? -1;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    if (++this.reads > this.budget) throw new Hang(`more than ${this.budget} reads`);
    if (length <= 0)
      throw new RangeError(`read of ${name} at ${offset}, ${length} bytes: Storage gives all that follows`);
    const bytes = this.files.get(name);
    return bytes === undefined ? NO_BYTES.slice() : bytes.slice(offset, offset + length);
  }

  sum(name: string, length: number): number {
    const bytes = this.files.get(name);
    return bytes === undefined || bytes.length < length ? -1 : crc32(bytes.subarray(0, length));
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    const before = this.files.get(name);
    if (before === undefined || offset + data.length > before.length) return FaultNumber.FlashFileMissing;
    if (offset <= 0 || offset % 8 !== 0 || data.length === 0 || data.length % 8 !== 0) {
      throw new RangeError(`append to ${name} at ${offset}, ${data.length} bytes: no whole words`);
    }
    let isSame = true;
    for (let i = 0; i < data.length; i++) if (before[offset + i] !== data[i]) isSame = false;
    if (isSame) return FaultNumber.None;
    for (let i = 0; i < data.length; i++) if (before[offset + i] !== 0xff) return FaultNumber.FlashWriteTorn;
    const after = before === this.given.get(name) ? before.slice() : before;
    after.set(data, offset);
    this.files.set(name, after);
    return FaultNumber.None;
  }

  erase(name: string): void {
    this.files.delete(name);
  }

  free(): number {
    let used = 0;
    for (const bytes of this.files.values()) used += bytes.length + 48;
    return Math.max(0, this.capacity - used);
  }

  compact(): void {
    this.reads++;
  }

  /** No name here is ever torn. */
  tidy(): FaultNumber {
    return FaultNumber.None;
  }
}
