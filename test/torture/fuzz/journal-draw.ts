// Journals to fuzz with: honest ones with every state of a slot that a power cut leaves, then spoiled: as they are, with
// the bodies' checks put right again, or with the chain of MACs made anew so that only what they say is absurd.
import {
  BODY_BYTES,
  encodeBody,
  encodeJournalHeader,
  JOURNAL_HEADER,
  JOURNAL_HEADER_BYTES,
  JOURNAL_RECORD,
  joinRecord,
  RECORD_BYTES,
  RecordFlag,
  recordMac,
} from "../../../src/shared/wire/journal.ts";
import type { JournalIdentity } from "../../../firmware/app/journal/journal.ts";
import { testBody } from "../../support/unit-journal.ts";
import { type Dice, SeededDice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { bodyCheck, chainMac, isErasedSlot, slotAt } from "./journal-oracle.ts";
import { spoil, writeNumber } from "./spoil.ts";

/** How far the lie goes: bytes alone, checks right, checks and MACs right. */
export type Seal = "none" | "checks" | "chain";

/** A journal file, and the honest one it was made from. */
export interface JournalInput {
  file: Uint8Array;
  honest: HonestJournal;
  seal: Seal;
}

/** What a handheld wrote, with the power failing now and then. */
export interface HonestJournal {
  file: Uint8Array;
  /** Slots that hold a valid record; the last may still want its MAC. */
  valid: ReadonlySet<number>;
}

export const SLOTS = 10;

/** The journal that all inputs are of. */
export const IDENTITY: JournalIdentity = {
  device: 7,
  journalEpoch: 33,
  sequence: 2,
  slots: SLOTS,
  recordKey: new Uint8Array(32).fill(0x21),
  start: new Uint8Array(16).fill(0x42),
};

/** Writes a journal of up to `SLOTS` slots; the dice say where the power failed. */
function honestJournal(dice: Dice): HonestJournal {
  const { device, journalEpoch, sequence, recordKey } = IDENTITY;
  const file = new Uint8Array(JOURNAL_HEADER_BYTES + SLOTS * RECORD_BYTES).fill(0xff);
  file.set(encodeJournalHeader(fastHash, device, journalEpoch, sequence, SLOTS), 0);
  const valid = new Set<number>();
  const used = dice.below(SLOTS + 1);
  let chain = IDENTITY.start;
  let tornMac = false;
  for (let slot = 0; slot < used; slot++) {
    const flags = tornMac ? RecordFlag.Restated : 0;
    const body = encodeBody(fastHash, { ...testBody(slot), type: 1 + (slot % 9), flags }, journalEpoch, slot);
    const mac = recordMac(fastHash, recordKey, journalEpoch, chain, slot, body);
    const record = joinRecord(body, mac);
    const fate = dice.below(8);
    if (fate === 1)
      record.fill(0xff, dice.below(BODY_BYTES - 8)); // a torn body: void
    else if (fate === 2 && slot < used - 1) {
      record.fill(0xff, BODY_BYTES + 4); // a torn MAC: stated again in the next slot
      tornMac = true;
    } else {
      if (fate === 3 && slot === used - 1) record.fill(0xff, BODY_BYTES); // no MAC yet
      valid.add(slot);
      chain = mac;
      tornMac = false;
    }
    file.set(record, JOURNAL_HEADER_BYTES + slot * RECORD_BYTES);
  }
  return { file, valid };
}

/** Honest journals, always the same. */
export const HONEST: readonly HonestJournal[] = Array.from({ length: 60 }, (_, i) => {
  const dice = new SeededDice();
  dice.reset(1, 2, i);
  return honestJournal(dice);
});

function lieInSlot(dice: Dice, file: Uint8Array): void {
  const at = JOURNAL_HEADER_BYTES + dice.below(SLOTS) * RECORD_BYTES;
  const [, offset, length] = dice.pick(JOURNAL_RECORD);
  if (length <= 4) writeNumber(file, at + offset, length, dice.odd(2 ** (8 * length) - 1));
  else
    file.set(
      dice.bytes(length).subarray(0, Math.max(0, file.length - at - offset)),
      Math.min(at + offset, file.length),
    );
}

function moveSlot(dice: Dice, file: Uint8Array): void {
  const slot = (): number => JOURNAL_HEADER_BYTES + dice.below(SLOTS) * RECORD_BYTES;
  const from = slot();
  const to = slot();
  if (Math.max(from, to) + RECORD_BYTES <= file.length) file.copyWithin(to, from, from + RECORD_BYTES);
}

/** Makes checks, and MACs when asked, right again wherever something stands. */
function sealSlots(file: Uint8Array, withMacs: boolean): void {
  let before = IDENTITY.start;
  for (let slot = 0; slot < SLOTS; slot++) {
    const record = slotAt(file, slot);
    if (record.length < RECORD_BYTES || isErasedSlot(record)) continue;
    writeNumber(record, 44, 4, bodyCheck(record, IDENTITY.journalEpoch, slot));
    if (!withMacs) continue;
    record.set(chainMac(IDENTITY, before, slot, record), BODY_BYTES);
    before = record.slice(BODY_BYTES);
  }
}

/** A journal, spoiled or not. */
export function drawJournal(dice: Dice): JournalInput {
  const honest = dice.pick(HONEST);
  let file: Uint8Array = honest.file.slice();
  const others = [dice.pick(HONEST).file];
  for (let steps = dice.below(5); steps > 0; steps--) {
    if (dice.oneIn(3)) lieInSlot(dice, file);
    else if (dice.oneIn(4)) moveSlot(dice, file);
    else if (dice.oneIn(12)) file = spoil(dice, file, 1, { fields: JOURNAL_HEADER, stretch: true });
    else file = spoil(dice, file, 1, { others, stretch: false });
  }
  const seal = dice.pick(["none", "none", "checks", "chain"] as const);
  if (seal !== "none") sealSlots(file, seal === "chain");
  return { file, honest, seal };
}
