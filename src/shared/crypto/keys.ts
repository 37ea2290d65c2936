// Key derivation, SPEC.md §3: master key → device key → labelled subkeys. Runs at the depot and on the handheld;
// the master key itself never leaves the depot.
import { latin1Bytes, writeU32, zeros } from "../wire/bytes.ts";
import type { Hash } from "./hash.ts";
import { hkdf, hmac } from "./hmac.ts";

/** Every key of Parola has this many bytes. */
export const KEY_BYTES = 32;

/** What a subkey may be used for; the label is the HKDF info, SPEC.md §3. */
export type KeyLabel = "manifest" | "record" | "sync" | "release" | "dock" | "technician";

/**
 * The key of one device in one key epoch.
 * @param masterKey 32 bytes
 * @param device handheld number, 1…2³²−1
 * @param keyEpoch counts from 1, rises whenever the device is provisioned again
 */
export function deviceKey(hash: Hash, masterKey: Uint8Array, device: number, keyEpoch: number): Uint8Array {
  const info = zeros(14);
  info.set(latin1Bytes("device"), 0);
  writeU32(info, 6, device);
  writeU32(info, 10, keyEpoch);
  return hkdf(hash, masterKey, latin1Bytes("parola/1"), info, KEY_BYTES);
}

/** A subkey of a device key, 32 bytes; the device key is uniform, so HKDF's expand step alone suffices. */
export function subkey(hash: Hash, key: Uint8Array, label: KeyLabel): Uint8Array {
  return hmac(hash, key, [latin1Bytes(label), new Uint8Array([1])]); // one block of HKDF-Expand, RFC 5869 §2.3
}
