// A NOR flash chip that is harsher than silicon, in the manner of littlefs's emulated block device: bits go from 1 to 0
// only, pages are erased whole, words take two programs between erases (nRF52840 PS §4.3.1: nWRITE), a cut tears the
// operation under way, words and pages wear out, reads may be noisy. It is not part of a bundle: it outlives the firmware.
import { type FlashChip, POWER_CUT } from "./host.ts";
import { type Tear, tornBytes } from "./tear.ts";

/** Bytes of a word: the unit of programming. Programs are counted by it. */
const WORD_BYTES = 4;
/** Programs a word takes between two erases. */
const PROGRAMS_MAX = 2;

/** How a chip is made. */
export interface ChipGeometry {
  /** 1,024 when left out, as in the interpreter's Linux build; hardware has 4,096. */
  pageBytes?: number;
  /** Addresses and lengths of programs are multiples of it: 4 when left out, 8 on chips with wide words. */
  alignment?: 4 | 8;
}

/** A power cut to come. */
export interface PlannedCut {
  /** Which program or erase from now on, 1 for the next one. */
  write: number;
  /** What it leaves of that operation. */
  tear: Tear;
}

/** One program or erase that the chip carried out, or in which the power failed. */
export interface ChipWrite {
  address: number;
  length: number;
  kind: "program" | "erase";
}

function programsSoFar(image: Uint8Array): Uint8Array {
  const programs = new Uint8Array(image.length / WORD_BYTES);
  for (let at = 0; at < image.length; at++) if (image[at] !== 0xff) programs[at >> 2] = 1;
  return programs;
}

/** The chip. Knobs are plain fields; what it counts may be read at any time. */
export class SimChip implements FlashChip {
  readonly bytes: number;
  readonly pageBytes: number;
  /** What the cells hold. */
  readonly image: Uint8Array;
  /** Operations since the chip was made. */
  writes = 0;
  /** Erases of each page. */
  readonly wear: Uint32Array;
  /** Addresses of words that were programmed a third time: a driver's mistake on real silicon. */
  readonly overprogrammed: number[];
  /** Addresses of words that do not program any more: programming them changes nothing. */
  readonly deadWords = new Set<number>();
  /** Addresses of pages that do not erase any more. */
  readonly deadPages = new Set<number>();
  /** Called for every read, with the copy that is given out: what it changes is noise. */
  noise: ((address: number, bytes: Uint8Array) => void) | undefined;
  /** Called before every operation; a tear makes the power fail in it. */
  onWrite: ((write: ChipWrite) => Tear | undefined) | undefined;
  /** Called when the power failed, before the operation is given up. */
  onCut: () => void;
  private readonly alignment: 4 | 8;
  private readonly programs: Uint8Array;
  private isPowered = true;
  private cutAt = 0;
  private cutTear: Tear = "nothing";

  /**
   * @param image what the chip holds, changed in place
   * @param programs programs of each word since its erase; when left out, 0 where it is erased, else 1
   */
  constructor(image: Uint8Array, geometry: ChipGeometry = {}, programs = programsSoFar(image)) {
    this.image = image;
    this.onCut = () => undefined;
    this.overprogrammed = [];
    this.bytes = image.length;
    this.pageBytes = geometry.pageBytes ?? 1024;
    this.alignment = geometry.alignment ?? 4;
    if (this.bytes % this.pageBytes !== 0) throw new RangeError("image: whole pages");
    this.wear = new Uint32Array(this.bytes / this.pageBytes);
    this.programs = programs;
  }

  /** Takes the state of a chip of the same size: cells and counts, not its knobs. */
  become(other: SimChip): void {
    this.image.set(other.image);
    this.programs.set(other.programs);
    this.wear.set(other.wear);
    this.overprogrammed.splice(0);
    this.overprogrammed.push(...other.overprogrammed);
  }

  /** A chip in the same state, its own from here on; knobs and listeners are not copied. */
  copy(): SimChip {
    const geometry = { pageBytes: this.pageBytes, alignment: this.alignment };
    const copy = new SimChip(this.image.slice(), geometry, this.programs.slice());
    copy.wear.set(this.wear);
    copy.overprogrammed.push(...this.overprogrammed);
    return copy;
  }

  /** Plans a cut; takes the place of one planned before. */
  cutAtWrite(cut: PlannedCut): void {
    this.cutAt = this.writes + cut.write;
    this.cutTear = cut.tear;
  }

  /** The battery is back. Only now does the chip answer again. */
  powerUp(): void {
    this.isPowered = true;
    this.cutAt = 0;
  }

  /** The battery is out: every operation throws until {@link powerUp}. */
  powerDown(): void {
    this.isPowered = false;
  }

  readBytes(address: number, length: number): Uint8Array {
    if (!this.isPowered) throw new Error(POWER_CUT);
    const bytes = this.image.slice(address, address + length);
    if (this.noise !== undefined) this.noise(address, bytes);
    return bytes;
  }

  program(address: number, data: Uint8Array): void {
    if (address % this.alignment !== 0 || data.length % this.alignment !== 0) {
      throw new RangeError(`program: ${data.length} bytes at ${address} are not whole words of ${this.alignment}`);
    }
    if (address < 0 || address + data.length > this.bytes) throw new RangeError(`program: ${address} is outside`);
    const cells = this.image.subarray(address, address + data.length);
    const tear = this.begin({ address, length: data.length, kind: "program" });
    const after = cells.map((byte, i) => byte & (data[i] ?? 0xff));
    this.settle(address, tear === undefined ? after : tornBytes(cells, after, tear));
    if (tear !== undefined) this.fail();
  }

  erasePage(address: number): void {
    if (address % this.pageBytes !== 0) throw new RangeError(`erasePage: no page begins at ${address}`);
    const page = this.image.subarray(address, address + this.pageBytes);
    const tear = this.begin({ address, length: this.pageBytes, kind: "erase" });
    this.wear[address / this.pageBytes]++;
    if (!this.deadPages.has(address)) {
      const after = new Uint8Array(this.pageBytes).fill(0xff);
      page.set(tear === undefined ? after : tornBytes(page, after, tear));
      this.programs.fill(0, address / WORD_BYTES, (address + this.pageBytes) / WORD_BYTES);
      if (tear !== undefined) this.countAsProgrammed(address, page);
    }
    if (tear !== undefined) this.fail();
  }

  private begin(write: ChipWrite): Tear | undefined {
    if (!this.isPowered) throw new Error(POWER_CUT);
    this.writes++;
    const asked = this.onWrite === undefined ? undefined : this.onWrite(write);
    return this.writes === this.cutAt ? this.cutTear : asked;
  }

  /** Puts programmed bytes in place, word by word, counting each word that changed. */
  private settle(address: number, after: Uint8Array): void {
    for (let at = 0; at < after.length; at += WORD_BYTES) {
      const word = address + at;
      const fresh = after.subarray(at, at + WORD_BYTES);
      const cells = this.image.subarray(word, word + WORD_BYTES);
      if (fresh.every((byte, i) => byte === cells[i])) continue; // all ones program nothing
      if (this.deadWords.has(word)) continue;
      if (++this.programs[word >> 2] > PROGRAMS_MAX) this.overprogrammed.push(word);
      cells.set(fresh);
    }
  }

  private countAsProgrammed(address: number, page: Uint8Array): void {
    page.forEach((byte, i) => {
      if (byte !== 0xff) this.programs[(address + i) >> 2] = 1;
    });
  }

  private fail(): never {
    this.isPowered = false;
    this.onCut();
    throw new Error(POWER_CUT);
  }
}
