// The handheld's identity and its labelled subkeys, derived when first needed. SPEC.md §3.
import type { Flash } from "../../hal/contract/flash.ts";
import type { Hash } from "../../hal/contract/hash.ts";
import { type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
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

/** Reads the key file; undefined when there is none or it is damaged. */
export function readKeys(flash: Flash, hash: Hash): Keys | undefined {
  const file = decodeKeyFile(hash, flash.read(KEY_FILE_NAME, 0, KEY_FILE_BYTES));
  return file ? new Keys(hash, file) : undefined;
}
