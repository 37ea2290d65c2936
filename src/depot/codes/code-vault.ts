// Delivery codes at rest: AES-256-GCM (NIST SP 800-38D) under a key derived from the master key, which is not in the
// database. The box is bound to its code id and parcel id, so boxes cannot be swapped. Digits never leave in a message.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { CODE_DIGITS } from "../../shared/crypto/code-digest.ts";
import type { Hash } from "../../shared/crypto/hash.ts";
import { hkdf } from "../../shared/crypto/hmac.ts";
import { KEY_BYTES } from "../../shared/crypto/keys.ts";
import { concatBytes, latin1Bytes, latin1Text, writeU32 } from "../../shared/wire/bytes.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Entropy } from "../surroundings.ts";

const NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;
/** Bytes of a box: nonce, six encrypted digits, GCM tag. */
export const BOX_BYTES = NONCE_BYTES + CODE_DIGITS + GCM_TAG_BYTES;

/** Puts digits into boxes and takes them out. */
export interface CodeVault {
  /** @param digits six characters 0…9 */
  seal(digits: string, code: number, parcel: number): Uint8Array;
  /** @throws DepotError 929 when the box is damaged, another code's, or of another master key */
  open(box: Uint8Array, code: number, parcel: number): string;
}

function bindingOf(code: number, parcel: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeU32(bytes, 0, code);
  writeU32(bytes, 4, parcel);
  return bytes;
}

/** Derives the vault's key (HKDF, label "codes") and closes over it. */
export function openCodeVault(masterKey: Uint8Array, hash: Hash, entropy: Entropy): CodeVault {
  const key = hkdf(hash, masterKey, latin1Bytes("parola/1"), latin1Bytes("codes"), KEY_BYTES);
  return {
    seal(digits, code, parcel) {
      const nonce = entropy.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(bindingOf(code, parcel));
      const hidden = concatBytes([cipher.update(latin1Bytes(digits)), cipher.final()]);
      return concatBytes([nonce, hidden, cipher.getAuthTag()]);
    },
    open(box, code, parcel) {
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, NONCE_BYTES), {
          authTagLength: GCM_TAG_BYTES,
        });
        decipher.setAAD(bindingOf(code, parcel)).setAuthTag(box.subarray(BOX_BYTES - GCM_TAG_BYTES));
        const hidden = box.subarray(NONCE_BYTES, BOX_BYTES - GCM_TAG_BYTES);
        const plain = concatBytes([decipher.update(hidden), decipher.final()]);
        return latin1Text(plain, 0, plain.length);
      } catch {
        throw new DepotError(
          DepotFault.VaultDamaged,
          `code ${code}: its stored digits do not open with this master key`,
        );
      }
    },
  };
}
