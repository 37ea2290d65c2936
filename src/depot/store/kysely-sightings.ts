// Where handhelds were last seen, in the database: the dock's last word and the last sync's, one row each a handheld.
import type { Transaction } from "kysely";
import { orNull, orUndefined } from "./row-values.ts";
import type { DockVisit, SyncWord } from "./rows.ts";
import type { DockVisitRow, Schema } from "./schema.ts";
import type { SightingStore } from "./store.ts";

/** Sightings of one depot, inside one transaction. */
export class KyselySightings implements SightingStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async saveVisit(visit: DockVisit): Promise<void> {
    await this.tx.deleteFrom("dock_visit").where("depot", "=", this.depot).where("device", "=", visit.device).execute();
    await this.tx.insertInto("dock_visit").values(visitRow(this.depot, visit)).execute();
  }

  async visit(device: number): Promise<DockVisit | undefined> {
    const row = await this.visitRows().where("device", "=", device).executeTakeFirst();
    return row === undefined ? undefined : visitOf(row);
  }

  async visits(): Promise<DockVisit[]> {
    return (await this.visitRows().orderBy("device").execute()).map(visitOf);
  }

  async saveSyncWord(word: SyncWord): Promise<void> {
    await this.tx.deleteFrom("sync_word").where("depot", "=", this.depot).where("device", "=", word.device).execute();
    await this.tx
      .insertInto("sync_word")
      .values({
        depot: this.depot,
        device: word.device,
        at: word.at_s,
        key_epoch: word.keyEpoch,
        journal_epoch: word.journalEpoch,
        journal_end: word.end,
      })
      .execute();
  }

  async syncWord(device: number): Promise<SyncWord | undefined> {
    const row = await this.wordRows().where("device", "=", device).executeTakeFirst();
    return row === undefined ? undefined : wordOf(row);
  }

  async syncWords(): Promise<SyncWord[]> {
    return (await this.wordRows().orderBy("device").execute()).map(wordOf);
  }

  private visitRows() {
    return this.tx.selectFrom("dock_visit").selectAll().where("depot", "=", this.depot);
  }

  private wordRows() {
    return this.tx.selectFrom("sync_word").selectAll().where("depot", "=", this.depot);
  }
}

function visitRow(depot: number, visit: DockVisit): DockVisitRow {
  return {
    depot: depot,
    device: visit.device,
    arrived_at: visit.arrivedAt_s,
    heard_at: visit.heardAt_s,
    left_at: orNull(visit.leftAt_s),
    said_at: visit.saidAt_s,
    unsent: visit.unsent,
    sequence: visit.sequence,
    journal_epoch: visit.journalEpoch,
    battery: orNull(visit.battery),
    firmware: visit.firmware,
  };
}

function visitOf(row: DockVisitRow): DockVisit {
  return {
    device: row.device,
    arrivedAt_s: row.arrived_at,
    heardAt_s: row.heard_at,
    leftAt_s: orUndefined(row.left_at),
    saidAt_s: row.said_at,
    unsent: row.unsent,
    sequence: row.sequence,
    journalEpoch: row.journal_epoch,
    battery: orUndefined(row.battery),
    firmware: row.firmware,
  };
}

function wordOf(row: Schema["sync_word"]): SyncWord {
  return {
    device: row.device,
    at_s: row.at,
    keyEpoch: row.key_epoch,
    journalEpoch: row.journal_epoch,
    end: row.journal_end,
  };
}
