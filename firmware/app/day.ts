// The active day: manifest, ledger, journal, parcel index and updates of one manifest slot, opened together.
// Opening is bounded: it does not depend on how long the day already is.
import type { Board } from "../../hal/contract/board.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { dayFiles, type SlotLetter } from "./files.ts";
import { Journal, type JournalIdentity } from "./journal/journal.ts";
import { JOURNAL_HEADER_BYTES, journalHeaderHolds } from "../../src/shared/wire/journal.ts";
import type { Keys } from "./keys.ts";
import { Ledger } from "./ledger/ledger.ts";
import { type Manifest, openManifest, strandedManifest } from "./manifest/manifest.ts";
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
    device: keys.device,
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
  // All of them, whatever is damaged: a stopped day still sends what it holds, and still says which tries were made.
  const journal = day.journal.open();
  const ledger = day.ledger.open();
  const index = day.index.open();
  const updates = day.updates.open();
  day.stopped = journal || ledger || index || updates || recover(day);
}

const SLOTS: SlotLetter[] = ["a", "b"];

/**
 * The newest committed manifest of the two slots, with its parts open; undefined when there is none. An older one that a
 * cut behind a load's last write left is forgotten: should the newer be damaged, its tries must not count again.
 */
export function openActiveDay(board: Board, keys: Keys): Day | undefined {
  let best: Day | undefined;
  for (const slot of SLOTS) {
    const file = dayFiles(slot).manifest;
    if (board.flash.size(file) < 0) continue;
    const manifest = openManifest(board.flash, board.hash, file, keys.subkey("manifest"), keys.device, keys.keyEpoch);
    if (!manifest) continue;
    const isNewer = !best || manifest.header.sequence > best.manifest.header.sequence;
    if (best) board.flash.erase(isNewer ? dayFiles(best.slot).manifest : file);
    if (isNewer) best = assembleDay(board, keys, slot, manifest);
  }
  if (best) openParts(best);
  return best || openStrandedDay(board, keys);
}

/**
 * A day whose manifest cannot be read any more: it goes on with nothing, but its journal is still sent, and no load is
 * taken before that. Of two journals the newer: a load is taken only when all of the older is acknowledged.
 */
function openStrandedDay(board: Board, keys: Keys): Day | undefined {
  let best: Day | undefined;
  for (const slot of SLOTS) {
    const file = dayFiles(slot);
    const header = board.flash.read(file.journal, 0, JOURNAL_HEADER_BYTES);
    if (!journalHeaderHolds(board.hash, header)) continue; // a record of another device's key does not hold
    const day = assembleDay(board, keys, slot, strandedManifest(board.flash, board.hash, file.manifest, header));
    const isNewer = !best || day.manifest.header.sequence > best.manifest.header.sequence;
    if (!day.journal.openStranded() || !isNewer) continue;
    day.stopped = FaultNumber.ManifestLost;
    best = day;
  }
  return best;
}
