// The store over Kysely: settings, counters, and the tables' parts put together. Any Kysely dialect with a real
// transaction will do; nothing here may be special to one database.
import type { Kysely, Transaction } from "kysely";
import type { Settings } from "../settings.ts";
import { KyselyAlarms, KyselyReleases } from "./kysely-alarms.ts";
import { KyselyAssignments } from "./kysely-assignments.ts";
import { KyselyCodes } from "./kysely-codes.ts";
import { KyselyDevices } from "./kysely-devices.ts";
import { KyselyManifests } from "./kysely-manifests.ts";
import { KyselyParcels } from "./kysely-parcels.ts";
import { KyselyRecords } from "./kysely-records.ts";
import { KyselySightings } from "./kysely-sightings.ts";
import { flag } from "./row-values.ts";
import type { DepotRow, Schema } from "./schema.ts";
import type { IdKind, Store, StoreTransaction } from "./store.ts";

const U32_MAX = 0xffff_ffff;

/** One depot's rows in a database that is open and migrated. */
export class KyselyStore implements Store {
  private readonly db: Kysely<Schema>;
  private readonly depot: number;
  private closing: Promise<void> | undefined;

  constructor(db: Kysely<Schema>, depot: number) {
    this.db = db;
    this.depot = depot;
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.db.transaction().execute((tx) => work(new KyselyTransaction(tx, this.depot)));
  }

  async close(): Promise<void> {
    this.closing ??= this.db.destroy();
    await this.closing;
  }
}

class KyselyTransaction implements StoreTransaction {
  readonly devices: KyselyDevices;
  readonly parcels: KyselyParcels;
  readonly codes: KyselyCodes;
  readonly manifests: KyselyManifests;
  readonly records: KyselyRecords;
  readonly releases: KyselyReleases;
  readonly alarms: KyselyAlarms;
  readonly sightings: KyselySightings;
  readonly assignments: KyselyAssignments;
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
    this.devices = new KyselyDevices(tx, depot);
    this.parcels = new KyselyParcels(tx, depot);
    this.codes = new KyselyCodes(tx, depot);
    this.manifests = new KyselyManifests(tx, depot);
    this.records = new KyselyRecords(tx, depot);
    this.releases = new KyselyReleases(tx, depot);
    this.alarms = new KyselyAlarms(tx, depot);
    this.sightings = new KyselySightings(tx, depot);
    this.assignments = new KyselyAssignments(tx, depot);
  }

  async settings(): Promise<Settings | undefined> {
    const row = await this.tx.selectFrom("depot").selectAll().where("depot", "=", this.depot).executeTakeFirst();
    return row === undefined ? undefined : settingsOf(row);
  }

  async saveSettings(settings: Settings): Promise<void> {
    await this.tx.deleteFrom("depot").where("depot", "=", this.depot).execute();
    await this.tx.insertInto("depot").values(settingsRow(this.depot, settings)).execute();
  }

  async nextId(kind: IdKind, count = 1): Promise<number> {
    const counter = await this.tx
      .selectFrom("counter")
      .select("next")
      .where("depot", "=", this.depot)
      .where("kind", "=", kind)
      .executeTakeFirst();
    const first = counter?.next ?? 1;
    if (first + count - 1 > U32_MAX) throw new Error(`store: the ids of ${kind} are used up`);
    if (counter === undefined) {
      await this.tx
        .insertInto("counter")
        .values({ depot: this.depot, kind: kind, next: first + count })
        .execute();
    } else {
      await this.tx
        .updateTable("counter")
        .set({ next: first + count })
        .where("depot", "=", this.depot)
        .where("kind", "=", kind)
        .execute();
    }
    return first;
  }
}

function settingsOf(row: DepotRow): Settings {
  return {
    name: row.name,
    timeZone: row.time_zone,
    threshold_cents: row.threshold_cents,
    triesPerCode: row.tries_per_code,
    triesPerDevice: row.tries_per_device,
    wrongAnswersPerLock: row.wrong_answers_per_lock,
    releasesPerLock: row.releases_per_lock,
    tagBits: row.tag_bits,
    refuseEstimatedClock: row.refuse_estimated_clock === 1,
    language: row.language,
  };
}

function settingsRow(depot: number, settings: Settings): DepotRow {
  return {
    depot: depot,
    name: settings.name,
    time_zone: settings.timeZone,
    threshold_cents: settings.threshold_cents,
    tries_per_code: settings.triesPerCode,
    tries_per_device: settings.triesPerDevice,
    wrong_answers_per_lock: settings.wrongAnswersPerLock,
    releases_per_lock: settings.releasesPerLock,
    tag_bits: settings.tagBits,
    refuse_estimated_clock: flag(settings.refuseEstimatedClock),
    language: settings.language,
  };
}
