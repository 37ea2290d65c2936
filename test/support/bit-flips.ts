// Every way of spoiling a message a little.

/** Each copy of `bytes` with one bit turned over. */
export function* bitFlips(bytes: Uint8Array): Generator<{ bit: number; flipped: Uint8Array }> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield { bit, flipped };
  }
}

/** Each beginning of `bytes` that is shorter than it, the empty one included. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
}
