// The journal: every result, in slots of 64 bytes, body first, MAC after, chained. SPEC.md §5. The end is found by
// binary search, so a long day boots as fast as a short one. Nothing is ever erased or rewritten here.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { copyBytes, isErased, sameBytes } from "../../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  encodeBody,
  encodeJournalHeader,
  FREE_SLOTS_MIN,
  JOURNAL_HEADER_BYTES,
  RECORD_BYTES,
  type RecordBody,
  RecordFlag,
  recordMac,
  RecordType,
} from "../../../src/shared/wire/journal.ts";
import { usedEntries } from "../used-entries.ts";

/** Which journal this is, and the key and MAC it starts from. */
export interface JournalIdentity {
  device: number;
  journalEpoch: number;
  sequence: number;
  slots: number;
  /** 32 bytes. */
  recordKey: Uint8Array;
  /** First 16 bytes of the manifest's MAC. */
  start: Uint8Array;
}

/** Bytes of a journal file. */
export function journalFileBytes(slots: number): number {
  return JOURNAL_HEADER_BYTES + slots * RECORD_BYTES;
}

/** Creates the journal file; dock only. */
export function createJournal(flash: Flash, hash: Hash, name: string, identity: JournalIdentity): FaultNumber {
  return flash.create(name, journalFileBytes(identity.slots), headerOf(hash, identity));
}

function headerOf(hash: Hash, of: JournalIdentity): Uint8Array {
  return encodeJournalHeader(hash, of.device, of.journalEpoch, of.sequence, of.slots);
}

/** An open journal. */
export class Journal {
  /** Slots in use; the next record goes here. */
  end: number;
  /** Body of the last whole record, undefined in an empty journal. */
  last: RecordBody | undefined;
  private flash_: Flash;
  private hash_: Hash;
  private name_: string;
  private identity_: JournalIdentity;
  /** MAC of the last valid record, or the start. */
  private chain_: Uint8Array;
  /** Slot whose body is written and whose MAC is not, −1 for none. */
  private unsealed_: number;

  constructor(flash: Flash, hash: Hash, name: string, identity: JournalIdentity) {
    this.flash_ = flash;
    this.hash_ = hash;
    this.name_ = name;
    this.identity_ = identity;
    this.end = 0;
    this.last = undefined;
    this.chain_ = identity.start;
    this.unsealed_ = -1;
  }

  /**
   * Finds the end and mends the last record. Reads O(log n) slots, never all of them. The manifest says all that the
   * header does: when that is damaged the day stops, but what the journal holds is still sent.
   */
  open(): FaultNumber {
    const header = headerOf(this.hash_, this.identity_);
    const isOurs = sameBytes(this.flash_.read(this.name_, 0, JOURNAL_HEADER_BYTES), header);
    this.end = usedEntries(this.identity_.slots, (slot) => this.read(slot));
    const mended = this.mend_(true);
    return isOurs ? mended : FaultNumber.JournalHeader;
  }

  /**
   * Opens a journal without its manifest, to be sent and for nothing else.
   * @returns whether it holds a record that was made with this handheld's key
   */
  openStranded(): boolean {
    this.end = usedEntries(this.identity_.slots, (slot) => this.read(slot));
    return this.mend_(false) === FaultNumber.None && this.last !== undefined;
  }

  /** Whether a try may still be taken: its records, and those that follow it, have room. */
  hasRoom(): boolean {
    return this.identity_.slots - this.end >= FREE_SLOTS_MIN;
  }

  /** The 64 bytes of a slot. */
  read(slot: number): Uint8Array {
    return this.flash_.read(this.name_, this.offset_(slot), RECORD_BYTES);
  }

  /**
   * Whether a slot holds a record that counts and is sent: not stated again behind it, and not without a MAC before others
   * (a torn body that reads as whole at a later start). A damaged one is sent as it is: the depot may mend it.
   */
  isValid(slot: number): boolean {
    if (!this.isRecord_(slot)) return false;
    let next = slot + 1;
    while (next < this.end && !this.isRecord_(next)) next++;
    return next >= this.end || (!this.isRestated_(next) && this.hasMac_(slot));
  }

  /**
   * Writes a record's body into the next slot and reads it back. The MAC follows with {@link seal}.
   * @returns None; JournalFull; FlashWriteLost (slot not used) or FlashWriteTorn (slot void)
   */
  append(body: RecordBody): FaultNumber {
    const sealFault = this.seal();
    if (sealFault !== FaultNumber.None) return sealFault;
    if (this.end >= this.identity_.slots) return FaultNumber.JournalFull;
    const bytes = encodeBody(this.hash_, body, this.identity_.journalEpoch, this.end);
    let fault = this.flash_.append(this.name_, this.offset_(this.end), bytes);
    // What reads as whole is whole, however it read before: at the next start it would count as well.
    if (fault === FaultNumber.FlashWriteTorn && this.isWhole_(this.end)) fault = FaultNumber.None;
    if (fault === FaultNumber.FlashWriteLost || fault === FaultNumber.FlashFileMissing) return fault;
    if (fault === FaultNumber.None) {
      this.unsealed_ = this.end;
      this.last = body;
    }
    this.end++;
    return fault;
  }

  /**
   * Writes the MAC of the last body, if it is still missing; may happen after the verdict is drawn. Where it does not read
   * back, the body is stated again in the next slot, as a start would do it.
   */
  seal(): FaultNumber {
    const slot = this.unsealed_;
    if (slot < 0) return FaultNumber.None;
    const mac = this.macOf_(slot, this.read(slot), this.chain_);
    const fault = this.flash_.append(this.name_, this.offset_(slot) + BODY_BYTES, mac);
    if (fault === FaultNumber.None) {
      this.unsealed_ = -1;
      this.chain_ = mac;
    }
    return fault === FaultNumber.FlashWriteTorn ? this.restate_(slot) : fault;
  }

  /** MAC of the last valid record before a slot; `none` when there is no such record. */
  macBefore(slot: number, none: Uint8Array): Uint8Array {
    const before = this.validBefore_(slot);
    return before < 0 ? none : copyBytes(this.read(before), BODY_BYTES, RECORD_BYTES - BODY_BYTES);
  }

  /** Visits every valid, whole record, the newest first. */
  eachNewestFirst(visit: (body: RecordBody) => void): void {
    for (let slot = this.validBefore_(this.end); slot >= 0; slot = this.validBefore_(slot)) {
      if (this.isWhole_(slot)) visit(decodeBody(this.read(slot)));
    }
  }

  /** Slot of a parcel's newest handover; −1 when this journal holds none. Reads backwards. */
  handoverOf(parcel: number): number {
    let slot = this.validBefore_(this.end);
    for (; slot >= 0; slot = this.validBefore_(slot)) {
      const body = decodeBody(this.read(slot));
      if (body.type === RecordType.HandedOver && body.parcel === parcel && this.isWhole_(slot)) break;
    }
    return slot;
  }

  /**
   * Completes the last record's MAC, or states the record again where the MAC was torn.
   * @param restates false: nothing is written, and JournalHeader returned unless the last record's MAC holds
   */
  private mend_(restates: boolean): FaultNumber {
    let slot = this.end - 1;
    while (slot >= 0 && !this.isRecord_(slot)) slot--;
    if (slot < 0) return FaultNumber.None;
    let whole = slot;
    while (whole >= 0 && !this.isWhole_(whole)) whole--;
    if (whole >= 0) this.last = decodeBody(this.read(whole));
    this.chain_ = this.macBefore(whole === slot ? slot : slot + 1, this.identity_.start);
    // Damaged: its MAC is good for the chain, and says nothing of whose it is.
    if (whole < 0 || whole < slot) return restates ? FaultNumber.None : FaultNumber.JournalHeader;
    const record = this.read(slot);
    const stored = record.subarray(BODY_BYTES);
    if (restates && isErased(stored)) {
      this.unsealed_ = slot;
      return this.seal();
    }
    if (sameBytes(stored, this.macOf_(slot, record, this.chain_))) {
      this.chain_ = copyBytes(stored, 0, stored.length);
      return FaultNumber.None;
    }
    return restates ? this.restate_(slot) : FaultNumber.JournalHeader;
  }

  /** Writes a record whose MAC does not hold once more, into the next slot. */
  private restate_(slot: number): FaultNumber {
    const body = decodeBody(this.read(slot));
    body.flags = body.flags | RecordFlag.Restated;
    this.unsealed_ = -1;
    return this.append(body) || this.seal();
  }

  /** Slot of the last valid record before `slot`, −1 for none. */
  private validBefore_(slot: number): number {
    let isFollowed = slot < this.end && this.isRecord_(slot);
    let isRestated = isFollowed && this.isRestated_(slot);
    for (let before = slot - 1; before >= 0; before--) {
      if (!this.isRecord_(before)) continue;
      if (!isRestated && (!isFollowed || this.hasMac_(before))) return before;
      isFollowed = true;
      isRestated = this.isRestated_(before);
    }
    return -1;
  }

  private isRestated_(slot: number): boolean {
    return (this.read(slot)[1] & RecordFlag.Restated) !== 0;
  }

  private hasMac_(slot: number): boolean {
    return !isErased(this.read(slot).subarray(BODY_BYTES));
  }

  /** Whole, or damaged since: a body has a MAC only once it was read back whole. */
  private isRecord_(slot: number): boolean {
    const hasBody = !isErased(this.read(slot).subarray(0, BODY_BYTES)); // a body is written before its MAC
    return (hasBody && this.hasMac_(slot)) || this.isWhole_(slot);
  }

  private isWhole_(slot: number): boolean {
    return bodyIsWhole(this.hash_, this.read(slot), this.identity_.journalEpoch, slot);
  }

  private macOf_(slot: number, body: Uint8Array, before: Uint8Array): Uint8Array {
    return recordMac(this.hash_, this.identity_.recordKey, this.identity_.journalEpoch, before, slot, body);
  }

  private offset_(slot: number): number {
    return JOURNAL_HEADER_BYTES + slot * RECORD_BYTES;
  }
}
