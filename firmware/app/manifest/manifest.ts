// The active manifest, read in place from flash: a header in RAM, everything else on demand. Each chunk is checked
// against its digest the first time it is read after a start. SPEC.md §4.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { copyBytes, isErased, latin1Text, readU16, readU32, sameBytes, zeros } from "../../../src/shared/wire/bytes.ts";
import { cellIsWhole } from "../../../src/shared/wire/cell.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  checkManifestHead,
  CHUNK_BYTES,
  CODE_BYTES,
  decodeManifestHeader,
  DIGEST_BYTES,
  headBytes,
  HEADER_BYTES,
  MANIFEST_MAC_BYTES,
  type ManifestHeader,
  PARCEL_BYTES,
} from "../../../src/shared/wire/manifest.ts";
import { trackingKey } from "../../../src/shared/tracking-number.ts";

/** Table entries read together: a kilobyte. */
const ENTRIES_AT_ONCE = 64;

/** A parcel as the manifest lists it. */
export interface Parcel {
  /** Its place in the manifest's table. */
  index: number;
  /** The depot's id. */
  id: number;
  stop: number;
  /** Index of its code, −1 when it has none. */
  codeIndex: number;
  flags: number;
  /** Parcels at this stop. */
  atStop: number;
  tracking: string;
  address: string;
}

/** A code as the manifest, or an update, lists it. Never the digits. */
export interface Code {
  id: number;
  /** Ledger row. */
  row: number;
  salt: Uint8Array;
  tag: number;
  tagBits: number;
  day: number;
  triesKnown: number;
  releasesKnown: number;
  flags: number;
}

/** Bytes of a manifest's file: the manifest, padded to 8, and the commit cell. */
export function manifestFileBytes(totalBytes: number): number {
  return paddedBytes(totalBytes) + 8;
}

/** A size rounded up to whole flash words. */
export function paddedBytes(bytes: number): number {
  return (bytes + 7) & ~7;
}

/** Reads the head (header, digests, MAC) of a manifest file; empty when there is none. */
export function readHead(flash: Flash, name: string): Uint8Array {
  const header = flash.read(name, 0, HEADER_BYTES);
  return header.length < HEADER_BYTES ? header : flash.read(name, 0, headBytes(readU16(header, 58)));
}

/** A manifest whose head was checked. */
export class Manifest {
  readonly header: ManifestHeader;
  /** Set when a chunk read from flash did not match its digest. */
  damaged: boolean;
  private flash_: Flash;
  private hash_: Hash;
  private name_: string;
  private digests_: Uint8Array;
  private checked_: Uint8Array;
  private body_: number;

  constructor(flash: Flash, hash: Hash, name: string, head: Uint8Array) {
    this.flash_ = flash;
    this.hash_ = hash;
    this.name_ = name;
    this.header = decodeManifestHeader(head);
    this.digests_ = copyBytes(head, HEADER_BYTES, this.header.chunks * DIGEST_BYTES);
    this.checked_ = zeros(this.header.chunks);
    this.body_ = head.length;
    this.damaged = false;
  }

  /** The manifest's MAC, from which the journal's chain starts. */
  mac(): Uint8Array {
    return this.flash_.read(this.name_, this.body_ - MANIFEST_MAC_BYTES, MANIFEST_MAC_BYTES);
  }

  /** Checks every chunk; at loading. */
  allChunksHold(): boolean {
    for (let chunk = 0; chunk < this.header.chunks; chunk++) this.check_(chunk);
    return !this.damaged;
  }

  /** Bytes from the start whose chunks hold, one behind the other: what a load that was cut off need not send again. */
  bytesThere(): number {
    let chunk = 0;
    while (chunk < this.header.chunks) {
      this.check_(chunk);
      if (this.damaged) break;
      chunk++;
    }
    const bytes = this.body_ + chunk * CHUNK_BYTES;
    return bytes < this.header.totalBytes ? bytes : this.header.totalBytes;
  }

  /** Whether the last bytes were never written: less was sent than the head promised. */
  endIsMissing(): boolean {
    return isErased(this.flash_.read(this.name_, paddedBytes(this.header.totalBytes) - 8, 8));
  }

  /** The parcel at a place of the table, 0…parcels−1. */
  parcel(index: number): Parcel {
    const entry = this.read_(index * PARCEL_BYTES, PARCEL_BYTES);
    const codeIndex = readU16(entry, 10);
    const texts = this.header.parcels * PARCEL_BYTES + this.header.codes * CODE_BYTES + readU16(entry, 12);
    const bytes = this.read_(texts, 76);
    const trackingLength = bytes[0];
    return {
      index: index,
      id: readU32(entry, 4),
      stop: readU16(entry, 8),
      codeIndex: codeIndex < this.header.codes ? codeIndex : -1, // NO_CODE is behind every table
      flags: entry[14],
      atStop: entry[15],
      tracking: latin1Text(bytes, 1, trackingLength),
      address: latin1Text(bytes, 2 + trackingLength, bytes[1 + trackingLength]),
    };
  }

  /** Finds a normalised tracking number; undefined when it is not on this round. Binary search by key. */
  find(tracking: string): Parcel | undefined {
    const key = trackingKey(this.hash_, tracking);
    let index = this.firstNotBelow_(0, PARCEL_BYTES, this.header.parcels, key);
    for (; index < this.header.parcels && readU32(this.read_(index * PARCEL_BYTES, 4), 0) === key; index++) {
      const parcel = this.parcel(index);
      if (parcel.tracking === tracking) return parcel;
    }
    return undefined;
  }

  /** The place of a depot's parcel id; −1 when it is not here. Reads the table from the start. */
  indexOfParcel(id: number): number {
    for (let first = 0; first < this.header.parcels; first += ENTRIES_AT_ONCE) {
      const bytes = this.read_(first * PARCEL_BYTES, ENTRIES_AT_ONCE * PARCEL_BYTES);
      for (let i = 0; i < ENTRIES_AT_ONCE && first + i < this.header.parcels; i++) {
        if (readU32(bytes, i * PARCEL_BYTES + 4) === id) return first + i;
      }
    }
    return -1;
  }

  /** The code at a place of the table, 0…codes−1. */
  code(index: number): Code {
    const entry = this.read_(this.header.parcels * PARCEL_BYTES + index * CODE_BYTES, CODE_BYTES);
    return {
      id: readU32(entry, 0),
      row: index,
      salt: copyBytes(entry, 4, 16),
      tag: entry[20] | (entry[21] << 8) | (entry[22] << 16),
      tagBits: entry[23],
      day: readU16(entry, 24),
      triesKnown: entry[26],
      releasesKnown: entry[27],
      flags: entry[28],
    };
  }

  /** The place of a code id; −1 when it is not here. Binary search. */
  indexOfCode(id: number): number {
    const table = this.header.parcels * PARCEL_BYTES;
    const index = this.firstNotBelow_(table, CODE_BYTES, this.header.codes, id);
    if (index === this.header.codes || readU32(this.read_(table + index * CODE_BYTES, 4), 0) !== id) return -1;
    return index;
  }

  /** Whether the commit cell behind the manifest is whole. */
  isCommitted(): boolean {
    const cell = this.flash_.read(this.name_, paddedBytes(this.header.totalBytes), 8);
    return cell.length === 8 && cellIsWhole(this.hash_, cell, 0, this.header.journalEpoch, this.header.sequence);
  }

  /** First entry of a sorted table whose leading number is not below `value`. */
  private firstNotBelow_(table: number, entryBytes: number, entries: number, value: number): number {
    let low = 0;
    let high = entries;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (readU32(this.read_(table + middle * entryBytes, 4), 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `length` bytes of the body from `offset`; chunks touched for the first time are checked. */
  private read_(offset: number, length: number): Uint8Array {
    const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
    for (let chunk = Math.floor(offset / CHUNK_BYTES); chunk <= last; chunk++) this.check_(chunk);
    return this.flash_.read(this.name_, this.body_ + offset, length);
  }

  private check_(chunk: number): void {
    if (chunk >= this.header.chunks || this.checked_[chunk] === 1) return;
    const start = this.body_ + chunk * CHUNK_BYTES;
    const left = this.header.totalBytes - start;
    const bytes = this.flash_.read(this.name_, start, left < CHUNK_BYTES ? left : CHUNK_BYTES);
    const digest = this.digests_.subarray(chunk * DIGEST_BYTES, (chunk + 1) * DIGEST_BYTES);
    if (sameBytes(this.hash_.sha256(bytes), digest)) this.checked_[chunk] = 1;
    else this.damaged = true;
  }
}

/**
 * What stands in for a manifest that cannot be read any more: enough for its journal to be sent, nothing to deliver.
 * @param journal header of that journal, whole
 */
export function strandedManifest(flash: Flash, hash: Hash, name: string, journal: Uint8Array): Manifest {
  const head = readHead(flash, name);
  const manifest = new Manifest(flash, hash, name, head.length < HEADER_BYTES ? zeros(HEADER_BYTES) : head);
  const header = manifest.header;
  header.journalEpoch = readU32(journal, 12);
  header.sequence = readU32(journal, 16);
  header.journalSlots = readU16(journal, 20);
  header.parcels = header.codes = header.updateSlots = header.day = header.sealedAt_s = 0;
  header.validUntil_s = 0xf0000000; // nobody knows: the depot's time is believed, and the day does not end by it
  return manifest;
}

/**
 * Opens a committed manifest of this device.
 * @returns undefined when the file is missing, not committed, or does not check
 */
export function openManifest(
  flash: Flash,
  hash: Hash,
  name: string,
  manifestKey: Uint8Array,
  device: number,
  keyEpoch: number,
): Manifest | undefined {
  const head = readHead(flash, name);
  if (checkManifestHead(hash, manifestKey, head, device, keyEpoch) !== FaultNumber.None) return undefined;
  const manifest = new Manifest(flash, hash, name, head);
  return manifest.isCommitted() ? manifest : undefined;
}
