// Loading a manifest refunds nothing: tries that the old ledger holds are written into the new one before it becomes
// active, and failures of codes that are gone still count against the device on the same day. DESIGN.md §3.2.
import { FaultNumber } from "../../../src/shared/faults.ts";
import { triesInAll } from "../ledger/ledger.ts";
import type { Day } from "../day.ts";
import { rowOfUpdate } from "../sync/updates.ts";

/** Carries what is spent from one day's ledger into the next; returns the first fault. */
export function carryOver(old: Day, fresh: Day): FaultNumber {
  const codes = old.manifest.header.codes;
  const failures = old.ledger.deviceFailures();
  for (const row of old.ledger.rowsInUse()) {
    if (row === old.ledger.deviceRow) continue;
    const spent = old.ledger.spent(row);
    const code = row < codes ? old.manifest.code(row) : undefined;
    const freshRow = code ? fresh.manifest.indexOfCode(code.id) : replacementRow(old, fresh, row);
    if (freshRow < 0) continue;
    const tries = triesInAll(spent, code ? code.triesKnown : 0);
    const fault =
      fresh.ledger.carry(freshRow, tries) || (spent.accepted ? fresh.ledger.accept(freshRow) : FaultNumber.None);
    if (fault !== FaultNumber.None) return fault;
  }
  if (failures === 0 || old.manifest.header.day !== fresh.manifest.header.day) return FaultNumber.None;
  return fresh.ledger.carry(fresh.ledger.deviceRow, failures);
}

/** Row in the new ledger of a code that came as an update of the old day; −1 when it is not there. */
function replacementRow(old: Day, fresh: Day, oldRow: number): number {
  let row = -1;
  old.updates.each((update) => {
    if (rowOfUpdate(old.manifest.header.codes, update) === oldRow) row = fresh.manifest.indexOfCode(update.newCode);
  });
  return row;
}
