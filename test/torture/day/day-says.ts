// What a handheld's flash says of its day, in words that are easy to compare: read by SPEC.md (test/support/flash-reader.ts)
// and by nothing of the firmware's.
import { JOURNAL_HEADER_BYTES, RECORD_BYTES, type RecordBody, RecordType } from "../../../src/shared/wire/journal.ts";
import { readFlash, type SpentOnCode } from "../../support/flash-reader.ts";
import { type ReaderKey, readJournal } from "../../support/journal-reader.ts";
import type { DayRig } from "./day-rig.ts";

const RECORDS_OF_TRIES: readonly RecordType[] = [RecordType.Wrong, RecordType.TryFound, RecordType.WrongAnswer];

/** What the flash says of the newest committed manifest. */
export interface DaySays {
  sequence: number;
  keyEpoch: number;
  /** Results and releases, in order: "accepted 3", "handed over 3", "reason 4 of 5", "taken back 3", "released 1001". */
  results: string[];
  journalEpoch: number;
  /** By code id. */
  spent: Map<number, SpentOnCode>;
  /** Slots in use. */
  end: number;
}

/** Words for a record that is a result; undefined for those that only tell of tries. */
export function resultWords(body: RecordBody): string | undefined {
  if (RECORDS_OF_TRIES.includes(body.type)) return undefined;
  const words: Partial<Record<RecordType, string>> = {
    [RecordType.Accepted]: `accepted ${body.parcel}`,
    [RecordType.HandedOver]: `handed over ${body.parcel}`,
    [RecordType.NotDelivered]: `reason ${body.reason} of ${body.parcel}`,
    [RecordType.Reversed]: `taken back ${body.parcel}`,
    [RecordType.Released]: `released ${body.code}`,
  };
  return words[body.type] ?? `record ${body.type}`;
}

const NO_BYTES = new Uint8Array(0);

/** What it says now; undefined without a key, or a manifest that is committed. */
export function daySays(rig: DayRig): DaySays | undefined {
  const { day } = readFlash(rig.chip.image);
  if (day === undefined) return undefined;
  const { sequence, keyEpoch, journalEpoch } = day.header;
  const journal = readResults(day.journalFile() ?? NO_BYTES, day.readerKey);
  return { sequence, keyEpoch, journalEpoch, spent: day.spent ?? new Map(), ...journal };
}

/** The beginning of a journal that was read before: most points of a sweep share it. */
interface KnownBeginning {
  bytes: Uint8Array;
  slots: number;
  results: string[];
  /** MAC of its last record. */
  chain: Uint8Array;
}

const BEGINNINGS = new Map<number, KnownBeginning>();

/** Results of a journal, slot by slot; @throws Error when a record is altered, or a used slot stands behind a free one */
function readResults(file: Uint8Array, key: ReaderKey): { results: string[]; end: number } {
  const known = BEGINNINGS.get(key.journalEpoch);
  const isKnown = known !== undefined && Buffer.compare(file.subarray(0, known.bytes.length), known.bytes) === 0;
  const skip = isKnown ? known.slots : 0;
  const rest = file.subarray(skip * RECORD_BYTES);
  const slots = readJournal(rest, isKnown ? { ...key, start: known.chain } : key, skip);
  const altered = slots.find(({ state }) => state === "altered");
  if (altered !== undefined) throw new Error(`slot ${altered.slot} is altered`);
  const words = slots.map(({ body }) => (body === undefined ? undefined : resultWords(body)));
  const results = [...(isKnown ? known.results : []), ...words.flatMap((one) => one ?? [])];
  const settled = slots.length - 2; // what follows a slot decides whether it counts
  if (settled > 16 && slots.slice(settled - 1).every(({ state }) => state === "valid")) {
    BEGINNINGS.set(key.journalEpoch, {
      bytes: file.slice(0, JOURNAL_HEADER_BYTES + (skip + settled) * RECORD_BYTES),
      slots: skip + settled,
      results: [...(isKnown ? known.results : []), ...words.slice(0, settled).flatMap((one) => one ?? [])],
      chain: slots[settled - 1]?.mac ?? key.start,
    });
  }
  return { results, end: skip + slots.length };
}
