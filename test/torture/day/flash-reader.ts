// What a handheld's flash says, read by SPEC.md §5 and §6 and by nothing of the firmware's: results in the journal, tries
// and successes in the ledger.
import { isErased, readU16, readU32 } from "../../../src/shared/wire/bytes.ts";
import { CELL_BYTES, CELL_HEADER_BYTES, cellIsWhole, LedgerKind } from "../../../src/shared/wire/cell.ts";
import { JOURNAL_HEADER_BYTES, RECORD_BYTES, type RecordBody, RecordType } from "../../../src/shared/wire/journal.ts";
import {
  CODE_BYTES,
  CodeFlag,
  decodeManifestHeader,
  HEADER_BYTES,
  headBytes,
  PARCEL_BYTES,
} from "../../../src/shared/wire/manifest.ts";
import {
  decodeUpdate,
  UPDATE_BYTES,
  UPDATE_HEADER_BYTES,
  updateIsWhole,
  UpdateKind,
} from "../../../src/shared/wire/update.ts";
import { type ReaderKey, readJournal } from "../../support/journal-reader.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { DEVICE, testKey } from "../../support/test-round.ts";
import type { DayRig } from "./day-rig.ts";

const CELLS_PER_ROW = 4;
const RECORDS_OF_TRIES: readonly RecordType[] = [RecordType.Wrong, RecordType.TryFound, RecordType.WrongAnswer];

/** What one code has spent, by the ledger. */
export interface CodeSpent {
  tries: number;
  accepted: boolean;
}

/** What the flash says of the newest committed manifest. */
export interface FlashSays {
  slot: string;
  sequence: number;
  keyEpoch: number;
  /** Results and releases, in order: "accepted 3", "handed over 3", "reason 4 of 5", "taken back 3", "released 1001". */
  results: string[];
  journalEpoch: number;
  /** By code id: tries of this ledger, torn cells counted, and those carried over or known when it was sealed. */
  spent: Map<number, CodeSpent>;
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

/**
 * Reads the newest committed manifest's files; undefined when no manifest is committed, or when there is no key: without it
 * nothing opens, whatever a cut compaction has left.
 */
export function readFlash(rig: DayRig): FlashSays | undefined {
  let best: FlashSays | undefined;
  if (rig.file("key") === undefined) return undefined;
  for (const slot of ["a", "b"]) {
    const manifest = rig.file(`man.${slot}`);
    if (manifest === undefined || manifest.length < HEADER_BYTES) continue;
    const header = decodeManifestHeader(manifest);
    if (header.totalBytes + 8 > manifest.length || header.device !== DEVICE) continue;
    const commit = manifest.subarray((header.totalBytes + 7) & ~7);
    if (!cellIsWhole(nodeHash, commit, 0, header.journalEpoch, header.sequence)) continue;
    if (best !== undefined && best.sequence > header.sequence) continue;
    const mac = HEADER_BYTES + header.chunks * 32;
    const { journalEpoch, sequence, keyEpoch } = header;
    const recordKey = testKey("record", DEVICE, keyEpoch);
    const start = manifest.slice(mac, mac + 16);
    const journal = readResults(rig.file(`jrn.${slot}`) ?? NO_BYTES, { journalEpoch, recordKey, start });
    const spent = spentByCode(manifest, rig.file(`led.${slot}`) ?? NO_BYTES, rig.file(`upd.${slot}`));
    best = { slot, sequence, keyEpoch, journalEpoch, spent, ...journal };
  }
  return best;
}

const NO_BYTES = new Uint8Array(0);

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

interface Row extends CodeSpent {
  carried: number;
}

/** Rows are codes of the manifest, then replacements by the number of their update. */
function spentByCode(
  manifest: Uint8Array,
  ledger: Uint8Array,
  updates: Uint8Array | undefined,
): Map<number, CodeSpent> {
  const header = decodeManifestHeader(manifest);
  const rows = rowsOf(ledger, header.journalEpoch);
  const spent = new Map<number, CodeSpent>();
  const note = (code: number, row: number, known: number, wasAccepted: boolean): void => {
    const { tries, carried, accepted } = rows[row] ?? { tries: 0, carried: 0, accepted: false };
    spent.set(code, { tries: tries + Math.max(carried, known), accepted: accepted || wasAccepted });
  };
  const table = headBytes(header.chunks) + header.parcels * PARCEL_BYTES;
  for (let row = 0; row < header.codes; row++) {
    const at = table + row * CODE_BYTES;
    note(readU32(manifest, at), row, manifest[at + 26] ?? 0, ((manifest[at + 28] ?? 0) & CodeFlag.Accepted) !== 0);
  }
  for (let slot = 0; updates !== undefined && slot < header.updateSlots; slot++) {
    const bytes = updates.subarray(
      UPDATE_HEADER_BYTES + slot * UPDATE_BYTES,
      UPDATE_HEADER_BYTES + (slot + 1) * UPDATE_BYTES,
    );
    if (!updateIsWhole(nodeHash, bytes, header.journalEpoch)) continue;
    const update = decodeUpdate(bytes);
    if (update.kind === UpdateKind.Replace)
      note(update.newCode, header.codes + update.number - 1, update.triesKnown, false);
  }
  return spent;
}

function rowsOf(ledger: Uint8Array, journalEpoch: number): Row[] {
  const count = ledger.length < CELL_HEADER_BYTES ? 0 : readU16(ledger, 6);
  const rows = Array.from({ length: count }, () => ({ tries: 0, carried: 0, accepted: false }));
  const cells = (ledger.length - CELL_HEADER_BYTES) / CELL_BYTES;
  for (let position = 0; position < cells; position++) {
    const at = CELL_HEADER_BYTES + position * CELL_BYTES;
    if (isErased(ledger.subarray(at, at + CELL_BYTES))) continue;
    const isWhole = cellIsWhole(nodeHash, ledger, at, journalEpoch, position);
    const row = rows[isWhole ? readU16(ledger, at + 2) : Math.floor(position / CELLS_PER_ROW)];
    if (row === undefined) continue; // torn in the overflow area: its row is unknown
    const kind = isWhole ? ledger[at] : LedgerKind.Try;
    if (kind === LedgerKind.Try) row.tries++;
    if (kind === LedgerKind.Success) row.accepted = true;
    if (kind === LedgerKind.Carried) row.carried = Math.max(row.carried, ledger[at + 1] ?? 0);
  }
  return rows;
}
