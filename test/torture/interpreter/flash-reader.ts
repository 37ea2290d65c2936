// What a handheld's flash says, read from its image by SPEC.md alone: key, active manifest, what is spent by code, what
// became of parcels, the journal. It shares the wire formats with the firmware, and none of its logic.
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { isErased, readU16, readU32, sameBytes } from "../../../src/shared/wire/bytes.ts";
import {
  CELL_BYTES,
  CELL_HEADER_BYTES,
  cellIsWhole,
  encodeCellHeader,
  IndexKind,
  LedgerKind,
} from "../../../src/shared/wire/cell.ts";
import { decodeKeyFile, type KeyFile } from "../../../src/shared/wire/key-file.ts";
import {
  CODE_BYTES,
  decodeManifestHeader,
  headBytes,
  HEADER_BYTES,
  MANIFEST_MAC_BYTES,
  type ManifestHeader,
  PARCEL_BYTES,
} from "../../../src/shared/wire/manifest.ts";
import {
  decodeUpdate,
  type Update,
  UPDATE_BYTES,
  UPDATE_HEADER_BYTES,
  updateIsWhole,
  UpdateKind,
} from "../../../src/shared/wire/update.ts";
import { type ReadSlot, readJournal } from "../../support/journal-reader.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { storedFile, walkStorage } from "./storage-image.ts";

const LEDGER_CELLS = 4;
const INDEX_CELLS = 2;

/** What is spent on one code, SPEC.md §6.4. */
export interface SpentOnCode {
  /** Try cells and torn cells of its row. */
  triesHere: number;
  /** Those, and what was carried over. */
  tries: number;
  isAccepted: boolean;
  releases: number;
}

/** The day that is active on a handheld. */
export interface ReadDay {
  slot: "a" | "b";
  header: ManifestHeader;
  /** By code id, replacements included; undefined when the ledger cannot be read. */
  spent: Map<number, SpentOnCode> | undefined;
  /** Parcel ids that count as handed over; undefined when the index cannot be read. */
  handedOver: Set<number> | undefined;
  /** Undefined when the journal cannot be read. */
  journal: ReadSlot[] | undefined;
}

/** A handheld's flash. */
export interface ReadFlash {
  /** Whether the interpreter would leave it alone at boot. */
  isValid: boolean;
  names: string[];
  key: KeyFile | undefined;
  day: ReadDay | undefined;
}

/** Reads an image. */
export function readFlash(image: Uint8Array): ReadFlash {
  const walk = walkStorage(image);
  const names = walk.files.filter(({ name }) => name !== "").map(({ name }) => name);
  const keyFile = storedFile(image, "key");
  const key = keyFile && readKey(keyFile);
  return { isValid: walk.isValid, names, key, day: key && activeDay(image, key) };
}

/** SPEC.md §3.2: a key file of which one bit is wrong counts as what it was. */
function readKey(file: Uint8Array): KeyFile | undefined {
  const key = decodeKeyFile(nodeHash, file);
  for (let bit = 0; key === undefined && bit < 8 * file.length; bit++) {
    const turned = file.slice();
    turned[bit >> 3]! ^= 1 << (bit & 7);
    const mended = decodeKeyFile(nodeHash, turned);
    if (mended !== undefined) return mended;
  }
  return key;
}

function activeDay(image: Uint8Array, key: KeyFile): ReadDay | undefined {
  const days = (["a", "b"] as const).flatMap((slot) => readDay(image, key, slot) ?? []);
  return days.sort((one, other) => other.header.sequence - one.header.sequence)[0];
}

function readDay(image: Uint8Array, key: KeyFile, slot: "a" | "b"): ReadDay | undefined {
  const file = storedFile(image, `man.${slot}`);
  if (file === undefined || file.length < HEADER_BYTES) return undefined;
  const header = decodeManifestHeader(file);
  const head = headBytes(header.chunks);
  if (header.device !== key.device || header.keyEpoch !== key.keyEpoch || file.length < head) return undefined;
  const mac = file.slice(head - MANIFEST_MAC_BYTES, head);
  const signed = file.subarray(0, head - MANIFEST_MAC_BYTES);
  if (!sameBytes(hmac(nodeHash, subkey(nodeHash, key.key, "manifest"), [signed]), mac)) return undefined;
  const commit = (header.totalBytes + 7) & ~7;
  if (!cellIsWhole(nodeHash, file, commit, header.journalEpoch, header.sequence)) return undefined;
  const rows = ledgerRows(storedFile(image, `led.${slot}`), header);
  const updates = storedUpdates(storedFile(image, `upd.${slot}`), header);
  return {
    slot,
    header,
    spent: rows && spentByCode(rows, file, header, updates),
    handedOver: readIndex(storedFile(image, `idx.${slot}`), file, header),
    journal: readDaysJournal(storedFile(image, `jrn.${slot}`), key, header, mac.subarray(0, 16)),
  };
}

interface ReadCell {
  kind: number | "torn";
  count: number;
  row: number;
}

/** The used cells of a range of positions; undefined for one that is erased. */
function cellsAt(file: Uint8Array, epoch: number, from: number, count: number): ReadCell[] {
  const cells: ReadCell[] = [];
  for (let position = from; position < from + count; position++) {
    const at = CELL_HEADER_BYTES + position * CELL_BYTES;
    const bytes = file.subarray(at, at + CELL_BYTES);
    if (bytes.length < CELL_BYTES || isErased(bytes)) continue;
    const isWhole = cellIsWhole(nodeHash, file, at, epoch, position);
    cells.push(
      isWhole ? { kind: bytes[0]!, count: bytes[1]!, row: readU16(bytes, 2) } : { kind: "torn", count: 0, row: 0xffff },
    );
  }
  return cells;
}

function cellRows(
  file: Uint8Array | undefined,
  magic: string,
  rows: number,
  cellsPerRow: number,
  epoch: number,
): ReadCell[][] | undefined {
  if (file === undefined) return undefined;
  if (!sameBytes(file.slice(0, CELL_HEADER_BYTES), encodeCellHeader(nodeHash, magic, rows, epoch))) return undefined;
  const positions = Math.floor((file.length - CELL_HEADER_BYTES) / CELL_BYTES);
  const overflow = cellsAt(file, epoch, rows * cellsPerRow, positions - rows * cellsPerRow);
  return Array.from({ length: rows }, (_, row) => [
    ...cellsAt(file, epoch, row * cellsPerRow, cellsPerRow),
    ...overflow.filter((cell) => cell.row === row),
  ]);
}

/** The ledger's rows but the device's: the manifest's codes, then replacements. */
function ledgerRows(file: Uint8Array | undefined, header: ManifestHeader): ReadCell[][] | undefined {
  const { codes, updateSlots, journalEpoch } = header;
  const rows = cellRows(file, "PLED", codes + updateSlots + 1, LEDGER_CELLS, journalEpoch);
  return rows?.slice(0, -1);
}

/** Whole updates of an updates file. */
function storedUpdates(file: Uint8Array | undefined, header: ManifestHeader): Update[] {
  if (file === undefined) return [];
  const slots = Array.from({ length: header.updateSlots }, (_, slot) => {
    const at = UPDATE_HEADER_BYTES + slot * UPDATE_BYTES;
    return file.slice(at, at + UPDATE_BYTES);
  });
  return slots.filter((bytes) => updateIsWhole(nodeHash, bytes, header.journalEpoch)).map(decodeUpdate);
}

/** SPEC.md §6.3: the manifest's codes in its order, then the replacements by the numbers of their updates. */
function spentByCode(
  rows: ReadCell[][],
  manifest: Uint8Array,
  { chunks, parcels, codes }: ManifestHeader,
  updates: readonly Update[],
): Map<number, SpentOnCode> {
  const spent = new Map<number, SpentOnCode>();
  for (let row = 0; row < codes; row++) {
    const entry = headBytes(chunks) + parcels * PARCEL_BYTES + row * CODE_BYTES;
    spent.set(readU32(manifest, entry), spentOf(rows[row] ?? [], manifest[entry + 26] ?? 0));
  }
  for (const { kind, number, newCode, triesKnown } of updates) {
    if (kind === UpdateKind.Replace) spent.set(newCode, spentOf(rows[codes + number - 1] ?? [], triesKnown));
  }
  return spent;
}

function spentOf(cells: readonly ReadCell[], known: number): SpentOnCode {
  const carried = cells.filter(({ kind }) => kind === LedgerKind.Carried).map(({ count }) => count);
  const triesHere = cells.filter(({ kind }) => kind === LedgerKind.Try || kind === "torn").length;
  return {
    triesHere,
    tries: triesHere + Math.max(known, ...carried, 0),
    isAccepted: cells.some(({ kind }) => kind === LedgerKind.Success),
    releases: cells.filter(({ kind }) => kind === LedgerKind.Release).length,
  };
}

function readIndex(
  file: Uint8Array | undefined,
  manifest: Uint8Array,
  header: ManifestHeader,
): Set<number> | undefined {
  const rows = cellRows(file, "PIDX", header.parcels, INDEX_CELLS, header.journalEpoch);
  if (rows === undefined) return undefined;
  const handedOver = new Set<number>();
  rows.forEach((cells, row) => {
    const last = cells.filter(({ kind }) => kind === IndexKind.HandedOver || kind === IndexKind.Reversed).at(-1);
    const id = readU32(manifest, headBytes(header.chunks) + row * PARCEL_BYTES + 4);
    if (last?.kind === IndexKind.HandedOver) handedOver.add(id);
  });
  return handedOver;
}

function readDaysJournal(
  file: Uint8Array | undefined,
  key: KeyFile,
  header: ManifestHeader,
  start: Uint8Array,
): ReadSlot[] | undefined {
  if (file === undefined || readU32(file, 12) !== header.journalEpoch) return undefined;
  const recordKey = subkey(nodeHash, key.key, "record");
  return readJournal(file, { journalEpoch: header.journalEpoch, recordKey, start });
}
