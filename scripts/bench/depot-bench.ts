// The depot's benchmarks: sealing and issuing against the bare hashes that they cannot do without, in the same run.
import { randomBytes } from "node:crypto";
import { buildManifest } from "../../src/depot/seal/manifest-builder.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { codeDigest, DEFAULT_TAG_BITS } from "../../src/shared/crypto/code-digest.ts";
import { hasNearMissCollision, nearMisses } from "../../src/shared/crypto/near-miss.ts";
import { trackingKey } from "../../src/shared/tracking-number.ts";
import { CHUNK_BYTES, headBytes, manifestMac } from "../../src/shared/wire/manifest.ts";
import { benchParcel } from "./bench-round.ts";
import type { Figure } from "./handheld-bench.ts";

const PARCELS = 240;
const ROUNDS = 40;
const CODES = 200;

function seconds(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Sealing: parcels a second, and the time against the chunk digests, the MAC and the lookup keys alone. */
function sealing(): Figure[] {
  const parcels = Array.from({ length: PARCELS }, (_, i) => benchParcel(i, 20_000));
  const key = new Uint8Array(32).fill(1);
  const content = {
    device: 7,
    keyEpoch: 1,
    sequence: 1,
    journalEpoch: 1,
    sealedAt_s: 1,
    validFrom_s: 1,
    validUntil_s: 2,
    day: 20_000,
    utcOffset_min: 0,
    round: "BENCH",
    updateSlots: 32,
    policy: DEFAULT_SETTINGS,
    parcels,
  };
  const whole = buildManifest(nobleHash, key, content);
  const chunks = (whole[58] ?? 0) | ((whole[59] ?? 0) << 8);
  const body = whole.subarray(headBytes(chunks));
  const bare = (): void => {
    for (let at = 0; at < body.length; at += CHUNK_BYTES) nobleHash.sha256(body.subarray(at, at + CHUNK_BYTES));
    manifestMac(nobleHash, key, whole.subarray(0, headBytes(chunks) - 32));
    for (const { tracking } of parcels) trackingKey(nobleHash, tracking);
  };
  const runs = Array.from({ length: ROUNDS }, () => ({
    seal_s: seconds(() => buildManifest(nobleHash, key, content)),
    bare_s: seconds(bare),
  }));
  const seal_s = median(runs.map((run) => run.seal_s));
  return [
    { name: "sealing, parcels a second", value: PARCELS / seal_s, unit: "/s" },
    { name: "sealing ÷ its bare hashes", value: median(runs.map((run) => run.seal_s / run.bare_s)), unit: "×" },
  ];
}

/** Issuing: one digest for the code and one for each of its near misses is the least there is. */
function issuing(): Figure[] {
  const salts = Array.from({ length: CODES }, () => new Uint8Array(randomBytes(16)));
  const digits = "402817";
  const least = nearMisses(digits).concat(digits);
  const runs = Array.from({ length: 5 }, () => ({
    rule_s: seconds(() => salts.forEach((salt) => hasNearMissCollision(nobleHash, salt, digits, DEFAULT_TAG_BITS))),
    bare_s: seconds(() => salts.forEach((salt) => least.forEach((code) => codeDigest(nobleHash, salt, code)))),
  }));
  return [
    {
      name: "near-miss rule ÷ its bare hashes",
      value: median(runs.map((run) => run.rule_s / run.bare_s)),
      unit: "×",
      aim: 2,
    },
  ];
}

/** All of them. */
export function benchDepot(): Figure[] {
  return [...sealing(), ...issuing()];
}
