// The round that benchmarks load: parcels and codes made up from their numbers, sealed as the depot seals. No store.
import { buildManifest, type ManifestParcel } from "../../src/depot/seal/manifest-builder.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { codeDigest, DEFAULT_TAG_BITS, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { deviceKey, subkey } from "../../src/shared/crypto/keys.ts";
import { encodeReply, openRequest, SyncStatus } from "../../src/shared/wire/sync.ts";
import { encodeKeyFile } from "../../src/shared/wire/key-file.ts";

const DEVICE = 7;
const DAY_S = 86_400;
const KEY = deviceKey(nobleHash, new Uint8Array(32).fill(9), DEVICE, 1);

/** What the device side of the benchmark reads. */
export interface BenchRound {
  manifest: Uint8Array;
  keyFile: Uint8Array;
  /** One line a protected parcel: tracking number and code. */
  codes: string;
}

/** A made-up parcel; one in four is protected. */
export function benchParcel(i: number, day: number): ManifestParcel {
  const salt = Buffer.alloc(16, `salt ${i}`);
  const tag = tagOf(codeDigest(nobleHash, salt, digitsOf(i)), DEFAULT_TAG_BITS);
  const counts = { triesKnown: 0, releasesKnown: 0, isVoid: false, isAccepted: false };
  return {
    id: 1000 + i,
    tracking: `TBA${100_000_000_000 + i}`,
    address: `Via Roma ${i}, 20121 Milano`,
    stop: 1 + (i >> 1),
    needsCode: i % 4 === 0,
    isHandedOver: false,
    code: i % 4 === 0 ? { id: 5000 + i, salt, tag, tagBits: DEFAULT_TAG_BITS, day, ...counts } : undefined,
  };
}

function digitsOf(i: number): string {
  return String(100_000 + i * 7);
}

/** A sealed round of so many parcels for today. */
export function benchRound(parcels: number): BenchRound {
  const now_s = Math.floor(Date.now() / 1000);
  const day = Math.floor(now_s / DAY_S);
  const list = Array.from({ length: parcels }, (_, i) => benchParcel(i, day));
  const manifest = buildManifest(nobleHash, subkey(nobleHash, KEY, "manifest"), {
    device: DEVICE,
    keyEpoch: 1,
    sequence: 1,
    journalEpoch: 1,
    sealedAt_s: now_s,
    validFrom_s: day * DAY_S,
    validUntil_s: (day + 1) * DAY_S,
    day,
    utcOffset_min: 0,
    round: "BENCH",
    updateSlots: 32,
    policy: DEFAULT_SETTINGS,
    parcels: list,
  });
  const codes = list.flatMap(({ tracking, code }, i) => (code === undefined ? [] : `${tracking} ${digitsOf(i)}`));
  const keyFile = encodeKeyFile(nobleHash, { device: DEVICE, keyEpoch: 1, key: KEY, depotUrl: "http://127.0.0.1:1" });
  return { manifest, keyFile, codes: codes.join("\n") };
}

/** What a depot answers to a handheld that has nothing to tell: the time. */
export function answerSync(bytes: Uint8Array): Uint8Array | undefined {
  const syncKey = subkey(nobleHash, KEY, "sync");
  const request = openRequest(nobleHash, syncKey, bytes);
  if (request === undefined) return undefined;
  return encodeReply(nobleHash, syncKey, {
    status: SyncStatus.Ok,
    device: DEVICE,
    journalEpoch: request.journalEpoch,
    nonce: request.nonce,
    time_s: Math.floor(Date.now() / 1000),
    acknowledged: 0,
    lastMac: new Uint8Array(16),
    updates: [],
  });
}
