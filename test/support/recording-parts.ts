// Flash and hash that tell what was asked of them, in order; the flash may be told to fail.
import type { Flash } from "../../hal/contract/flash.ts";
import type { FaultNumber } from "../../src/shared/faults.ts";
import type { Hash } from "../../src/shared/crypto/hash.ts";

/** One thing that a part was asked to do. */
export interface Step {
  what: "append" | "read" | "sha256" | "show";
  /** File of the flash; empty for the hash. */
  file: string;
  offset: number;
  bytes: Uint8Array;
}

/** A flash that notes reads and appends. */
export class RecordingFlash implements Flash {
  readonly steps: Step[];
  /** Faults for coming appends to a file: given instead of writing, first one first; 0 writes. */
  readonly faults = new Map<string, FaultNumber[]>();
  private readonly flash: Flash;

  constructor(flash: Flash, steps: Step[] = []) {
    this.flash = flash;
    this.steps = steps;
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    return this.flash.create(name, size, head);
  }

  size(name: string): number {
    return this.flash.size(name);
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const bytes = this.flash.read(name, offset, length);
    this.steps.push({ what: "read", file: name, offset, bytes: bytes.slice() });
    return bytes;
  }

  sum(name: string, length: number): number {
    return this.flash.sum(name, length);
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    const fault = this.faults.get(name)?.shift() ?? 0;
    if (fault !== 0) return fault;
    this.steps.push({ what: "append", file: name, offset, bytes: data.slice() });
    return this.flash.append(name, offset, data);
  }

  erase(name: string): void {
    this.flash.erase(name);
  }

  free(): number {
    return this.flash.free();
  }

  compact(): void {
    this.flash.compact();
  }

  tidy(known: string): FaultNumber {
    return this.flash.tidy(known);
  }
}

/** A hash that notes what it hashed. */
export class RecordingHash implements Hash {
  readonly steps: Step[];
  private readonly hash: Hash;

  constructor(hash: Hash, steps: Step[] = []) {
    this.hash = hash;
    this.steps = steps;
  }

  sha256(data: Uint8Array): Uint8Array {
    this.steps.push({ what: "sha256", file: "", offset: 0, bytes: data.slice() });
    return this.hash.sha256(data);
  }

  crc32(data: Uint8Array): number {
    return this.hash.crc32(data);
  }
}
