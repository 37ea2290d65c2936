// What a boot record says, SPEC.md §11.1, read as firmware/loader.js reads it: which bundle would start, which slot is
// free, where the next cell goes. It reads bytes that it is given, and writes none.
import type { Hash } from "../../shared/crypto/hash.ts";
import { BOOT_CELL_BYTES, type BootCell, BootKind, decodeBootCell } from "../../shared/wire/boot-record.ts";
import type { SlotLetter } from "./boot-layout.ts";

/** Starts of a bundle that never says it is up. */
export const STARTS_MAX = 2;
/** Cells that a trial needs: Try, two Starts, Up. */
export const TRIAL_CELLS = 4;

/** What a record says. */
export interface BootChoice {
  /** Cell that counts and names the bundle that would start now; undefined when none would. */
  starts: BootCell | undefined;
  /** Whether that start would be a trial. */
  isTrial: boolean;
  /** Cell of the last Up that counts. */
  up: BootCell | undefined;
  /** The last Try that counts and has no Up behind it, whether or not it has starts left. */
  tried: BootCell | undefined;
  /** Cells in use at the front of the page; the next one goes behind them. */
  used: number;
  /** The same of the spare page. */
  spareUsed: number;
  /** Whether everything behind the used cells is erased; an erase that was cut short may leave it otherwise. */
  isClean: boolean;
}

function isErased(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

/** The cells in front of the first erased one. */
function usedCells(page: Uint8Array): Uint8Array[] {
  const cells: Uint8Array[] = [];
  for (let at = 0; at + BOOT_CELL_BYTES <= page.length; at += BOOT_CELL_BYTES) {
    const cell = page.subarray(at, at + BOOT_CELL_BYTES);
    if (isErased(cell)) break;
    cells.push(cell);
  }
  return cells;
}

/** Which slot a cell names; undefined when neither. */
function letterOf({ slot }: BootCell): SlotLetter | undefined {
  return slot === "a" || slot === "b" ? slot : undefined;
}

/**
 * Reads a record.
 * @param record all bytes of the file `boot`
 * @param pageBytes bytes of its first page; what stands behind it was written before it
 * @param sum CRC-32 of the first bytes of a slot as it reads now; asked once a slot, and again while no cell agreed with it
 */
export async function chooseBundle(
  hash: Hash,
  record: Uint8Array,
  pageBytes: number,
  sum: (slot: SlotLetter, length: number) => Promise<number>,
): Promise<BootChoice> {
  const page = usedCells(record.subarray(0, pageBytes));
  const spare = usedCells(record.subarray(pageBytes));
  const held: { [slot in SlotLetter]?: BootCell & { isThere: boolean } } = {};
  let starts = 0;
  let up: BootCell | undefined;
  let tried: BootCell | undefined;
  for (const bytes of [...spare, ...page].reverse()) {
    const cell = decodeBootCell(hash, bytes);
    const letter = cell === undefined ? undefined : letterOf(cell);
    if (cell === undefined || letter === undefined) continue;
    let known = held[letter];
    if (known?.length !== cell.length || known.sum !== cell.sum) {
      if (known?.isThere === true) continue; // another bundle, which the slot does not hold
      known = { ...cell, isThere: (await sum(letter, cell.length)) === cell.sum };
      held[letter] = known;
    }
    if (!known.isThere) continue;
    if (cell.kind === BootKind.Up) {
      up = cell;
      break;
    }
    if (tried === undefined && cell.kind === BootKind.Start) starts++;
    if (cell.kind === BootKind.Try) tried ??= cell;
  }
  const used = page.length;
  const isTrial = tried !== undefined && starts < STARTS_MAX && used * BOOT_CELL_BYTES < pageBytes;
  const isClean = isErased(record.subarray(used * BOOT_CELL_BYTES, pageBytes));
  return { starts: isTrial ? tried : up, isTrial, up, tried, used, spareUsed: spare.length, isClean };
}

/** The slot that may be erased: never that of the bundle that was up last. */
export function freeSlot({ up, tried }: BootChoice): SlotLetter {
  return (up ?? tried)?.slot === "a" ? "b" : "a";
}
