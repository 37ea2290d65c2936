// The active day: manifest, ledger, journal, parcel index and updates of one manifest slot, opened together.
// Opening is bounded: it does not depend on how long the day already is.
import type { Board } from "../../hal/contract/board.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import type { SlotLetter } from "./files.ts";
import { dayFiles } from "./files.ts";
import { Journal, type JournalIdentity } from "./journal/journal.ts";
import type { Keys } from "./keys.ts";
import { Ledger } from "./ledger/ledger.ts";
import { type Manifest, openManifest } from "./manifest/manifest.ts";
import { ParcelIndex } from "./parcels/parcel-index.ts";
import { recover } from "./recovery.ts";
import { Updates } from "./sync/updates.ts";

/** Everything about the active manifest. */
export interface Day {
  slot: SlotLetter;
  manifest: Manifest;
  ledger: Ledger;
  journal: Journal;
  index: ParcelIndex;
  updates: Updates;
  /** Why the day cannot go on; 0 while it can. A stopped day still syncs. */
  stopped: FaultNumber;
}

/** The identity of a manifest's journal. */
export function journalIdentity(manifest: Manifest, keys: Keys): JournalIdentity {
  const header = manifest.header;
  return {
    device: header.device,
    journalEpoch: header.journalEpoch,
    sequence: header.sequence,
    slots: header.journalSlots,
    recordKey: keys.subkey("record"),
    start: manifest.mac().subarray(0, 16),
  };
}

/** The parts of a day, not opened yet. */
export function assembleDay(board: Board, keys: Keys, slot: SlotLetter, manifest: Manifest): Day {
  const flash = board.flash;
  const hash = board.hash;
  const files = dayFiles(slot);
  const header = manifest.header;
  const epoch = header.journalEpoch;
  return {
    slot: slot,
    manifest: manifest,
    ledger: new Ledger(flash, hash, files.ledger, header.codes, header.updateSlots, epoch),
    journal: new Journal(flash, hash, files.journal, journalIdentity(manifest, keys)),
    index: new ParcelIndex(flash, hash, files.index, header.parcels, epoch),
    updates: new Updates(flash, hash, files.updates, header.updateSlots, epoch),
    stopped: FaultNumber.None,
  };
}

/** Opens the parts and mends what a power cut left; the first fault stops the day. */
export function openParts(day: Day): void {
  // The journal first: whatever else is damaged, a stopped day still sends what it holds.
  day.stopped = day.journal.open() || day.ledger.open() || day.index.open() || day.updates.open() || recover(day);
}

/** The newest committed manifest of the two slots, with its parts open; undefined when there is none. */
export function openActiveDay(board: Board, keys: Keys): Day | undefined {
  let best: Day | undefined;
  for (const slot of ["a", "b"] as SlotLetter[]) {
    const file = dayFiles(slot).manifest;
    if (board.flash.size(file) < 0) continue;
    const manifest = openManifest(board.flash, board.hash, file, keys.subkey("manifest"), keys.device, keys.keyEpoch);
    if (manifest && (!best || manifest.header.sequence > best.manifest.header.sequence)) {
      best = assembleDay(board, keys, slot, manifest);
    }
  }
  if (best) openParts(best);
  return best;
}
