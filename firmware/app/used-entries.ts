// Finds where an append-only row of entries ends: they fill in order, so a binary search over "reads erased" does it, and a
// long day opens as fast as a short one. Journal slots and overflow cells both end this way.
import { isErased } from "../../src/shared/wire/bytes.ts";

/** Searches until two reads agree; a cell that reads otherwise each time must not keep the handheld from starting. */
const TURNS_MAX = 8;

/**
 * How many of `entries` are in use.
 * @param read the bytes of one entry
 */
export function usedEntries(entries: number, read: (entry: number) => Uint8Array): number {
  let low = 0;
  // One bit that read wrongly may have sent the search too far: what is then written would stand behind a gap.
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    low = firstErased(entries, read);
    if (low === 0 || !isErased(read(low - 1))) break;
  }
  return low;
}

function firstErased(entries: number, read: (entry: number) => Uint8Array): number {
  let low = 0;
  let high = entries;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isErased(read(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}
