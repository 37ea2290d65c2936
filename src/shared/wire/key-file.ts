// The handheld's key file, SPEC.md §3.2: who it is, its key, and where its depot listens. Never compiled in.
import { copyBytes, latin1Bytes, paddedText, readU16, readU32, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Hash } from "../crypto/hash.ts";
import type { Field } from "./field.ts";

export const KEY_FILE_VERSION = 1;
export const KEY_FILE_BYTES = 128;
/** Letters of the depot's address, at most. */
export const DEPOT_URL_MAX = 76;

/** SPEC.md §3.2. */
export const KEY_FILE: readonly Field[] = [
  ["magic", 0, 4],
  ["version", 4, 2],
  ["reserved", 6, 2],
  ["device", 8, 4],
  ["key epoch", 12, 4],
  ["key", 16, 32],
  ["depot url", 48, 76],
  ["check", 124, 4],
];

/** The key file's fields. */
export interface KeyFile {
  device: number;
  keyEpoch: number;
  /** The device key, 32 bytes. */
  key: Uint8Array;
  /** Base address, for example `http://10.0.0.5:8080`; ISO 8859-1, at most 76 characters. */
  depotUrl: string;
}

/** Encodes a key file: 128 bytes. */
export function encodeKeyFile(hash: Hash, file: KeyFile): Uint8Array {
  const bytes = zeros(KEY_FILE_BYTES);
  bytes.set(latin1Bytes("PKEY"), 0);
  writeU16(bytes, 4, KEY_FILE_VERSION);
  writeU32(bytes, 8, file.device);
  writeU32(bytes, 12, file.keyEpoch);
  bytes.set(file.key, 16);
  bytes.set(latin1Bytes(file.depotUrl.slice(0, DEPOT_URL_MAX)), 48);
  writeU32(bytes, 124, hash.crc32(bytes.subarray(0, 124)));
  return bytes;
}

/** Decodes a key file; undefined when it is not whole. */
export function decodeKeyFile(hash: Hash, bytes: Uint8Array): KeyFile | undefined {
  if (bytes.length < KEY_FILE_BYTES || readU32(bytes, 124) !== hash.crc32(bytes.subarray(0, 124))) return undefined;
  if (readU32(bytes, 0) !== 0x59454b50 || readU16(bytes, 4) !== KEY_FILE_VERSION) return undefined;
  return {
    device: readU32(bytes, 8),
    keyEpoch: readU32(bytes, 12),
    key: copyBytes(bytes, 16, 32),
    depotUrl: paddedText(bytes, 48, DEPOT_URL_MAX),
  };
}
