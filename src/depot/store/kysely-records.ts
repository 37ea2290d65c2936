// Journal records in the database: added once under (device, journal epoch, slot), never changed, never erased.
import type { Transaction } from "kysely";
import type { SettledAs } from "../settle/verdict.ts";
import { bytesOf, flag, toBytes } from "./row-values.ts";
import type { StoredRecord } from "./rows.ts";
import type { RecordRow, Schema } from "./schema.ts";
import type { RecordStore } from "./store.ts";

/** Journal records of one depot, inside one transaction. */
export class KyselyRecords implements RecordStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(record: StoredRecord): Promise<void> {
    const last = await this.tx
      .selectFrom("record")
      .select((e) => e.fn.max("arrival").as("arrival"))
      .where("depot", "=", this.depot)
      .executeTakeFirst();
    const arrival = Number(last?.arrival ?? 0) + 1;
    await this.tx
      .insertInto("record")
      .values(rowOf(this.depot, arrival, record))
      .execute();
  }

  async find(device: number, journalEpoch: number, slot: number): Promise<StoredRecord | undefined> {
    const row = await this.rows()
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .where("slot", "=", slot)
      .executeTakeFirst();
    return row === undefined ? undefined : recordOf(row);
  }

  async last(device: number, journalEpoch: number): Promise<StoredRecord | undefined> {
    const row = await this.rows()
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .orderBy("slot", "desc")
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : recordOf(row);
  }

  async ofJournal(device: number, journalEpoch: number): Promise<StoredRecord[]> {
    const rows = await this.rows()
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .orderBy("slot")
      .execute();
    return rows.map(recordOf);
  }

  async ofParcel(parcel: number): Promise<StoredRecord[]> {
    return (await this.rows().where("parcel", "=", parcel).orderBy("arrival").execute()).map(recordOf);
  }

  private rows() {
    return this.tx.selectFrom("record").selectAll().where("depot", "=", this.depot);
  }
}

function rowOf(depot: number, arrival: number, record: StoredRecord): RecordRow {
  return {
    depot: depot,
    device: record.device,
    journal_epoch: record.journalEpoch,
    slot: record.slot,
    arrival: arrival,
    bytes: toBytes(record.bytes),
    type: record.type,
    parcel: record.parcel,
    code: record.code,
    time: record.time_s,
    received_at: record.receivedAt_s,
    booked_at: record.bookedAt_s,
    verdict: record.verdict,
    clock_doubtful: flag(record.clockDoubtful),
    late: flag(record.late),
  };
}

function recordOf(row: RecordRow): StoredRecord {
  return {
    device: row.device,
    journalEpoch: row.journal_epoch,
    slot: row.slot,
    bytes: bytesOf(row.bytes),
    type: row.type,
    parcel: row.parcel,
    code: row.code,
    time_s: row.time,
    receivedAt_s: row.received_at,
    bookedAt_s: row.booked_at,
    verdict: row.verdict as SettledAs,
    clockDoubtful: row.clock_doubtful === 1,
    late: row.late === 1,
  };
}
