// Reads, and sometimes rewrites, a test depot's books past the depot: what no report shows, and states that no action of
// the depot leads to.
import { join } from "node:path";
import { DATABASE_FILE } from "../../../src/depot/open-depot.ts";
import type { Plan, StoredRecord } from "../../../src/depot/store/rows.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { StoreTransaction } from "../../../src/depot/store/store.ts";
import type { JournalWriter } from "../../support/journal-writer.ts";
import { buyerCode, type TestDepot } from "../../support/test-depot.ts";

/** Runs one transaction on a depot's database, beside the depot. */
export async function inBooks<T>(test: TestDepot, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(join(test.directory, "data", DATABASE_FILE));
  try {
    return await store.transaction(work);
  } finally {
    await store.close();
  }
}

/** The records of one handheld's journal as they are kept, by slot. */
export async function recordsOf(test: TestDepot, { keys, header }: JournalWriter): Promise<StoredRecord[]> {
  return inBooks(test, (tx) => tx.records.ofJournal(keys.device, header.journalEpoch));
}

/** What settlement made of each record of a journal, by slot. */
export async function verdictsOf(test: TestDepot, handheld: JournalWriter): Promise<string[]> {
  return (await recordsOf(test, handheld)).map((record) => record.verdict);
}

/** The days of a parcel, oldest first. */
export async function plansOf(test: TestDepot, handheld: JournalWriter, tracking: string): Promise<Plan[]> {
  return inBooks(test, (tx) => tx.parcels.plans(handheld.parcel(tracking).parcel));
}

/** Kind and text of every alarm, in the order raised. */
export async function alarmTexts(test: TestDepot): Promise<string[]> {
  return (await test.depot.alarms()).map(({ kind, text }) => `${kind}: ${text}`);
}

/** Six digits that are not a parcel's code. */
export async function wrongCode(test: TestDepot, tracking: string): Promise<string> {
  return (await buyerCode(test.depot, tracking)) === "000000" ? "000001" : "000000";
}
