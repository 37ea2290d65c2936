// What a journal's bytes mean, by SPEC.md §5 with Node's own CRC-32 and SHA-256: nothing here comes from src/shared.
import { crc32 } from "node:zlib";
import type { JournalIdentity } from "../../../firmware/app/journal/journal.ts";
import { fastHmac } from "./fast-hash.ts";

const covered = Buffer.alloc(50);
const signed = Buffer.alloc(70);

/** The bytes of a slot, in place. */
export function slotAt(file: Uint8Array, slot: number): Uint8Array {
  return file.subarray(32 + 64 * slot, 96 + 64 * slot);
}

export function isErasedSlot(record: Uint8Array): boolean {
  return record.every((byte) => byte === 0xff);
}

/** The check that a body ought to have. */
export function bodyCheck(record: Uint8Array, journalEpoch: number, slot: number): number {
  covered.set(record.subarray(0, 44), 0);
  covered.writeUInt32LE(journalEpoch, 44);
  covered.writeUInt16LE(slot, 48);
  return crc32(covered);
}

export function bodyHolds(record: Uint8Array, journalEpoch: number, slot: number): boolean {
  return record.length >= 48 && Buffer.from(record).readUInt32LE(44) === bodyCheck(record, journalEpoch, slot);
}

const hmacs = new Map<Uint8Array, (message: Uint8Array) => Uint8Array>();

/** The MAC that a record ought to have behind the one before it. */
export function chainMac(identity: JournalIdentity, before: Uint8Array, slot: number, record: Uint8Array): Uint8Array {
  let hmac = hmacs.get(identity.recordKey);
  if (hmac === undefined) hmacs.set(identity.recordKey, (hmac = fastHmac(identity.recordKey)));
  signed.writeUInt32LE(identity.journalEpoch, 0);
  signed.set(before.subarray(0, 16), 4);
  signed.writeUInt16LE(slot, 20);
  signed.set(record.subarray(0, 48), 22);
  return hmac(signed).subarray(0, 16);
}

/** Slots, of those sent, that a depot would take: as far as the chain of MACs holds. */
export function slotsTaken(identity: JournalIdentity, file: Uint8Array, sent: readonly number[]): number[] {
  const taken: number[] = [];
  let before = identity.start;
  for (const slot of sent) {
    const record = slotAt(file, slot);
    const mac = record.subarray(48);
    if (!bodyHolds(record, identity.journalEpoch, slot)) break;
    if (Buffer.compare(chainMac(identity, before, slot, record), mac) !== 0) break;
    taken.push(slot);
    before = mac;
  }
  return taken;
}
