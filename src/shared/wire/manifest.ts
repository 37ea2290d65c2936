// The day's manifest, SPEC.md §4: head (header, chunk digests, MAC), then the body in chunks: parcels sorted by
// lookup key, codes sorted by id, texts. Offsets only, so that the handheld reads fields in place.
// The manifest never holds a code: `tag` is its first bits, DESIGN.md §3.1.
import { paddedText, readU16, readU32, sameBytes } from "./bytes.ts";
import { hmac } from "../crypto/hmac.ts";
import type { Hash } from "../crypto/hash.ts";
import { FaultNumber } from "../faults.ts";
import type { Field } from "./field.ts";

/** Version of this format; apart from the software's version. */
export const MANIFEST_VERSION = 1;
/** Parcels that the format carries; a board may carry fewer. */
export const MANIFEST_PARCELS_MAX = 512;
/** Bytes of a chunk of the body; the last one is shorter. */
export const CHUNK_BYTES = 2048;
export const HEADER_BYTES = 96;
export const DIGEST_BYTES = 32;
export const MANIFEST_MAC_BYTES = 32;
export const PARCEL_BYTES = 16;
export const CODE_BYTES = 32;
/** Code index of a parcel that has no code. */
export const NO_CODE = 0xffff;
/** Letters of a tracking number and of an address line, at most; each is stored behind its length. */
export const TRACKING_MAX = 34;
export const ADDRESS_MAX = 40;
/** Bytes of the round's name in the header. */
export const ROUND_NAME_BYTES = 16;

/** SPEC.md §4.1. */
export const MANIFEST_HEADER: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["language", 6, 2],
  ["device", 8, 4],
  ["key epoch", 12, 4],
  ["sequence", 16, 4],
  ["journal epoch", 20, 4],
  ["sealed at", 24, 4],
  ["valid from", 28, 4],
  ["valid until", 32, 4],
  ["day", 36, 2],
  ["parcels", 38, 2],
  ["codes", 40, 2],
  ["tries a code", 42, 1],
  ["tries a device", 43, 1],
  ["wrong release answers", 44, 1],
  ["releases a lock", 45, 1],
  ["policy flags", 46, 1],
  ["tag bits", 47, 1],
  ["text bytes", 48, 4],
  ["total bytes", 52, 4],
  ["chunk bytes", 56, 2],
  ["chunks", 58, 2],
  ["journal slots", 60, 2],
  ["update slots", 62, 2],
  ["round", 64, 16],
  ["utc offset", 80, 2],
  ["reserved", 82, 14],
];

/** SPEC.md §4.2. */
export const MANIFEST_PARCEL: readonly Field[] = [
  ["key", 0, 4],
  ["parcel", 4, 4],
  ["stop", 8, 2],
  ["code index", 10, 2],
  ["text", 12, 2],
  ["flags", 14, 1],
  ["at this stop", 15, 1],
];

/** SPEC.md §4.3. */
export const MANIFEST_CODE: readonly Field[] = [
  ["code", 0, 4],
  ["salt", 4, 16],
  ["tag", 20, 3],
  ["tag bits", 23, 1],
  ["day", 24, 2],
  ["tries known", 26, 1],
  ["releases known", 27, 1],
  ["flags", 28, 1],
  ["reserved", 29, 1],
  ["parcel index", 30, 2],
];

/** Header policy flags. */
export const enum PolicyFlag {
  /** Refuse codes while the clock is only estimated, instead of flagging them. */
  RefuseEstimatedClock = 1,
}

/** Parcel flags. */
export const enum ParcelFlag {
  /** May only be handed over against a code. */
  Protected = 1,
  /** Was handed over before this manifest was sealed. */
  HandedOver = 2,
}

/** Code flags. */
export const enum CodeFlag {
  /** Replaced by the depot before this manifest was sealed. */
  Void = 1,
  /** Accepted before this manifest was sealed. */
  Accepted = 2,
}

/** The header's fields, decoded. Times in UTC seconds, day in days since 1970-01-01. */
export interface ManifestHeader {
  /** Two lower-case letters, ISO 639-1. */
  language: string;
  device: number;
  keyEpoch: number;
  sequence: number;
  journalEpoch: number;
  sealedAt_s: number;
  validFrom_s: number;
  /** First second after the day. */
  validUntil_s: number;
  day: number;
  parcels: number;
  codes: number;
  triesPerCode: number;
  triesPerDevice: number;
  wrongAnswersPerLock: number;
  releasesPerLock: number;
  policyFlags: number;
  tagBits: number;
  textBytes: number;
  totalBytes: number;
  chunks: number;
  journalSlots: number;
  updateSlots: number;
  round: string;
  /** Minutes east of UTC at the depot's noon, −720…840. */
  utcOffset_min: number;
}

/** Bytes of head (header, digests, MAC) for a number of chunks. */
export function headBytes(chunks: number): number {
  return HEADER_BYTES + chunks * DIGEST_BYTES + MANIFEST_MAC_BYTES;
}

/** Slots that the worst day of a round can fill, SPEC.md §5.3: what the journal is sized for. */
export function worstDaySlots(parcels: number, codes: number): number {
  return 2 * parcels + 3 * codes + 64;
}

/** Decodes a header; call {@link checkManifestHead} first. */
export function decodeManifestHeader(bytes: Uint8Array): ManifestHeader {
  const offset = readU16(bytes, 80);
  return {
    language: paddedText(bytes, 6, 2),
    device: readU32(bytes, 8),
    keyEpoch: readU32(bytes, 12),
    sequence: readU32(bytes, 16),
    journalEpoch: readU32(bytes, 20),
    sealedAt_s: readU32(bytes, 24),
    validFrom_s: readU32(bytes, 28),
    validUntil_s: readU32(bytes, 32),
    day: readU16(bytes, 36),
    parcels: readU16(bytes, 38),
    codes: readU16(bytes, 40),
    triesPerCode: bytes[42],
    triesPerDevice: bytes[43],
    wrongAnswersPerLock: bytes[44],
    releasesPerLock: bytes[45],
    policyFlags: bytes[46],
    tagBits: bytes[47],
    textBytes: readU32(bytes, 48),
    totalBytes: readU32(bytes, 52),
    chunks: readU16(bytes, 58),
    journalSlots: readU16(bytes, 60),
    updateSlots: readU16(bytes, 62),
    round: paddedText(bytes, 64, ROUND_NAME_BYTES),
    utcOffset_min: offset > 32767 ? offset - 65536 : offset,
  };
}

/** MAC over header and chunk digests: 32 bytes. */
export function manifestMac(hash: Hash, manifestKey: Uint8Array, signed: Uint8Array): Uint8Array {
  return hmac(hash, manifestKey, [signed]);
}

/** Whether the sizes that a header states agree with each other. */
function sizesAgree(head: Uint8Array): boolean {
  const header = decodeManifestHeader(head);
  const body = header.parcels * PARCEL_BYTES + header.codes * CODE_BYTES + header.textBytes;
  return (
    readU16(head, 56) === CHUNK_BYTES &&
    header.parcels <= MANIFEST_PARCELS_MAX &&
    header.codes <= header.parcels &&
    header.chunks === Math.ceil(body / CHUNK_BYTES) &&
    header.totalBytes === headBytes(header.chunks) + body
  );
}

/**
 * Checks magic, version, sizes, device, key epoch and MAC of a manifest's head.
 * @param head header, chunk digests and MAC, nothing more
 * @returns 0, or the fault that names what is wrong
 */
export function checkManifestHead(
  hash: Hash,
  manifestKey: Uint8Array,
  head: Uint8Array,
  device: number,
  keyEpoch: number,
): FaultNumber {
  if (head.length < HEADER_BYTES || paddedText(head, 0, 4) !== "PMAN") return FaultNumber.ManifestNotOne;
  if (readU16(head, 4) > MANIFEST_VERSION) return FaultNumber.ManifestNewerFormat;
  if (readU16(head, 4) !== MANIFEST_VERSION) return FaultNumber.ManifestNotOne;
  if (readU32(head, 8) !== device) return FaultNumber.ManifestOtherDevice;
  if (readU32(head, 12) !== keyEpoch) return FaultNumber.ManifestOtherKeyEpoch;
  if (head.length !== headBytes(readU16(head, 58))) return FaultNumber.ManifestTruncated;
  const signed = head.length - MANIFEST_MAC_BYTES;
  if (!sameBytes(manifestMac(hash, manifestKey, head.subarray(0, signed)), head.subarray(signed))) {
    return FaultNumber.ManifestAltered;
  }
  return sizesAgree(head) ? FaultNumber.None : FaultNumber.ManifestNotOne;
}
