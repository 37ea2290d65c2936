// The depot's tables as they are on the disk, read by plain SQL on a connection of its own, for comparison with the model.
import Database from "libsql";

type Row = Record<string, number | string>;

/** Reads what was committed. */
export class Books {
  private readonly database: Database.Database;
  private readonly queries: Record<
    "parcels" | "plans" | "codes" | "manifests" | "records" | "alarms",
    Database.Statement
  >;

  constructor(path: string) {
    const database = new Database(path);
    this.database = database;
    this.queries = {
      parcels: database.prepare(
        `select id, day, status, reason, reversed as isReversed, accepted_at is not null as isAccepted from parcel order by id`,
      ),
      plans: database.prepare(`select parcel, day, outcome from plan order by parcel, day`),
      codes: database.prepare(
        `select id, parcel, day, state, tries_known as tries, releases_known as releases from code order by id`,
      ),
      manifests: database.prepare(
        `select journal_epoch as number, closed as isClosed, acknowledged, updates_queued as updates from manifest
         order by journal_epoch`,
      ),
      records: database.prepare(`select slot, type, verdict from record where journal_epoch = ? order by slot`),
      alarms: database.prepare(`select kind, text from alarm order by id`),
    };
  }

  close(): void {
    this.database.close();
  }

  parcels(): Row[] {
    return this.queries.parcels.all() as Row[];
  }

  /** How each parcel's plan of each day ended, by parcel and day. */
  plans(): Record<number, Record<number, string>> {
    const found: Record<number, Record<number, string>> = {};
    for (const row of this.queries.plans.all() as { parcel: number; day: number; outcome: string }[]) {
      (found[row.parcel] ??= {})[row.day] = row.outcome;
    }
    return found;
  }

  codes(): Row[] {
    return this.queries.codes.all() as Row[];
  }

  manifests(): Row[] {
    return this.queries.manifests.all() as Row[];
  }

  records(manifest: number): { slot: number; type: number; verdict: string }[] {
    return this.queries.records.all(manifest) as { slot: number; type: number; verdict: string }[];
  }

  alarms(): { kind: string; text: string }[] {
    return this.queries.alarms.all() as { kind: string; text: string }[];
  }
}
