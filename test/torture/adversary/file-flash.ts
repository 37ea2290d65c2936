// Flash as files in memory, by the contract of hal/contract/flash.ts: a test takes a file out, spoils it and puts it back,
// and a copy of the whole costs nothing. What is under the files (Storage, pages, torn headers) is the flash model's affair.
import { crc32 } from "node:zlib";
import type { Flash } from "../../../hal/contract/flash.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";

/** Names and contents. */
export type Files = ReadonlyMap<string, Uint8Array>;

const FILE_OVERHEAD_BYTES = 48;

/** Files that are given are never changed: a file is copied before its first write. */
export class FileFlash implements Flash {
  private readonly files: Map<string, Uint8Array>;
  private readonly own = new Set<string>();
  private readonly capacity: number;

  constructor(files: Files = new Map(), capacity = 1 << 20) {
    this.files = new Map(files);
    this.capacity = capacity;
  }

  /** What it holds now, apart from it: later writes do not show. */
  snapshot(): Files {
    this.own.clear();
    return new Map(this.files);
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    if (size > this.free()) return FaultNumber.FlashFull;
    const bytes = new Uint8Array(size).fill(0xff);
    bytes.set(head, 0);
    this.files.set(name, bytes);
    this.own.add(name);
    return FaultNumber.None;
  }

  size(name: string): number {
    return this.files.get(name)?.length ?? -1;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    return this.files.get(name)?.slice(offset, offset + length) ?? new Uint8Array(0);
  }

  sum(name: string, length: number): number {
    const bytes = this.files.get(name);
    return bytes === undefined || bytes.length < length ? -1 : crc32(bytes.subarray(0, length));
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    const file = this.files.get(name);
    if (file === undefined || offset + data.length > file.length) return FaultNumber.FlashFileMissing;
    const place = file.subarray(offset, offset + data.length);
    if (place.every((byte, i) => byte === data[i])) return FaultNumber.None;
    if (!place.every((byte) => byte === 0xff)) return FaultNumber.FlashWriteTorn;
    this.writable(name, file).set(data, offset);
    return FaultNumber.None;
  }

  erase(name: string): void {
    this.files.delete(name);
  }

  free(): number {
    let used = 0;
    for (const bytes of this.files.values()) used += bytes.length + FILE_OVERHEAD_BYTES;
    return Math.max(0, this.capacity - used);
  }

  compact(): void {
    this.own.clear();
  }

  tidy(known: string): FaultNumber {
    for (const name of [...this.files.keys()]) if (!known.includes(`,${name},`)) this.files.delete(name);
    return FaultNumber.None;
  }

  private writable(name: string, file: Uint8Array): Uint8Array {
    if (this.own.has(name)) return file;
    const copy = file.slice();
    this.files.set(name, copy);
    this.own.add(name);
    return copy;
  }
}

/** A file's bytes. @throws Error when there is no such file */
export function fileOf(files: Files, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`there is no file ${name}`);
  return bytes;
}

/** The same files, one of them changed by hand. */
export function withFile(files: Files, name: string, change: (bytes: Uint8Array) => void): Files {
  const bytes = fileOf(files, name).slice();
  change(bytes);
  return new Map([...files, [name, bytes]]);
}

/** The same files, one bit of one of them turned over. */
export function withBit(files: Files, name: string, bit: number): Files {
  return withFile(files, name, (bytes) => {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  });
}
