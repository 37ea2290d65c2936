// Recovery at start: the one place that sees both ledger and journal. A power cut can keep back at most the last step
// of what was under way; this makes the other files agree with what is already written. SPEC.md §5.5.
import { IndexKind } from "../../src/shared/wire/cell.ts";
import { type RecordBody, RecordType } from "../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import { zeros } from "../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import type { Day } from "./day.ts";
import { triesInAll } from "./ledger/ledger.ts";
import type { Code } from "./manifest/manifest.ts";
import { rowOfUpdate } from "./sync/updates.ts";

/** The parts recovery works on. */
export type Recoverable = Pick<Day, "manifest" | "ledger" | "journal" | "index" | "updates">;

/** Ledger row of a code id, replacements included; −1 when the day does not know it. */
export function rowOfCode(day: Pick<Day, "manifest" | "updates">, code: number): number {
  let row = day.manifest.indexOfCode(code);
  if (row >= 0) return row;
  day.updates.each((update) => {
    if (update.kind === UpdateKind.Replace && update.newCode === code) {
      row = rowOfUpdate(day.manifest.header.codes, update);
    }
  });
  return row;
}

/** Mends success word, parcel index and releases; returns the first fault. */
export function recover(day: Recoverable): FaultNumber {
  const last = day.journal.last;
  return (last ? finishLedger(day, last) || finishIndex(day, last) : FaultNumber.None) || finishReleases(day);
}

/** The record says accepted or released, the ledger not yet: its cell was kept back. */
function finishLedger(day: Recoverable, last: RecordBody): FaultNumber {
  if (last.type === RecordType.Released) return applyRelease(day, last.code, last.detail);
  if (last.type !== RecordType.Accepted) return FaultNumber.None;
  const row = rowOfCode(day, last.code);
  if (row < 0 || day.ledger.spent(row).accepted) return FaultNumber.None;
  return day.ledger.accept(row);
}

function finishIndex(day: Recoverable, last: RecordBody): FaultNumber {
  const kind = indexKindOf(last.type);
  if (kind === 0) return FaultNumber.None;
  const parcel = day.manifest.indexOfParcel(last.parcel);
  if (parcel < 0) return FaultNumber.None;
  const state = day.index.state(parcel);
  const noted =
    kind === IndexKind.Attempted ? state.reason === last.reason : state.handedOver === (kind === IndexKind.HandedOver);
  return noted ? FaultNumber.None : day.index.note(parcel, kind, last.reason);
}

/** A release that came as an update and was stored, but did not reach the ledger. */
function finishReleases(day: Recoverable): FaultNumber {
  let fault = FaultNumber.None;
  day.updates.each((update) => {
    if (update.kind === UpdateKind.Release && fault === FaultNumber.None) {
      fault = applyRelease(day, update.code, update.releaseIndex);
    }
  });
  return fault;
}

/** Opens a lock for a release update, unless that was done before. */
export function applyRelease(day: Recoverable, code: number, index: number): FaultNumber {
  const row = code === 0 ? day.ledger.deviceRow : rowOfCode(day, code);
  if (row < 0) return FaultNumber.None;
  const known = row === day.ledger.deviceRow ? 0 : codeOfRow(day, row).releasesKnown;
  return known + day.ledger.spent(row).releases > index ? FaultNumber.None : day.ledger.release(row, index);
}

/** What a record means for the parcel index, 0 for nothing. */
export function indexKindOf(type: RecordType): IndexKind | 0 {
  if (type === RecordType.HandedOver) return IndexKind.HandedOver;
  if (type === RecordType.NotDelivered) return IndexKind.Attempted;
  if (type === RecordType.Reversed) return IndexKind.Reversed;
  return 0;
}

/**
 * Journals tries that the ledger holds and no record tells of: a power cut came between the two.
 * Reads the ledger once; called after the first screen is drawn, and before a day is retired.
 * @param note writes a TryFound record for a code with so many tries
 */
export function findLostTries(day: Recoverable, note: (tries: number, code: number) => FaultNumber): FaultNumber {
  const told = day.journal.last ? day.journal.last.triesInAll : 0;
  if (day.ledger.triesInAll() === told) return FaultNumber.None;
  const newest = zeros(day.ledger.deviceRow); // tries that the newest record of each row's code states
  day.journal.eachNewestFirst((body) => {
    const row = body.tries > 0 ? rowOfCode(day, body.code) : -1;
    if (row >= 0 && newest[row] === 0) newest[row] = body.tries;
  });
  for (const row of day.ledger.rowsInUse()) {
    if (row === day.ledger.deviceRow) continue;
    const spent = day.ledger.spent(row);
    const code = codeOfRow(day, row);
    const tries = triesInAll(spent, code.triesKnown);
    const fault = spent.tries > 0 && newest[row] < tries ? note(tries, code.id) : FaultNumber.None;
    if (fault !== FaultNumber.None) return fault;
  }
  return FaultNumber.None;
}

function codeOfRow(day: Recoverable, row: number): Pick<Code, "id" | "triesKnown" | "releasesKnown"> {
  const codes = day.manifest.header.codes;
  if (row < codes) return day.manifest.code(row);
  let found = { id: 0, triesKnown: 0, releasesKnown: 0 };
  day.updates.each((update) => {
    if (rowOfUpdate(codes, update) === row)
      found = { id: update.newCode, triesKnown: update.triesKnown, releasesKnown: 0 };
  });
  return found;
}
