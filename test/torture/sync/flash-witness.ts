// What a handheld's flash itself says, read by the test from the image: journals slot by slot, tries by code. It keeps
// journals that a later load erased, so that every record in the books can be held against the flash it came from.
import { openActiveDay } from "../../../firmware/app/day.ts";
import { dayFiles, type SlotLetter } from "../../../firmware/app/files.ts";
import { readKeys } from "../../../firmware/app/keys.ts";
import { rowOfCode } from "../../../firmware/app/recovery.ts";
import { triesInAll } from "../../../firmware/app/ledger/ledger.ts";
import type { Board } from "../../../hal/contract/board.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import { isErased, latin1Text, readU32 } from "../../../src/shared/wire/bytes.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  JOURNAL_HEADER_BYTES,
  RECORD_BYTES,
  RecordFlag,
} from "../../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { TestHost } from "../../support/test-host.ts";

const SLOTS: readonly SlotLetter[] = ["a", "b"];
const FILE_MAX = 1 << 20;

/** The manifest that is active on a flash. */
export interface ActiveManifest {
  journalEpoch: number;
  day: number;
  round: string;
}

/** A board on a copy of an image: looking changes nothing. */
function boardOn(image: Uint8Array): Board {
  return simBoard(new TestHost(image.slice()), nodeHash, 512);
}

/** What a restart would find as its manifest. */
export function activeManifest(image: Uint8Array): ActiveManifest | undefined {
  const board = boardOn(image);
  const keys = readKeys(board.flash, board.hash);
  const day = keys === undefined ? undefined : openActiveDay(board, keys);
  if (day === undefined) return undefined;
  const { journalEpoch, round } = day.manifest.header;
  return { journalEpoch, day: day.manifest.header.day, round };
}

/** Tries in all of each code in the active ledger, as a restart would find them. */
export function ledgerTries(image: Uint8Array): Map<number, number> {
  const tries = new Map<number, number>();
  const board = boardOn(image);
  const keys = readKeys(board.flash, board.hash);
  const day = keys === undefined ? undefined : openActiveDay(board, keys);
  if (day === undefined) return tries;
  const { codes } = day.manifest.header;
  for (let row = 0; row < codes; row++) {
    const { id, triesKnown } = day.manifest.code(row);
    tries.set(id, triesInAll(day.ledger.spent(row), triesKnown));
  }
  day.updates.each((update) => {
    if (update.kind !== UpdateKind.Replace) return;
    const row = rowOfCode(day, update.newCode);
    tries.set(update.newCode, triesInAll(day.ledger.spent(row), update.triesKnown));
  });
  return tries;
}

/** Journal epochs and used slots of both manifest slots' journals. */
export function journalsOn(image: Uint8Array): Map<number, Uint8Array[]> {
  const { flash } = boardOn(image);
  const journals = new Map<number, Uint8Array[]>();
  for (const letter of SLOTS) {
    const file = flash.read(dayFiles(letter).journal, 0, FILE_MAX);
    if (file.length < JOURNAL_HEADER_BYTES || latin1Text(file, 0, 4) !== "PJRN") continue;
    const slots: Uint8Array[] = [];
    for (let at = JOURNAL_HEADER_BYTES; at + RECORD_BYTES <= file.length; at += RECORD_BYTES) {
      const slot = file.slice(at, at + RECORD_BYTES);
      if (isErased(slot)) break;
      slots.push(slot);
    }
    journals.set(readU32(file, 12), slots);
  }
  return journals;
}

/** Everything that was ever seen in one handheld's journals. */
export class FlashWitness {
  /** By journal epoch. */
  readonly journals = new Map<number, Uint8Array[]>();
  /** The most tries that any ledger of this handheld held, by code. */
  readonly tries = new Map<number, number>();

  /** Looks at the flash; before a load, and at the end. */
  look(image: Uint8Array): void {
    for (const [journalEpoch, slots] of journalsOn(image)) {
      if (slots.length >= (this.journals.get(journalEpoch)?.length ?? 0)) this.journals.set(journalEpoch, slots);
    }
  }

  /** Takes down the ledger's counts as well. @throws Error when a code has fewer tries than before */
  lookAtLedger(image: Uint8Array): void {
    for (const [code, tries] of ledgerTries(image)) {
      const before = this.tries.get(code) ?? 0;
      if (tries < before) throw new Error(`code ${code}: ${before} tries before, ${tries} now`);
      this.tries.set(code, tries);
    }
  }

  /** Slots of a journal that hold a record which counts: whole, and before others with its MAC and not stated again. */
  validSlots(journalEpoch: number): number[] {
    const slots = [...(this.journals.get(journalEpoch) ?? []).keys()];
    const whole = slots.filter((slot) => this.record(journalEpoch, slot) !== undefined);
    return whole.filter((slot, at) => {
      const next = this.record(journalEpoch, whole[at + 1] ?? -1);
      if (next === undefined) return true;
      const hasMac = !isErased(this.record(journalEpoch, slot)!.subarray(BODY_BYTES));
      return hasMac && (decodeBody(next).flags & RecordFlag.Restated) === 0;
    });
  }

  /** The 64 bytes of a slot whose body is whole; undefined for any other. */
  record(journalEpoch: number, slot: number): Uint8Array | undefined {
    const bytes = this.journals.get(journalEpoch)?.[slot];
    return bytes !== undefined && bodyIsWhole(nodeHash, bytes, journalEpoch, slot) ? bytes : undefined;
  }
}

/** Body of a record, without its MAC. */
export function bodyOf(record: Uint8Array): Uint8Array {
  return record.subarray(0, BODY_BYTES);
}
