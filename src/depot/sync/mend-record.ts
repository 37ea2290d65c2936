// A record that lost or gained one bit in the handheld's flash: its body's check or its MAC no longer holds. The depot tries
// every one of its 512 bits; what then holds, check and MAC and place in the chain, is what the handheld had written.
import { copyBytes, sameBytes } from "../../shared/wire/bytes.ts";
import { BODY_BYTES, bodyIsWhole, RECORD_BYTES, RECORD_MAC_BYTES, recordMac } from "../../shared/wire/journal.ts";
import type { Hash } from "../../shared/crypto/hash.ts";

/** The chain that a record must continue. */
export interface Chain {
  hash: Hash;
  /** Record subkey, 32 bytes. */
  key: Uint8Array;
  journalEpoch: number;
  /** MAC of the valid record before. */
  before: Uint8Array;
}

/** Whether two records differ in one bit, or in none. */
export function isSameButOneBit(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let bits = 0;
  for (let i = 0; i < a.length; i++) for (let x = (a[i] ?? 0) ^ (b[i] ?? 0); x !== 0; x &= x - 1) bits++;
  return bits <= 1;
}

/**
 * The record as it was written.
 * @returns the same bytes when they hold, 64 others when one bit had changed, undefined when nothing holds
 */
export function mendRecord(chain: Chain, slot: number, record: Uint8Array): Uint8Array | undefined {
  if (record.length !== RECORD_BYTES) return undefined;
  if (bodyIsWhole(chain.hash, record, chain.journalEpoch, slot)) {
    const right = record.slice();
    right.set(macOf(chain, slot, record), BODY_BYTES);
    return isSameButOneBit(record, right) ? right : undefined;
  }
  const tried = record.slice();
  for (let bit = 0; bit < 8 * BODY_BYTES; bit++) {
    const at = bit >> 3;
    tried[at] = (tried[at] ?? 0) ^ (1 << (bit & 7));
    const isWhole = bodyIsWhole(chain.hash, tried, chain.journalEpoch, slot);
    if (isWhole && sameBytes(macOf(chain, slot, tried), tried.subarray(BODY_BYTES))) return tried;
    tried[at] = record[at] ?? 0;
  }
  return undefined;
}

/** The MAC that stands in a record. */
export function storedMac(record: Uint8Array): Uint8Array {
  return copyBytes(record, BODY_BYTES, RECORD_MAC_BYTES);
}

function macOf(chain: Chain, slot: number, record: Uint8Array): Uint8Array {
  return recordMac(chain.hash, chain.key, chain.journalEpoch, chain.before, slot, record);
}
