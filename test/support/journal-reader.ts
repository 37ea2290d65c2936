// An independent reader of journals, by SPEC.md §5.5 alone: which slots are valid, void or unsealed, and whether the
// chain of MACs holds. It shares no code with the firmware's journal.
import { isErased, sameBytes } from "../../src/shared/wire/bytes.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  JOURNAL_HEADER_BYTES,
  RECORD_BYTES,
  type RecordBody,
  RecordFlag,
  recordMac,
} from "../../src/shared/wire/journal.ts";
import { nodeHash } from "./node-hash.ts";

/** One slot that is in use. */
export interface ReadSlot {
  slot: number;
  state: "valid" | "void" | "unsealed" | "altered";
  body: RecordBody | undefined;
  mac: Uint8Array;
}

/** Where a journal's chain starts, and with which key. */
export interface ReaderKey {
  journalEpoch: number;
  recordKey: Uint8Array;
  start: Uint8Array;
}

/**
 * Reads a journal file from its first slot to the first erased one.
 * @param first number of the file's first slot, where its beginning was left out
 * @throws Error when a used slot stands behind an erased one
 */
export function readJournal(file: Uint8Array, key: ReaderKey, first = 0): ReadSlot[] {
  const slots = cut(file);
  const used = slots.findIndex((slot) => isErased(slot));
  const end = used < 0 ? slots.length : used;
  if (slots.slice(end).some((slot) => !isErased(slot))) throw new Error("a used slot stands behind an erased one");
  const whole = slots.slice(0, end).map((bytes, at) => bodyIsWhole(nodeHash, bytes, key.journalEpoch, first + at));
  let before = key.start;
  return slots.slice(0, end).map((bytes, at) => {
    const slot = first + at;
    const mac = bytes.slice(BODY_BYTES);
    if (whole[at] !== true) return { slot, state: "void", body: undefined, mac };
    const following = whole.indexOf(true, at + 1);
    const next = following < 0 ? undefined : following;
    const body = decodeBody(bytes);
    if (next !== undefined && (decodeBody(slots[next]!).flags & RecordFlag.Restated) !== 0) {
      return { slot, state: "void", body: undefined, mac };
    }
    // Without a MAC before others: torn once, and read as whole since.
    if (isErased(mac) && next !== undefined) return { slot, state: "void", body: undefined, mac };
    if (isErased(mac)) return { slot, state: "unsealed", body, mac };
    const right = recordMac(nodeHash, key.recordKey, key.journalEpoch, before, slot, bytes);
    if (!sameBytes(right, mac)) return { slot, state: "altered", body, mac };
    before = mac;
    return { slot, state: "valid", body, mac };
  });
}

function cut(file: Uint8Array): Uint8Array[] {
  const count = Math.floor((file.length - JOURNAL_HEADER_BYTES) / RECORD_BYTES);
  return Array.from({ length: count }, (_, slot) => {
    const at = JOURNAL_HEADER_BYTES + slot * RECORD_BYTES;
    return file.slice(at, at + RECORD_BYTES);
  });
}
