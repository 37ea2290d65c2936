// Small rounds for tests: a manifest sealed from a short list, with codes, salts and keys that the test knows.
import { buildManifest, type ManifestCode } from "../../src/depot/seal/manifest-builder.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/depot/settings.ts";
import { codeDigest, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { deviceKey, type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
import { hasNearMissCollision } from "../../src/shared/crypto/near-miss.ts";
import { copyBytes, latin1Bytes, readU16 } from "../../src/shared/wire/bytes.ts";
import { encodeKeyFile } from "../../src/shared/wire/key-file.ts";
import {
  decodeManifestHeader,
  HEADER_BYTES,
  headBytes,
  MANIFEST_MAC_BYTES,
  type ManifestHeader,
  manifestMac,
} from "../../src/shared/wire/manifest.ts";
import { nodeHash } from "./node-hash.ts";

export const DEVICE = 7;
export const KEY_EPOCH = 1;
/** 24 November 2026. */
export const DAY = 20_781;
export const DAY_START_S = DAY * 86_400;
export const NOON_S = DAY_START_S + 43_200;
export const DEPOT_URL = "http://depot.test:8080";

/** One parcel of a test's round; what is left out is ordinary. */
export interface TestParcel {
  tracking: string;
  /** Six digits; none: no code needed. */
  code?: string;
  stop?: number;
  address?: string;
  codeDay?: number;
  codeId?: number;
  isVoid?: boolean;
  isAccepted?: boolean;
  isHandedOver?: boolean;
  triesKnown?: number;
  releasesKnown?: number;
}

/** A test's round. */
export interface TestRound {
  parcels: readonly TestParcel[];
  device?: number;
  keyEpoch?: number;
  sequence?: number;
  journalEpoch?: number;
  day?: number;
  sealedAt_s?: number;
  updateSlots?: number;
  policy?: Partial<Settings>;
  /** Changes the header's bytes before it is signed. */
  header?: (header: Uint8Array) => void;
}

/** A sealed round. */
export interface SealedRound {
  bytes: Uint8Array;
  head: Uint8Array;
  header: ManifestHeader;
  /** First 16 bytes of the manifest's MAC: where the journal's chain starts. */
  chainStart: Uint8Array;
}

/** A key of the test's devices. */
export function testKey(label: KeyLabel, device = DEVICE, keyEpoch = KEY_EPOCH): Uint8Array {
  return subkey(nodeHash, testDeviceKey(device, keyEpoch), label);
}

function testDeviceKey(device: number, keyEpoch: number): Uint8Array {
  return deviceKey(nodeHash, new Uint8Array(32).fill(0x5a), device, keyEpoch);
}

/** The key file of a test's device. */
export function testKeyFile(device = DEVICE, keyEpoch = KEY_EPOCH): Uint8Array {
  return encodeKeyFile(nodeHash, { device, keyEpoch, key: testDeviceKey(device, keyEpoch), depotUrl: DEPOT_URL });
}

/** Salt of a code: always the same, and no near miss shares its tag. */
export function testSalt(id: number, digits: string, tagBits = DEFAULT_SETTINGS.tagBits): Uint8Array {
  const name = `${id} ${digits} ${tagBits}`;
  const known = SALTS.get(name);
  if (known !== undefined) return known.slice();
  for (let turn = 0; ; turn++) {
    const salt = copyBytes(nodeHash.sha256(latin1Bytes(`salt ${id} ${turn}`)), 0, 16);
    if (hasNearMissCollision(nodeHash, salt, digits, tagBits)) continue;
    SALTS.set(name, salt);
    return salt.slice();
  }
}

const SALTS = new Map<string, Uint8Array>();

/** Tag of a code under its {@link testSalt}. */
export function testTag(id: number, digits: string, tagBits = DEFAULT_SETTINGS.tagBits): number {
  return tagOf(codeDigest(nodeHash, testSalt(id, digits, tagBits), digits), tagBits);
}

/** Code id of the n-th parcel of a list, from 0, unless the parcel names one. */
export function codeIdAt(index: number): number {
  return 1001 + index;
}

/** Parcel id of the n-th parcel of a list, from 0. */
export function parcelIdAt(index: number): number {
  return 1 + index;
}

function codeOf(parcel: TestParcel, index: number, day: number): ManifestCode | undefined {
  if (parcel.code === undefined) return undefined;
  const id = parcel.codeId ?? codeIdAt(index);
  return {
    id,
    salt: testSalt(id, parcel.code),
    tag: testTag(id, parcel.code),
    tagBits: DEFAULT_SETTINGS.tagBits,
    day: parcel.codeDay ?? day,
    triesKnown: parcel.triesKnown ?? 0,
    releasesKnown: parcel.releasesKnown ?? 0,
    isVoid: parcel.isVoid ?? false,
    isAccepted: parcel.isAccepted ?? false,
  };
}

/** Seals a round; parcel ids and code ids follow the list's order. */
export function sealRound(round: TestRound): SealedRound {
  const day = round.day ?? DAY;
  const device = round.device ?? DEVICE;
  const keyEpoch = round.keyEpoch ?? KEY_EPOCH;
  const sequence = round.sequence ?? 1;
  const bytes = buildManifest(nodeHash, testKey("manifest", device, keyEpoch), {
    device,
    keyEpoch,
    sequence,
    journalEpoch: round.journalEpoch ?? 500 + sequence,
    sealedAt_s: round.sealedAt_s ?? day * 86_400 + 6 * 3600,
    validFrom_s: day * 86_400,
    validUntil_s: (day + 1) * 86_400,
    day,
    utcOffset_min: 0,
    round: "TEST",
    updateSlots: round.updateSlots ?? 32,
    policy: { ...DEFAULT_SETTINGS, ...round.policy },
    parcels: round.parcels.map((parcel, index) => ({
      id: parcelIdAt(index),
      tracking: parcel.tracking,
      address: parcel.address ?? `${index + 1} Mill Lane`,
      stop: parcel.stop ?? index + 1,
      needsCode: parcel.code !== undefined,
      isHandedOver: parcel.isHandedOver ?? false,
      code: codeOf(parcel, index, day),
    })),
  });
  if (round.header !== undefined) resign(bytes, round.header, device, keyEpoch);
  return describeSealed(bytes);
}

/** Changes a sealed manifest's header in place and signs it again. */
export function resign(
  bytes: Uint8Array,
  change: (header: Uint8Array) => void,
  device = DEVICE,
  keyEpoch = KEY_EPOCH,
): void {
  const signed = headBytes(readU16(bytes, 58)) - MANIFEST_MAC_BYTES;
  change(bytes.subarray(0, HEADER_BYTES));
  bytes.set(manifestMac(nodeHash, testKey("manifest", device, keyEpoch), bytes.subarray(0, signed)), signed);
}

function describeSealed(bytes: Uint8Array): SealedRound {
  const head = bytes.slice(0, headBytes(readU16(bytes, 58)));
  const mac = head.length - MANIFEST_MAC_BYTES;
  return { bytes, head, header: decodeManifestHeader(head), chainStart: head.slice(mac, mac + 16) };
}

/** Digits that a code's tag refuses, different each time. */
export function wrongDigits(id: number, digits: string, count: number): string[] {
  const salt = testSalt(id, digits);
  const tag = testTag(id, digits);
  const wrong: string[] = [];
  for (let number = 314_159; wrong.length < count; number += 7) {
    const candidate = String(number % 1_000_000).padStart(6, "0");
    const sameTag = tagOf(codeDigest(nodeHash, salt, candidate), DEFAULT_SETTINGS.tagBits) === tag;
    if (!sameTag) wrong.push(candidate);
  }
  return wrong;
}

/** `count` parcels, every `protectedEvery`-th with a code; tracking numbers of the Amazon form. */
export function manyParcels(count: number, protectedEvery = 1): TestParcel[] {
  return Array.from({ length: count }, (_, i) => ({
    tracking: `TBA${String(100_000_000_000 + i * 7919)}`,
    stop: 1 + (i >> 1),
    ...(i % protectedEvery === 0 ? { code: String((i * 48_271 + 123_457) % 1_000_000).padStart(6, "0") } : {}),
  }));
}
