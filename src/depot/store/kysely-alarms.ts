// Alarms and issued releases in the database. Both are added and never erased; a release answer itself is never kept.
import type { Transaction } from "kysely";
import type { AlarmKind } from "../settle/alarm.ts";
import { orNull, orUndefined } from "./row-values.ts";
import type { Alarm, ReleaseIssue } from "./rows.ts";
import type { AlarmRow, ReleaseRow, Schema } from "./schema.ts";
import type { AlarmStore, ReleaseStore } from "./store.ts";

/** Alarms of one depot, inside one transaction. */
export class KyselyAlarms implements AlarmStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(alarm: Alarm): Promise<void> {
    const row: AlarmRow = {
      depot: this.depot,
      id: alarm.id,
      kind: alarm.kind,
      raised_at: alarm.raisedAt_s,
      device: orNull(alarm.device),
      journal_epoch: orNull(alarm.journalEpoch),
      slot: orNull(alarm.slot),
      parcel: orNull(alarm.parcel),
      code: orNull(alarm.code),
      text: alarm.text,
    };
    await this.tx.insertInto("alarm").values(row).execute();
  }

  async exists(alarm: Omit<Alarm, "id">): Promise<boolean> {
    const row = await this.rows()
      .where("kind", "=", alarm.kind)
      .where("device", "is not distinct from", orNull(alarm.device))
      .where("journal_epoch", "is not distinct from", orNull(alarm.journalEpoch))
      .where("slot", "is not distinct from", orNull(alarm.slot))
      .where("parcel", "is not distinct from", orNull(alarm.parcel))
      .where("code", "is not distinct from", orNull(alarm.code))
      .executeTakeFirst();
    return row !== undefined;
  }

  async list(): Promise<Alarm[]> {
    return (await this.rows().orderBy("id").execute()).map(alarmOf);
  }

  private rows() {
    return this.tx.selectFrom("alarm").selectAll().where("depot", "=", this.depot);
  }
}

function alarmOf(row: AlarmRow): Alarm {
  return {
    id: row.id,
    kind: row.kind as AlarmKind,
    raisedAt_s: row.raised_at,
    device: orUndefined(row.device),
    journalEpoch: orUndefined(row.journal_epoch),
    slot: orUndefined(row.slot),
    parcel: orUndefined(row.parcel),
    code: orUndefined(row.code),
    text: row.text,
  };
}

/** Issued releases of one depot, inside one transaction. */
export class KyselyReleases implements ReleaseStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(issue: ReleaseIssue): Promise<void> {
    const row: ReleaseRow = {
      depot: this.depot,
      device: issue.device,
      journal_epoch: issue.journalEpoch,
      code: issue.code,
      release_index: issue.index,
      way: issue.way,
      issued_at: issue.issuedAt_s,
      used_at: orNull(issue.usedAt_s),
    };
    await this.tx.insertInto("release_issue").values(row).execute();
  }

  async ofLock(device: number, journalEpoch: number, code: number): Promise<ReleaseIssue[]> {
    const rows = await this.tx
      .selectFrom("release_issue")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .where("code", "=", code)
      .orderBy("release_index")
      .execute();
    return rows.map(releaseOf);
  }

  async markUsed(issue: ReleaseIssue, usedAt_s: number): Promise<void> {
    await this.tx
      .updateTable("release_issue")
      .set({ used_at: usedAt_s })
      .where("depot", "=", this.depot)
      .where("device", "=", issue.device)
      .where("journal_epoch", "=", issue.journalEpoch)
      .where("code", "=", issue.code)
      .where("release_index", "=", issue.index)
      .execute();
  }
}

function releaseOf(row: ReleaseRow): ReleaseIssue {
  return {
    device: row.device,
    journalEpoch: row.journal_epoch,
    code: row.code,
    index: row.release_index,
    way: row.way as ReleaseIssue["way"],
    issuedAt_s: row.issued_at,
    usedAt_s: orUndefined(row.used_at),
  };
}
