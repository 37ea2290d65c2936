// SHA-256 and CRC-32 of the interpreter itself: `require("crypto").SHA256` and `E.CRC32`.
import type { Hash } from "../contract/hash.ts";

export class NativeHash implements Hash {
  private sha256_: (data: Uint8Array) => ArrayBuffer;

  /** @throws TypeError on an interpreter built without SHA-256 */
  constructor(crypto: CryptoModule) {
    const sha256 = crypto.SHA256;
    if (!sha256) throw new TypeError("crypto: this interpreter has no SHA256");
    this.sha256_ = sha256;
  }

  sha256(data: Uint8Array): Uint8Array {
    const digest = this.sha256_;
    return new Uint8Array(digest(data));
  }

  crc32(data: Uint8Array): number {
    return E.CRC32(data) >>> 0;
  }
}
