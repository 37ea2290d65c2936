// Vector of a manifest of 3 parcels and 2 codes: SPEC.md §4.
import { crc32, hex, hmac, i16, join, sha256, text, u16, u24, u32, u8, zeros } from "./encode.ts";
import { FIRST_CODE, type IssuedCode, SECOND_CODE, tagOf } from "./code-vectors.ts";
import { DEVICE, KEY_EPOCH, MANIFEST_KEY } from "./key-vectors.ts";

export const JOURNAL_EPOCH = 0x01020304;
export const SEQUENCE = 12;
/** 2026-09-01, 05:30 UTC, in a depot two hours east of UTC. */
export const SEALED_AT_S = 1788240600;
export const DAY = 20697;
export const UPDATE_SLOTS = 8;
/** 2 parcels + 3 codes + 64, §5.3. */
export const JOURNAL_SLOTS = 2 * 3 + 3 * 2 + 64;

const TAG_BITS = 11;
const VALID_FROM_S = DAY * 86400 - 2 * 3600;

const PARCELS = [
  { parcel: 9001, tracking: "TBA502887274000", address: "Hauptstraße 5, 2. Stock", stop: 1, code: 0, flags: 1, at: 2 },
  { parcel: 9002, tracking: "RB123456785GB", address: "Hauptstraße 5", stop: 1, code: 0xffff, flags: 0, at: 2 },
  { parcel: 9003, tracking: "JD0002242617644732", address: "", stop: 44, code: 1, flags: 1, at: 1 },
];

const CODES = [
  { code: 501, issued: FIRST_CODE, parcel: 9001, triesKnown: 0, releasesKnown: 0, flags: 0 },
  { code: 777, issued: SECOND_CODE, parcel: 9003, triesKnown: 2, releasesKnown: 1, flags: 0 },
];

const lookupKey = (tracking: string): number => crc32(text(tracking));
const sortedParcels = [...PARCELS].sort((a, b) => lookupKey(a.tracking) - lookupKey(b.tracking));

function textArea(): { bytes: Buffer; offsets: number[] } {
  const offsets: number[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  for (const { tracking, address } of sortedParcels) {
    offsets.push(bytes.length);
    bytes = join(bytes, u8(tracking.length), text(tracking), u8(address.length), text(address));
  }
  return { bytes, offsets };
}

function parcelTable(offsets: number[]): Buffer {
  return join(
    ...sortedParcels.map((parcel, i) =>
      join(
        u32(lookupKey(parcel.tracking)),
        u32(parcel.parcel),
        u16(parcel.stop),
        u16(parcel.code),
        u16(offsets[i] ?? 0),
        u8(parcel.flags),
        u8(parcel.at),
      ),
    ),
  );
}

function codeEntry(code: (typeof CODES)[number]): Buffer {
  const issued: IssuedCode = code.issued;
  return join(
    u32(code.code),
    issued.salt,
    u24(tagOf(issued, TAG_BITS)),
    u8(TAG_BITS),
    u16(DAY),
    u8(code.triesKnown),
    u8(code.releasesKnown),
    u8(code.flags),
    u8(0),
    u16(sortedParcels.findIndex((parcel) => parcel.parcel === code.parcel)),
  );
}

function header(textBytes: number, totalBytes: number, chunks: number): Buffer {
  return join(
    text("PMAN"),
    u16(1),
    text("en"),
    u32(DEVICE),
    u32(KEY_EPOCH),
    u32(SEQUENCE),
    u32(JOURNAL_EPOCH),
    u32(SEALED_AT_S),
    u32(VALID_FROM_S),
    u32(VALID_FROM_S + 86400),
    u16(DAY),
    u16(PARCELS.length),
    u16(CODES.length),
    u8(3),
    u8(15),
    u8(5),
    u8(2),
    u8(1),
    u8(TAG_BITS),
    u32(textBytes),
    u32(totalBytes),
    u16(2048),
    u16(chunks),
    u16(JOURNAL_SLOTS),
    u16(UPDATE_SLOTS),
    text("Tour Süd 3", 16),
    i16(120),
    zeros(14),
  );
}

function manifest(): { head: Buffer; body: Buffer } {
  const { bytes: texts, offsets } = textArea();
  const body = join(parcelTable(offsets), ...CODES.map(codeEntry), texts);
  const chunks = Math.ceil(body.length / 2048);
  const digests = Array.from({ length: chunks }, (_, i) => sha256(body.subarray(2048 * i, 2048 * (i + 1))));
  const signed = join(header(texts.length, 96 + 32 * chunks + 32 + body.length, chunks), ...digests);
  return { head: join(signed, hmac(MANIFEST_KEY, signed)), body };
}

/** First 16 bytes of the manifest's MAC: where the journal's chain starts. */
export const journalStart = (): Buffer => manifest().head.subarray(-32).subarray(0, 16);

export function manifestVectors(): object {
  const { head, body } = manifest();
  return {
    spec: "§4",
    manifestKey: hex(MANIFEST_KEY),
    header: {
      language: "en",
      device: DEVICE,
      keyEpoch: KEY_EPOCH,
      sequence: SEQUENCE,
      journalEpoch: JOURNAL_EPOCH,
      sealedAt_s: SEALED_AT_S,
      validFrom_s: VALID_FROM_S,
      validUntil_s: VALID_FROM_S + 86400,
      day: DAY,
      parcels: 3,
      codes: 2,
      triesPerCode: 3,
      triesPerDevice: 15,
      wrongAnswersPerLock: 5,
      releasesPerLock: 2,
      policyFlags: 1,
      tagBits: TAG_BITS,
      textBytes: textArea().bytes.length,
      totalBytes: head.length + body.length,
      chunks: 1,
      journalSlots: JOURNAL_SLOTS,
      updateSlots: UPDATE_SLOTS,
      round: "Tour Süd 3",
      utcOffset_min: 120,
    },
    parcels: sortedParcels.map(({ code, at, ...parcel }) => ({
      ...parcel,
      key: lookupKey(parcel.tracking),
      codeIndex: code,
      atThisStop: at,
    })),
    codes: CODES.map(({ issued, ...code }) => ({
      ...code,
      salt: hex(issued.salt),
      tag: tagOf(issued, TAG_BITS),
      digits: issued.digits,
    })),
    head: hex(head),
    body: hex(body),
  };
}
