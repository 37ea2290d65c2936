// What a handheld's flash itself says, read by the test from the image: journals slot by slot, tries by code. It keeps
// journals that a later load erased, so that every record in the books can be held against the flash it came from.
import { isErased, latin1Text, readU32 } from "../../../src/shared/wire/bytes.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  JOURNAL_HEADER_BYTES,
  RECORD_BYTES,
  RecordFlag,
} from "../../../src/shared/wire/journal.ts";
import { readFlash } from "../../support/flash-reader.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { storedFile } from "../../support/storage-walk.ts";

const NO_BYTES = new Uint8Array(0);

/** The manifest that is active on a flash. */
export interface ActiveManifest {
  journalEpoch: number;
  day: number;
  round: string;
}

/** What a restart would find as its manifest. */
export function activeManifest(image: Uint8Array): ActiveManifest | undefined {
  const header = readFlash(image).day?.header;
  return header && { journalEpoch: header.journalEpoch, day: header.day, round: header.round };
}

/** Journal epochs and used slots of both manifest slots' journals. */
export function journalsOn(image: Uint8Array): Map<number, Uint8Array[]> {
  const journals = new Map<number, Uint8Array[]>();
  for (const letter of ["a", "b"]) {
    const file = storedFile(image, `jrn.${letter}`) ?? NO_BYTES;
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
    for (const [code, { tries }] of readFlash(image).day?.spent ?? []) {
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
