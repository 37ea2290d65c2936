// Puts a bundle into a handheld's free slot, and lays the slots down first where Storage is blank: SPEC.md §11.1. In every
// write the power may fail: the bundle that runs starts again. It never erases the slot of the bundle that was up last,
// and nothing of a Storage that holds more than an unfinished layout unless it is told to.
import type { Hash } from "../../shared/crypto/hash.ts";
import { BOOT_CELL_BYTES, type BootCell, BootKind, encodeBootCell } from "../../shared/wire/boot-record.ts";
import { sameBytes } from "../../shared/wire/bytes.ts";
import { BenchFault } from "../faults.ts";
import type { BoardStorage } from "./board-storage.ts";
import { type BootChoice, chooseBundle, freeSlot, TRIAL_CELLS } from "./boot-choice.ts";
import {
  type BootLayout,
  filesOf,
  HEADER_BYTES,
  headerOf,
  type LaidFile,
  layoutFor,
  layoutOfHeader,
  type SlotLetter,
  type StorageGeometry,
} from "./boot-layout.ts";
import { FlashError } from "./flash-error.ts";

const NEW_LINE = 10;

/** What is flashed, and where. */
export interface FlashOrder {
  geometry: StorageGeometry;
  /** The loader's text; it is padded with line ends. */
  loader: Uint8Array;
  bundle: Uint8Array;
  /** Erase all of Storage first, the key with it. */
  erase: boolean;
}

/** Takes what is being done, as it is done. */
export interface FlashProgress {
  /** A line for a person. */
  say(words: string): void;
  /** Bytes of a file that are written. */
  wrote(name: string, bytes: number, of: number): void;
}

/** How it ended. */
export interface FlashOutcome {
  /** Whether nothing had to be written: the same bundle is up already. */
  wasThere: boolean;
  slot: SlotLetter;
}

/** One run; the hash is Node's. */
export class BundleFlasher {
  private readonly storage: BoardStorage;
  private readonly hash: Hash;
  private readonly order: FlashOrder;
  private readonly progress: FlashProgress;

  constructor(storage: BoardStorage, hash: Hash, order: FlashOrder, progress: FlashProgress) {
    this.storage = storage;
    this.hash = hash;
    this.order = order;
    this.progress = progress;
  }

  /**
   * Flashes. The bundle starts, as a trial, when the handheld starts next.
   * @throws FlashError; whatever had been up before starts as before
   */
  async flash(): Promise<FlashOutcome> {
    const { geometry, bundle } = this.order;
    if (bundle.length === 0 || bundle.length > geometry.slotBytes) {
      const words = `the bundle has ${bundle.length} bytes, a slot of this board ${geometry.slotBytes}`;
      throw new FlashError(BenchFault.FlashTooLarge, words);
    }
    const total = await this.storage.totalBytes();
    if (total !== geometry.bytes) {
      const words = `Storage has ${total} bytes here, the board's description says ${geometry.bytes}`;
      throw new FlashError(
        BenchFault.FlashOtherStorage,
        `${words}: wrong --board, or another build of the interpreter`,
      );
    }
    const there = this.order.erase ? undefined : await this.findLayout();
    return this.update(there ?? (await this.layDown()));
  }

  /** How the bundle fares on a handheld that it was flashed to. */
  async standing(): Promise<"up" | "waiting" | "given up"> {
    const { geometry, bundle } = this.order;
    const layout = layoutOfHeader(geometry, await this.storage.read(0, HEADER_BYTES));
    if (layout === undefined) return "given up";
    const { starts, isTrial } = await this.choice(layout);
    if (starts === undefined || !this.isBundle(starts, bundle)) return "given up";
    return isTrial ? "waiting" : "up";
  }

  private isBundle(cell: BootCell, bundle: Uint8Array): boolean {
    return cell.length === bundle.length && cell.sum === this.hash.crc32(bundle);
  }

  /**
   * The layout that is there, complete; undefined when there is none and Storage may be erased.
   * @throws FlashError 1007 when something else is there
   */
  private async findLayout(): Promise<BootLayout | undefined> {
    const { geometry, loader } = this.order;
    const known = layoutOfHeader(geometry, await this.storage.read(0, HEADER_BYTES));
    const layout = known ?? layoutFor(geometry, loader.length);
    for (const file of filesOf(layout)) {
      if (sameBytes(await this.storage.read(file.header, HEADER_BYTES), headerOf(file))) continue;
      // A layout that was cut short: behind the header that was being written, nothing was ever written.
      if (await this.storage.isErased(file.content, geometry.bytes - file.content)) return undefined;
      const words = "Storage holds something that this layout knows nothing of, as another tool leaves it";
      throw new FlashError(BenchFault.FlashNotEmpty, `${words}; --erase erases all of it, the handheld's key with it`);
    }
    if ((await this.storage.sum(layout.loader, layout.loader.size)) !== this.hash.crc32(this.padded(layout.loader))) {
      this.progress.say("the loader there is of another version, and stays: only --erase replaces it");
    }
    return layout;
  }

  private padded({ size }: LaidFile): Uint8Array {
    const text = new Uint8Array(size).fill(NEW_LINE);
    text.set(this.order.loader.subarray(0, size));
    return text;
  }

  /** Lays the files down on what becomes an empty Storage. */
  private async layDown(): Promise<BootLayout> {
    const { geometry, loader } = this.order;
    const layout = layoutFor(geometry, loader.length);
    if (this.order.erase || !(await this.storage.isErased(0, geometry.bytes))) {
      this.progress.say("erasing all of Storage");
      await this.storage.eraseAll();
    }
    for (const file of filesOf(layout)) {
      const isLoader = file === layout.loader;
      const text = isLoader ? this.padded(file) : new Uint8Array([0xff]);
      await this.storage.create(file, text, (bytes) => {
        if (isLoader) this.progress.wrote(file.name, bytes, file.size);
      });
      if (!sameBytes(await this.storage.read(file.header, HEADER_BYTES), headerOf(file))) {
        throw new FlashError(BenchFault.FlashOtherStorage, `Storage did not put ${file.name} where the layout has it`);
      }
      if (isLoader) await this.checkSum(file, text);
    }
    this.progress.say("loader, boot record and slots are laid down");
    return layout;
  }

  private async checkSum(file: LaidFile, bytes: Uint8Array): Promise<void> {
    if ((await this.storage.sum(file, bytes.length)) === this.hash.crc32(bytes)) return;
    throw new FlashError(BenchFault.FlashReadBack, `${file.name} does not read back as it was written`);
  }

  private async update(layout: BootLayout): Promise<FlashOutcome> {
    const { bundle, geometry } = this.order;
    const sum = this.hash.crc32(bundle);
    const choice = await this.choice(layout);
    const { up } = choice;
    if (up !== undefined && choice.starts === up && this.isBundle(up, bundle)) {
      return { wasThere: true, slot: up.slot === "a" ? "a" : "b" };
    }
    const slot = freeSlot(choice);
    const file = layout.slots[slot];
    for (let at = 0; at < geometry.slotBytes; at += geometry.pageBytes) await this.storage.erasePage(file.content + at);
    await this.storage.program(file.content, bundle, (bytes) => this.progress.wrote(file.name, bytes, bundle.length));
    await this.checkSum(file, bundle);
    const used = await this.makeRoom(layout, choice);
    const cell = { kind: BootKind.Try, slot, length: bundle.length, sum };
    await this.putCell(layout.record.content + used * BOOT_CELL_BYTES, cell);
    return { wasThere: false, slot };
  }

  private async choice(layout: BootLayout): Promise<BootChoice> {
    const record = await this.storage.read(layout.record.content, layout.record.size);
    const sum = (slot: SlotLetter, length: number): Promise<number> => this.storage.sum(layout.slots[slot], length);
    return chooseBundle(this.hash, record, this.order.geometry.pageBytes, sum);
  }

  /**
   * Begins the record's page anew when it has no room for a whole trial. Its spare page, which is read first, gets the
   * cell of the bundle that is up before: cut between erasing and writing, that bundle starts by it.
   * @returns cells in use now
   */
  private async makeRoom({ record }: BootLayout, { used, isClean, spareUsed, up }: BootChoice): Promise<number> {
    const { pageBytes } = this.order.geometry;
    if (isClean && (used + TRIAL_CELLS) * BOOT_CELL_BYTES <= pageBytes) return used;
    if (up !== undefined) {
      const at = spareUsed * BOOT_CELL_BYTES;
      if (at + BOOT_CELL_BYTES > record.size - pageBytes) {
        throw new FlashError(BenchFault.FlashRecordWorn, "the boot record is full for good; --erase makes a new one");
      }
      await this.putCell(record.content + pageBytes + at, up);
    }
    await this.storage.erasePage(record.content);
    if (up === undefined) return 0;
    await this.putCell(record.content, up);
    return 1;
  }

  private async putCell(offset: number, cell: BootCell): Promise<void> {
    const bytes = encodeBootCell(this.hash, cell);
    await this.storage.program(offset, bytes);
    if (sameBytes(await this.storage.read(offset, bytes.length), bytes)) return;
    throw new FlashError(BenchFault.FlashReadBack, "a cell of the boot record does not read back as it was written");
  }
}
