// What a handheld's flash says, read from its image by SPEC.md alone: key, active manifest, what is spent by code, what
// became of parcels, the journal. It shares the wire formats with the firmware, and none of its logic.
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { subkey } from "../../src/shared/crypto/keys.ts";
import { isErased, readU16, readU32, sameBytes } from "../../src/shared/wire/bytes.ts";
import {
  CELL_BYTES,
  CELL_HEADER_BYTES,
  cellIsWhole,
  encodeCellHeader,
  IndexKind,
  LedgerKind,
} from "../../src/shared/wire/cell.ts";
import { decodeKeyFile, type KeyFile } from "../../src/shared/wire/key-file.ts";
import {
  CODE_BYTES,
  CodeFlag,
  decodeManifestHeader,
  headBytes,
  HEADER_BYTES,
  MANIFEST_MAC_BYTES,
  type ManifestHeader,
  PARCEL_BYTES,
} from "../../src/shared/wire/manifest.ts";
import {
  decodeUpdate,
  type Update,
  UPDATE_BYTES,
  UPDATE_HEADER_BYTES,
  updateIsWhole,
  UpdateKind,
} from "../../src/shared/wire/update.ts";
import { type ReaderKey, type ReadSlot, readJournal } from "./journal-reader.ts";
import { nodeHash } from "./node-hash.ts";
import { storedFile, walkStorage } from "./storage-walk.ts";

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

/** A committed manifest and its files, on an image that stays as it is; each file is read when it is asked for. */
export class ReadDay {
  readonly slot: "a" | "b";
  readonly header: ManifestHeader;
  /** What the journal's chain begins with. */
  readonly readerKey: ReaderKey;
  private readonly image: Uint8Array;
  private readonly manifest: Uint8Array;

  constructor(image: Uint8Array, slot: "a" | "b", manifest: Uint8Array, key: KeyFile) {
    this.image = image;
    this.slot = slot;
    this.manifest = manifest;
    this.header = decodeManifestHeader(manifest);
    const mac = headBytes(this.header.chunks) - MANIFEST_MAC_BYTES;
    this.readerKey = {
      journalEpoch: this.header.journalEpoch,
      recordKey: subkey(nodeHash, key.key, "record"),
      start: manifest.slice(mac, mac + 16),
    };
  }

  /** By code id, replacements included; undefined when the ledger cannot be read. */
  get spent(): Map<number, SpentOnCode> | undefined {
    const rows = ledgerRows(this.file("led"), this.header);
    return rows && spentByCode(rows, this.manifest, this.header, storedUpdates(this.file("upd"), this.header));
  }

  /** Parcel ids that count as handed over; undefined when the index cannot be read. */
  get handedOver(): Set<number> | undefined {
    return readIndex(this.file("idx"), this.manifest, this.header);
  }

  /** Undefined when the journal cannot be read. */
  get journal(): ReadSlot[] | undefined {
    const file = this.journalFile();
    return file && readJournal(file, this.readerKey);
  }

  /** The journal's file, if it is this manifest's. */
  journalFile(): Uint8Array | undefined {
    const file = this.file("jrn");
    return file !== undefined && readU32(file, 12) === this.header.journalEpoch ? file : undefined;
  }

  private file(kind: string): Uint8Array | undefined {
    return storedFile(this.image, `${kind}.${this.slot}`);
  }
}

/** A handheld's flash. */
export interface ReadFlash {
  /** Whether the interpreter would leave it alone at boot. */
  isValid: boolean;
  key: KeyFile | undefined;
  day: ReadDay | undefined;
}

/** Reads an image, which must not change while its day is looked at. */
export function readFlash(image: Uint8Array): ReadFlash {
  const keyFile = storedFile(image, "key");
  const key = keyFile && readKey(keyFile);
  return { isValid: walkStorage(image).isValid, key, day: key && activeDay(image, key) };
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

/** Reads the day that a start would go on with: without a key nothing opens, whatever a cut compaction has left. */
function activeDay(image: Uint8Array, key: KeyFile): ReadDay | undefined {
  const days = (["a", "b"] as const).flatMap((slot) => committedDay(image, key, slot) ?? []);
  return days.sort((one, other) => other.header.sequence - one.header.sequence)[0];
}

function committedDay(image: Uint8Array, key: KeyFile, slot: "a" | "b"): ReadDay | undefined {
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
  return new ReadDay(image, slot, file, key);
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
  return Array.from({ length: rows }, (_, row) => {
    const own = cellsAt(file, epoch, row * cellsPerRow, cellsPerRow);
    // A torn cell behind the rows is on every row that is full: SPEC.md §6.4.
    const isFull = own.length === cellsPerRow;
    return [...own, ...overflow.filter((cell) => cell.row === row || (cell.kind === "torn" && isFull))];
  });
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
    const isKnown = ((manifest[entry + 28] ?? 0) & CodeFlag.Accepted) !== 0;
    spent.set(readU32(manifest, entry), spentOf(rows[row] ?? [], manifest[entry + 26] ?? 0, isKnown));
  }
  for (const { kind, number, newCode, triesKnown } of updates) {
    if (kind === UpdateKind.Replace) spent.set(newCode, spentOf(rows[codes + number - 1] ?? [], triesKnown, false));
  }
  return spent;
}

function spentOf(cells: readonly ReadCell[], known: number, isKnownAccepted: boolean): SpentOnCode {
  const carried = cells.filter(({ kind }) => kind === LedgerKind.Carried).map(({ count }) => count);
  const triesHere = cells.filter(({ kind }) => kind === LedgerKind.Try || kind === "torn").length;
  return {
    triesHere,
    tries: triesHere + Math.max(known, ...carried, 0),
    isAccepted: isKnownAccepted || cells.some(({ kind }) => kind === LedgerKind.Success),
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
