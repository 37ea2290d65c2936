// What a power cut leaves of one flash operation. Between "nothing" and "all" any subset of the bits that were to change
// may have changed; these shapes are the corners of that set, and one number of bytes for whoever wants every offset.

/** The shapes of the sweeps, each a corner of what can be left. */
export const TEAR_SHAPES = ["nothing", "all", "prefix", "suffix", "55", "aa", "single", "but-single"] as const;

/** One of them: the first or last half, the even or odd bits, one bit alone, all bits but one. */
export type TearShape = (typeof TEAR_SHAPES)[number];

/** A shape, or how many of the first bytes were done. */
export type Tear = TearShape | number;

/**
 * Bytes after a torn operation.
 * @param before what the cells held
 * @param after what they would hold
 */
export function tornBytes(before: Uint8Array, after: Uint8Array, tear: Tear): Uint8Array {
  const half = before.length >> 1;
  if (typeof tear === "number") return joined(before, after, (at) => (at < tear ? 0xff : 0));
  switch (tear) {
    case "nothing":
      return before.slice();
    case "all":
      return after.slice();
    case "prefix":
      return joined(before, after, (at) => (at < half ? 0xff : 0));
    case "suffix":
      return joined(before, after, (at) => (at < half ? 0 : 0xff));
    case "55":
      return joined(before, after, () => 0x55);
    case "aa":
      return joined(before, after, () => 0xaa);
    case "single":
      return oneBit(before, after, before);
    case "but-single":
      return oneBit(before, after, after);
  }
}

/** Bits in `mask` are done, the others are not. */
function joined(before: Uint8Array, after: Uint8Array, mask: (at: number) => number): Uint8Array {
  return before.map((byte, at) => (byte & ~mask(at)) | ((after[at] ?? byte) & mask(at)));
}

/** `base` with the middle one of the bits that change turned over. */
function oneBit(before: Uint8Array, after: Uint8Array, base: Uint8Array): Uint8Array {
  const torn = base.slice();
  const changing: number[] = [];
  before.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if (((byte ^ (after[at] ?? byte)) >> bit) & 1) changing.push(at * 8 + bit);
  });
  const middle = changing[changing.length >> 1];
  if (middle !== undefined) torn[middle >> 3] = (torn[middle >> 3] ?? 0) ^ (1 << (middle & 7));
  return torn;
}
