// Updates from the depot: stored strictly in order in a preallocated file, one slot each; SPEC.md §7.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { readU32, sameBytes } from "../../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  decodeUpdate,
  encodeUpdatesHeader,
  type Update,
  UPDATE_BYTES,
  UPDATE_HEADER_BYTES,
  UpdateKind,
  updateIsWhole,
} from "../../../src/shared/wire/update.ts";
import { CodeFlag } from "../../../src/shared/wire/manifest.ts";
import type { Code } from "../manifest/manifest.ts";
import { usedEntries } from "../used-entries.ts";

/** Bytes of an updates file. */
export function updatesFileBytes(slots: number): number {
  return UPDATE_HEADER_BYTES + slots * UPDATE_BYTES;
}

/** Creates the updates file; dock only. */
export function createUpdates(flash: Flash, hash: Hash, name: string, slots: number, epoch: number): FaultNumber {
  return flash.create(name, updatesFileBytes(slots), encodeUpdatesHeader(hash, slots, epoch));
}

/** Ledger row of the code that an update brings: by its number, so that it stays the same wherever it is stored. */
export function rowOfUpdate(codes: number, update: Update): number {
  return codes + update.number - 1;
}

/** The stored updates of a journal epoch. */
export class Updates {
  /** Number of the last update stored. */
  last: number;
  private flash_: Flash;
  private hash_: Hash;
  private name_: string;
  private slots_: number;
  private epoch_: number;
  /** Slots used; more than `last` when a power cut tore one. */
  private used_: number;

  constructor(flash: Flash, hash: Hash, name: string, slots: number, journalEpoch: number) {
    this.flash_ = flash;
    this.hash_ = hash;
    this.name_ = name;
    this.slots_ = slots;
    this.epoch_ = journalEpoch;
    this.used_ = 0;
    this.last = 0;
  }

  /** Checks the header and finds the last update. */
  open(): FaultNumber {
    const header = encodeUpdatesHeader(this.hash_, this.slots_, this.epoch_);
    const stored = this.flash_.read(this.name_, 0, UPDATE_HEADER_BYTES);
    if (!sameBytes(stored, header)) return FaultNumber.LedgerHeader;
    this.used_ = usedEntries(this.slots_, (slot) => this.read_(slot));
    // Strictly in order: behind one that was damaged nothing counts as stored until the depot has sent it again.
    this.each((update) => {
      if (update.number === this.last + 1) this.last++;
    });
    return FaultNumber.None;
  }

  /**
   * Stores the next update; one that is stored already is passed over.
   * @returns SyncUpdateDamaged, SyncUpdateOrder, SyncUpdatesFull, or what the flash says
   */
  store(bytes: Uint8Array): FaultNumber {
    if (!updateIsWhole(this.hash_, bytes, this.epoch_)) return FaultNumber.SyncUpdateDamaged;
    const number = readU32(bytes, 0);
    if (number <= this.last) return FaultNumber.None;
    if (number !== this.last + 1) return FaultNumber.SyncUpdateOrder;
    if (this.used_ >= this.slots_) return FaultNumber.SyncUpdatesFull;
    const fault = this.flash_.append(this.name_, UPDATE_HEADER_BYTES + this.used_ * UPDATE_BYTES, bytes);
    if (fault !== FaultNumber.FlashWriteLost) this.used_++;
    if (fault === FaultNumber.None) this.last = number;
    return fault;
  }

  /** All whole updates in order. */
  each(visit: (update: Update) => void): void {
    for (let slot = 0; slot < this.used_; slot++) {
      const bytes = this.read_(slot);
      if (updateIsWhole(this.hash_, bytes, this.epoch_)) visit(decodeUpdate(bytes));
    }
  }

  /**
   * Follows a code through the updates, as far as one that was accepted: that one stands.
   * @param codes codes of the manifest: replacements have their ledger rows behind them
   * @returns the code that counts; its Void flag is set when the depot replaced it and no successor for today is here
   */
  current(code: Code, codes: number, isAccepted: (code: Code) => boolean): Code {
    let current = code;
    this.each((update) => {
      if (update.code !== current.id || isAccepted(current)) return;
      if (update.kind === UpdateKind.Void) current.flags = current.flags | CodeFlag.Void;
      if (update.kind === UpdateKind.Replace) current = replacement(update, rowOfUpdate(codes, update));
    });
    return current;
  }

  private read_(slot: number): Uint8Array {
    return this.flash_.read(this.name_, UPDATE_HEADER_BYTES + slot * UPDATE_BYTES, UPDATE_BYTES);
  }
}

function replacement(update: Update, row: number): Code {
  return {
    id: update.newCode,
    row: row,
    salt: update.salt,
    tag: update.tag,
    tagBits: update.tagBits,
    day: update.day,
    triesKnown: update.triesKnown,
    releasesKnown: 0,
    flags: 0,
  };
}
