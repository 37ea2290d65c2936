// Simulated flash with the rules that were measured on the interpreter's Storage: bits go from 1 to 0 only, a file is a
// 32-byte header and its bytes, erased files stay as trash until compaction, compaction is not safe against a power
// cut. Layout: size u32, name 28 bytes, data, padded to 8.
import type { Flash } from "../contract/flash.ts";
import { isErased, latin1Bytes, readU32, sameBytes, writeU32 } from "../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { POWER_CUT, type SimHost } from "./host.ts";

const HEADER = 32;
const NAME = 28;
const ERASED_SIZE = 0xffffffff;

interface Entry {
  name: string;
  address: number;
  size: number;
}

/** Flash in the host's image; every program step asks the host whether the power lasts. */
export class SimFlash implements Flash {
  private host_: Pick<SimHost, "image" | "beforeWrite">;

  constructor(host: Pick<SimHost, "image" | "beforeWrite">) {
    this.host_ = host;
  }

  create(name: string, size: number, head: Uint8Array): FaultNumber {
    if (padded(size) + HEADER > this.free() + HEADER) return FaultNumber.FlashFull;
    this.erase(name);
    const address = this.end_();
    const header = new Uint8Array(HEADER);
    writeU32(header, 0, size);
    header.set(latin1Bytes(name.slice(0, NAME)), 4);
    this.program_(address, header);
    this.program_(address + HEADER, head);
    return FaultNumber.None;
  }

  size(name: string): number {
    const entry = this.find_(name);
    return entry ? entry.size : -1;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    const entry = this.find_(name);
    if (!entry || offset >= entry.size) return new Uint8Array(0);
    const start = entry.address + HEADER + offset;
    return new Uint8Array(this.host_.image.subarray(start, start + Math.min(length, entry.size - offset)));
  }

  append(name: string, offset: number, data: Uint8Array): FaultNumber {
    const entry = this.find_(name);
    if (!entry || offset + data.length > entry.size) return FaultNumber.FlashFileMissing;
    const at = entry.address + HEADER + offset;
    const place = this.host_.image.subarray(at, at + data.length);
    for (let turn = 0; turn < 2; turn++) {
      if (sameBytes(place, data)) return FaultNumber.None; // as measured: the same bytes again cost nothing
      if (!isErased(place)) return FaultNumber.FlashWriteTorn; // the interpreter: "already written with different data"
      this.program_(at, data);
      if (sameBytes(place, data)) return FaultNumber.None;
    }
    return isErased(place) ? FaultNumber.FlashWriteLost : FaultNumber.FlashWriteTorn;
  }

  erase(name: string): void {
    const entry = this.find_(name);
    if (entry) this.program_(entry.address + 4, new Uint8Array(1));
  }

  free(): number {
    const free = this.host_.image.length - this.end_() - HEADER;
    return free < 0 ? 0 : free;
  }

  compact(): void {
    const files: { name: string; data: Uint8Array }[] = [];
    this.walk_((entry) => {
      if (entry.name !== "") files.push({ name: entry.name, data: this.read(entry.name, 0, entry.size) });
    });
    if (this.host_.beforeWrite(0, this.host_.image.length) < this.host_.image.length) {
      this.host_.image.fill(0xff); // as measured: a cut in here ends in an empty device
      throw new Error(POWER_CUT);
    }
    this.host_.image.fill(0xff);
    for (const file of files) this.create(file.name, file.data.length, file.data);
  }

  private program_(address: number, data: Uint8Array): void {
    const image = this.host_.image;
    const lasts = this.host_.beforeWrite(address, data.length);
    for (let i = 0; i < data.length && i < lasts; i++) image[address + i] = image[address + i] & data[i];
    if (lasts < data.length) throw new Error(POWER_CUT);
  }

  /** Visits every file, trash included (its name is empty); returns the first free address. */
  private walk_(visit: (entry: Entry) => void): number {
    const image = this.host_.image;
    let address = 0;
    while (address + HEADER <= image.length && readU32(image, address) !== ERASED_SIZE) {
      let name = "";
      for (let i = 4; i < HEADER && image[address + i] !== 0; i++) name += String.fromCharCode(image[address + i]);
      const size = readU32(image, address);
      if (size > image.length) return image.length; // a torn header: nothing behind it is found or written any more
      visit({ name: name, address: address, size: size });
      address += HEADER + padded(size);
    }
    return address;
  }

  private find_(name: string): Entry | undefined {
    let found: Entry | undefined;
    this.walk_((entry) => {
      if (entry.name === name) found = entry;
    });
    return found;
  }

  private end_(): number {
    return this.walk_(() => undefined);
  }
}

function padded(size: number): number {
  return (size + 7) & ~7;
}
