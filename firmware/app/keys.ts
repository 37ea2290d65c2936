// The handheld's identity and its labelled subkeys, derived when first needed. SPEC.md §3.
import type { Flash } from "../../hal/contract/flash.ts";
import type { Hash } from "../../hal/contract/hash.ts";
import { type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
import { sameBytes } from "../../src/shared/wire/bytes.ts";
import { decodeKeyFile, KEY_FILE_BYTES, type KeyFile } from "../../src/shared/wire/key-file.ts";
import { KEY_FILE_NAME } from "./files.ts";

/** Who this handheld is. */
export class Keys {
  readonly device: number;
  readonly keyEpoch: number;
  readonly depotUrl: string;
  private hash_: Hash;
  private key_: Uint8Array;
  private cache_: { [label: string]: Uint8Array | undefined };

  constructor(hash: Hash, file: KeyFile) {
    this.device = file.device;
    this.keyEpoch = file.keyEpoch;
    this.depotUrl = file.depotUrl;
    this.hash_ = hash;
    this.key_ = file.key;
    this.cache_ = {};
  }

  /** Whether another reading of the key file gave the same key. */
  isSame(other: Keys): boolean {
    return sameBytes(this.key_, other.key_);
  }

  /** A subkey, 32 bytes. */
  subkey(label: KeyLabel): Uint8Array {
    let key = this.cache_[label];
    if (!key) {
      key = subkey(this.hash_, this.key_, label);
      this.cache_[label] = key;
    }
    return key;
  }
}

/**
 * Reads the key file; undefined when there is none or it is damaged in more than one bit. One lost bit is found by trying
 * them all against the file's check: without a key nothing is sent, and what was not sent would be lost with the next one.
 */
export function readKeys(flash: Flash, hash: Hash): Keys | undefined {
  const bytes = flash.read(KEY_FILE_NAME, 0, KEY_FILE_BYTES);
  let file = decodeKeyFile(hash, bytes);
  for (let bit = 0; !file && bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    file = decodeKeyFile(hash, bytes);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  return file ? new Keys(hash, file) : undefined;
}
