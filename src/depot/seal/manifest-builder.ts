// Builds the bytes of a manifest, SPEC.md §4, from plain data: no store, no clock. It never sees a code's digits.
import type { Hash } from "../../shared/crypto/hash.ts";
import { trackingKey } from "../../shared/tracking-number.ts";
import { concatBytes, latin1Bytes, writeU16, writeU32 } from "../../shared/wire/bytes.ts";
import {
  ADDRESS_MAX,
  CHUNK_BYTES,
  CODE_BYTES,
  CodeFlag,
  HEADER_BYTES,
  headBytes,
  manifestMac,
  MANIFEST_PARCELS_MAX,
  MANIFEST_VERSION,
  NO_CODE,
  PARCEL_BYTES,
  ParcelFlag,
  PolicyFlag,
  ROUND_NAME_BYTES,
  TRACKING_MAX,
  worstDaySlots,
} from "../../shared/wire/manifest.ts";
import { addressLine } from "../round/address-line.ts";
import type { Settings } from "../settings.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";

const BYTE_MAX = 255;

/** A code as a manifest carries it. */
export interface ManifestCode {
  id: number;
  /** 16 bytes. */
  salt: Uint8Array;
  tag: number;
  tagBits: number;
  day: number;
  triesKnown: number;
  releasesKnown: number;
  isVoid: boolean;
  isAccepted: boolean;
}

/** A parcel as a manifest carries it. */
export interface ManifestParcel {
  id: number;
  /** Normalised, at most 34 characters. */
  tracking: string;
  address: string;
  /** 1…65535. */
  stop: number;
  needsCode: boolean;
  isHandedOver: boolean;
  code: ManifestCode | undefined;
}

/** Everything a manifest says. */
export interface ManifestContent {
  device: number;
  keyEpoch: number;
  sequence: number;
  journalEpoch: number;
  sealedAt_s: number;
  validFrom_s: number;
  /** First second after the day. */
  validUntil_s: number;
  day: number;
  utcOffset_min: number;
  round: string;
  updateSlots: number;
  policy: Pick<
    Settings,
    | "language"
    | "triesPerCode"
    | "triesPerDevice"
    | "wrongAnswersPerLock"
    | "releasesPerLock"
    | "refuseEstimatedClock"
    | "tagBits"
  >;
  /** Any order. */
  parcels: readonly ManifestParcel[];
}

interface Row {
  parcel: ManifestParcel;
  key: number;
  codeIndex: number;
}

/** Parcels by lookup key, equal keys by tracking number; codes by id. */
function sortedRows(hash: Hash, parcels: readonly ManifestParcel[]): { rows: Row[]; codes: ManifestCode[] } {
  const codes = parcels.flatMap((parcel) => parcel.code ?? []).sort((a, b) => a.id - b.id);
  const indexes = new Map(codes.map((code, at) => [code.id, at]));
  const rows = parcels.map((parcel) => ({
    parcel: parcel,
    key: trackingKey(hash, parcel.tracking),
    codeIndex: parcel.code === undefined ? NO_CODE : (indexes.get(parcel.code.id) ?? NO_CODE),
  }));
  rows.sort((a, b) => a.key - b.key || compareText(a.parcel.tracking, b.parcel.tracking));
  return { rows: rows, codes: codes };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tracking number and address line of each parcel, each behind its length. */
function textsOf(rows: readonly Row[]): { texts: Uint8Array; offsets: number[] } {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const { parcel } of rows) {
    const lines = [parcel.tracking.slice(0, TRACKING_MAX), addressLine(parcel.address).slice(0, ADDRESS_MAX)];
    offsets.push(at);
    for (const line of lines) {
      parts.push(new Uint8Array([line.length]), latin1Bytes(line));
      at += 1 + line.length;
    }
  }
  return { texts: concatBytes(parts), offsets: offsets };
}

function parcelTable(rows: readonly Row[], offsets: readonly number[]): Uint8Array {
  const table = new Uint8Array(rows.length * PARCEL_BYTES);
  const atStop = new Map<number, number>();
  for (const { parcel } of rows) atStop.set(parcel.stop, (atStop.get(parcel.stop) ?? 0) + 1);
  rows.forEach(({ parcel, key, codeIndex }, index) => {
    const at = index * PARCEL_BYTES;
    writeU32(table, at, key);
    writeU32(table, at + 4, parcel.id);
    writeU16(table, at + 8, parcel.stop);
    writeU16(table, at + 10, codeIndex);
    writeU16(table, at + 12, offsets[index] ?? 0);
    table[at + 14] = (parcel.needsCode ? ParcelFlag.Protected : 0) | (parcel.isHandedOver ? ParcelFlag.HandedOver : 0);
    table[at + 15] = Math.min(atStop.get(parcel.stop) ?? 0, BYTE_MAX);
  });
  return table;
}

function codeTable(codes: readonly ManifestCode[], rows: readonly Row[]): Uint8Array {
  const table = new Uint8Array(codes.length * CODE_BYTES);
  codes.forEach((code, index) => {
    const at = index * CODE_BYTES;
    writeU32(table, at, code.id);
    table.set(code.salt, at + 4);
    // Three bytes, little-endian; the fourth is the width.
    writeU32(table, at + 20, code.tag);
    table[at + 23] = code.tagBits;
    writeU16(table, at + 24, code.day);
    table[at + 26] = Math.min(code.triesKnown, BYTE_MAX);
    table[at + 27] = Math.min(code.releasesKnown, BYTE_MAX);
    table[at + 28] = (code.isVoid ? CodeFlag.Void : 0) | (code.isAccepted ? CodeFlag.Accepted : 0);
  });
  rows.forEach((row, index) => {
    if (row.codeIndex !== NO_CODE) writeU16(table, row.codeIndex * CODE_BYTES + 30, index);
  });
  return table;
}

function headerOf(content: ManifestContent, codes: number, textBytes: number, bodyBytes: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const chunks = Math.ceil(bodyBytes / CHUNK_BYTES);
  const { policy, parcels } = content;
  header.set(latin1Bytes("PMAN"), 0);
  writeU16(header, 4, MANIFEST_VERSION);
  header.set(latin1Bytes(policy.language.slice(0, 2)), 6);
  writeU32(header, 8, content.device);
  writeU32(header, 12, content.keyEpoch);
  writeU32(header, 16, content.sequence);
  writeU32(header, 20, content.journalEpoch);
  writeU32(header, 24, content.sealedAt_s);
  writeU32(header, 28, content.validFrom_s);
  writeU32(header, 32, content.validUntil_s);
  writeU16(header, 36, content.day);
  writeU16(header, 38, parcels.length);
  writeU16(header, 40, codes);
  header[42] = policy.triesPerCode;
  header[43] = policy.triesPerDevice;
  header[44] = policy.wrongAnswersPerLock;
  header[45] = policy.releasesPerLock;
  header[46] = policy.refuseEstimatedClock ? PolicyFlag.RefuseEstimatedClock : 0;
  header[47] = policy.tagBits;
  writeU32(header, 48, textBytes);
  writeU32(header, 52, headBytes(chunks) + bodyBytes);
  writeU16(header, 56, CHUNK_BYTES);
  writeU16(header, 58, chunks);
  writeU16(header, 60, worstDaySlots(parcels.length, codes));
  writeU16(header, 62, content.updateSlots);
  header.set(latin1Bytes(addressLine(content.round).slice(0, ROUND_NAME_BYTES)), 64);
  writeU16(header, 80, content.utcOffset_min);
  return header;
}

/**
 * Builds and signs a manifest.
 * @param manifestKey the device key's "manifest" subkey, 32 bytes
 * @returns head (header, chunk digests, MAC) and body
 * @throws DepotError 919 when there are more than 512 parcels
 */
export function buildManifest(hash: Hash, manifestKey: Uint8Array, content: ManifestContent): Uint8Array {
  if (content.parcels.length > MANIFEST_PARCELS_MAX) {
    const count = content.parcels.length;
    throw new DepotError(
      DepotFault.ManifestTooLarge,
      `round ${content.round} has ${count} parcels; a manifest holds ${MANIFEST_PARCELS_MAX}`,
    );
  }
  const { rows, codes } = sortedRows(hash, content.parcels);
  const { texts, offsets } = textsOf(rows);
  const body = concatBytes([parcelTable(rows, offsets), codeTable(codes, rows), texts]);
  const signed = [headerOf(content, codes.length, texts.length, body.length)];
  for (let at = 0; at < body.length; at += CHUNK_BYTES) signed.push(hash.sha256(body.subarray(at, at + CHUNK_BYTES)));
  const head = concatBytes(signed);
  return concatBytes([head, manifestMac(hash, manifestKey, head), body]);
}
