// Flash over the interpreter's Storage, used only in the ways that were measured to be safe: preallocate, append at
// offsets above 0, read back. Source: shared measurements in DESIGN.md §3.5. It never lets a write compact by itself.
import type { Flash } from "../contract/flash.ts";
import { isErased, zeros } from "../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../src/shared/faults.ts";

/** Storage's own header of a file, and alignment, with room to spare. */
const OVERHEAD_BYTES = 48;

const NO_BYTES = zeros(0);

export class StorageFlash implements Flash {
  private storage_: StorageModule;

  constructor(storage: StorageModule) {
    this.storage_ = storage;
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    if (this.storage_.getFree() < size + OVERHEAD_BYTES) return FaultNumber.FlashFull;
    this.erase(name);
    try {
      if (!this.storage_.write(name, head, 0, size)) return FaultNumber.FlashFull;
    } catch {
      return FaultNumber.FlashFull;
    }
    return this.size(name) === size ? FaultNumber.None : FaultNumber.FlashWriteTorn;
  }

  size(name: string): number {
    const content = this.storage_.read(name);
    return content === undefined ? -1 : content.length;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const text = this.storage_.read(name, offset, length);
    return text ? E.toUint8Array(text) : NO_BYTES;
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    const wanted = E.toString(data); // texts are compared natively; byte by byte took longer than the write
    for (let turn = 0; turn < 2; turn++) {
      try {
        this.storage_.write(name, data, offset);
      } catch {
        // "already written with different data", or no such file: what reads back decides
      }
      if (this.storage_.read(name, offset, data.length) === wanted) return FaultNumber.None;
      const stored = this.read(name, offset, data.length);
      if (stored.length < data.length) return FaultNumber.FlashFileMissing;
      if (!isErased(stored)) return FaultNumber.FlashWriteTorn;
    }
    return FaultNumber.FlashWriteLost;
  }

  erase(name: string): void {
    if (this.storage_.read(name, 0, 1) !== undefined) this.storage_.erase(name);
  }

  free(): number {
    const free = this.storage_.getFree() - OVERHEAD_BYTES;
    return free > 0 ? free : 0;
  }

  compact(): void {
    this.storage_.compact();
  }
}
