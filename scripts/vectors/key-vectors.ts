// Vectors of keys, key file and provisioning: SPEC.md §3.
import { hkdfSync } from "node:crypto";
import { crc32, fixedBytes, hex, hmac, join, text, u16, u32, zeros } from "./encode.ts";

/** The handheld of all vectors. */
export const DEVICE = 7;
export const KEY_EPOCH = 2;

const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const DEPOT_URL = "http://10.0.0.5:8080";

function deriveDeviceKey(device: number, keyEpoch: number): Buffer {
  const info = join(text("device"), u32(device), u32(keyEpoch));
  return Buffer.from(hkdfSync("sha256", MASTER_KEY, text("parola/1"), info, 32));
}

const DEVICE_KEY = deriveDeviceKey(DEVICE, KEY_EPOCH);

/** HKDF's expand step for 32 bytes: one HMAC, RFC 5869 §2.3. */
const expand = (key: Buffer, label: string): Buffer => hmac(key, text(label), Buffer.from([1]));

export const MANIFEST_KEY = expand(DEVICE_KEY, "manifest");
export const RECORD_KEY = expand(DEVICE_KEY, "record");
export const SYNC_KEY = expand(DEVICE_KEY, "sync");
export const RELEASE_KEY = expand(DEVICE_KEY, "release");
export const DOCK_KEY = expand(DEVICE_KEY, "dock");
const TECHNICIAN_KEY = expand(DEVICE_KEY, "technician");

function keyFile(device: number, keyEpoch: number, depotUrl: string): Buffer {
  const key = deriveDeviceKey(device, keyEpoch);
  const covered = join(text("PKEY"), u16(1), u16(0), u32(device), u32(keyEpoch), key, text(depotUrl, 76));
  return join(covered, u32(crc32(covered)));
}

export function keyVectors(): object {
  return {
    spec: "§3.1",
    masterKey: hex(MASTER_KEY),
    devices: (
      [
        [DEVICE, KEY_EPOCH],
        [1, 1],
        [4294967295, 65536],
      ] as const
    ).map(([device, keyEpoch]) => ({ device, keyEpoch, deviceKey: hex(deriveDeviceKey(device, keyEpoch)) })),
    subkeys: {
      deviceKey: hex(DEVICE_KEY),
      dock: hex(DOCK_KEY),
      manifest: hex(MANIFEST_KEY),
      record: hex(RECORD_KEY),
      sync: hex(SYNC_KEY),
      release: hex(RELEASE_KEY),
      technician: hex(TECHNICIAN_KEY),
    },
  };
}

export function keyFileVectors(): object {
  const current = keyFile(DEVICE, KEY_EPOCH, DEPOT_URL);
  const next = keyFile(DEVICE, KEY_EPOCH + 1, DEPOT_URL);
  const longest = `https://${"d".repeat(63)}.test`;
  return {
    spec: "§3.2, §3.3",
    files: [
      { device: DEVICE, keyEpoch: KEY_EPOCH, depotUrl: DEPOT_URL, bytes: hex(current) },
      { device: 1, keyEpoch: 1, depotUrl: "", bytes: hex(keyFile(1, 1, "")) },
      { device: 4294967295, keyEpoch: 9, depotUrl: longest, bytes: hex(keyFile(4294967295, 9, longest)) },
    ],
    provisionAgain: {
      currentTechnicianKey: hex(TECHNICIAN_KEY),
      data: hex(join(next, hmac(TECHNICIAN_KEY, next))),
    },
    damaged: [
      { why: "newer version", bytes: hex(withVersion(current, 2)) },
      { why: "one byte short", bytes: hex(current.subarray(0, 127)) },
      { why: "erased", bytes: hex(Buffer.alloc(128, 0xff)) },
      { why: "zeros", bytes: hex(zeros(128)) },
      { why: "empty", bytes: hex(fixedBytes("", 0)) },
    ],
  };
}

function withVersion(file: Buffer, version: number): Buffer {
  const covered = join(file.subarray(0, 4), u16(version), file.subarray(6, 124));
  return join(covered, u32(crc32(covered)));
}
