// The schema's history: numbered steps, each run once, in order, never edited after a release. Portable SQL through
// Kysely's builder; the one type that differs between databases, bytes, is handed in by the dialect's file.
import type { CreateTableBuilder, Kysely } from "kysely";
import { sql } from "./kysely-values.ts";
import type { Schema } from "./schema.ts";

/** What a database calls a column of bytes. */
export type BytesType = "blob" | "bytea";

type AnyDatabase = Kysely<unknown>;
type Step = (db: AnyDatabase, bytes: BytesType) => Promise<void>;
/** Column, type; a trailing "?" allows null. */
type Columns = readonly (readonly [name: string, type: string])[];

async function createTable(db: AnyDatabase, name: string, columns: Columns, key: readonly string[]): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name).addColumn("depot", "integer", notNull);
  for (const [column, type] of columns) {
    const nullable = type.endsWith("?");
    const plain = nullable ? type.slice(0, -1) : type;
    table = table.addColumn(column, sql.raw(plain), (c) => (nullable ? c : c.notNull()));
  }
  await table.addPrimaryKeyConstraint(`${name}_key`, ["depot", ...key]).execute();
}

function notNull<B extends { notNull(): B }>(column: B): B {
  return column.notNull();
}

/** u32 values need more than PostgreSQL's signed 32-bit integer. */
const U32 = "bigint";

const firstTables: Step = async (db, bytes) => {
  await createTable(
    db,
    "depot",
    [
      ["name", "text"],
      ["time_zone", "text"],
      ["threshold_cents", "integer"],
      ["tries_per_code", "integer"],
      ["tries_per_device", "integer"],
      ["wrong_answers_per_lock", "integer"],
      ["releases_per_lock", "integer"],
      ["tag_bits", "integer"],
      ["refuse_estimated_clock", "integer"],
      ["language", "text"],
    ],
    [],
  );
  await createTable(
    db,
    "counter",
    [
      ["kind", "text"],
      ["next", U32],
    ],
    ["kind"],
  );
  await createTable(
    db,
    "device",
    [
      ["id", U32],
      ["label", "text"],
      ["key_epoch", U32],
      ["added_at", U32],
      ["last_sequence", U32],
      ["last_journal_epoch", U32],
      ["last_sync", `${U32}?`],
      ["battery", "integer?"],
      ["firmware", `${U32}?`],
      ["clock", `${U32}?`],
      ["lost", "integer"],
    ],
    ["id"],
  );
  await parcelTables(db);
  await codeTable(db, bytes);
  await manifestTables(db, bytes);
  await journalTables(db, bytes);
};

async function parcelTables(db: AnyDatabase): Promise<void> {
  await createTable(
    db,
    "round",
    [
      ["day", "integer"],
      ["name", "text"],
      ["imported_at", `${U32}?`],
    ],
    ["day", "name"],
  );
  await createTable(
    db,
    "parcel",
    [
      ["id", U32],
      ["tracking", "text"],
      ["day", "integer"],
      ["address", "text"],
      ["value_cents", "integer"],
      ["asked", "integer"],
      ["needs_code", "integer"],
      ["status", "text"],
      ["reason", "integer"],
      ["accepted_at", `${U32}?`],
      ["delivered_at", `${U32}?`],
      ["reversed", "integer"],
    ],
    ["id"],
  );
  await db.schema.createIndex("parcel_tracking").on("parcel").columns(["depot", "tracking"]).execute();
  await createTable(
    db,
    "plan",
    [
      ["parcel", U32],
      ["day", "integer"],
      ["round", "text"],
      ["stop", "integer"],
      ["outcome", "text"],
      ["status_then", "text?"],
    ],
    ["parcel", "day"],
  );
  await db.schema.createIndex("plan_day").on("plan").columns(["depot", "day", "round"]).execute();
}

async function codeTable(db: AnyDatabase, bytes: BytesType): Promise<void> {
  await createTable(
    db,
    "code",
    [
      ["id", U32],
      ["parcel", U32],
      ["day", "integer"],
      ["state", "text"],
      ["salt", bytes],
      ["tag", "integer"],
      ["tag_bits", "integer"],
      ["box", bytes],
      ["tries_known", "integer"],
      ["releases_known", "integer"],
      ["successor", `${U32}?`],
      ["made_at", U32],
      ["ended_at", `${U32}?`],
    ],
    ["id"],
  );
  await db.schema.createIndex("code_parcel").on("code").columns(["depot", "parcel"]).execute();
}

async function manifestTables(db: AnyDatabase, bytes: BytesType): Promise<void> {
  await createTable(
    db,
    "manifest",
    [
      ["device", U32],
      ["journal_epoch", U32],
      ["sequence", U32],
      ["key_epoch", U32],
      ["day", "integer"],
      ["round", "text"],
      ["sealed_at", U32],
      ["valid_from", U32],
      ["valid_until", U32],
      ["journal_slots", "integer"],
      ["closed", "integer"],
      ["acknowledged", "integer"],
      ["chain", bytes],
      ["updates_queued", "integer"],
      ["updates_stored", "integer"],
      ["bytes", bytes],
    ],
    ["device", "journal_epoch"],
  );
  await db.schema.createIndex("manifest_day").on("manifest").columns(["depot", "day"]).execute();
  await createTable(
    db,
    "manifest_entry",
    [
      ["device", U32],
      ["journal_epoch", U32],
      ["parcel", U32],
      ["code", U32],
      ["releases_known", "integer"],
    ],
    ["device", "journal_epoch", "parcel", "code"],
  );
  await db.schema.createIndex("manifest_entry_code").on("manifest_entry").columns(["depot", "code"]).execute();
  await createTable(
    db,
    "device_update",
    [
      ["device", U32],
      ["journal_epoch", U32],
      ["number", "integer"],
      ["bytes", bytes],
    ],
    ["device", "journal_epoch", "number"],
  );
}

async function journalTables(db: AnyDatabase, bytes: BytesType): Promise<void> {
  await createTable(
    db,
    "record",
    [
      ["device", U32],
      ["journal_epoch", U32],
      ["slot", "integer"],
      ["arrival", U32],
      ["bytes", bytes],
      ["type", "integer"],
      ["parcel", U32],
      ["code", U32],
      ["time", U32],
      ["received_at", U32],
      ["booked_at", U32],
      ["verdict", "text"],
      ["clock_doubtful", "integer"],
      ["late", "integer"],
    ],
    ["device", "journal_epoch", "slot"],
  );
  await db.schema.createIndex("record_parcel").on("record").columns(["depot", "parcel"]).execute();
  await db.schema.createIndex("record_arrival").on("record").columns(["depot", "arrival"]).execute();
  await createTable(
    db,
    "release_issue",
    [
      ["device", U32],
      ["journal_epoch", U32],
      ["code", U32],
      ["release_index", "integer"],
      ["way", "text"],
      ["issued_at", U32],
      ["used_at", `${U32}?`],
    ],
    ["device", "journal_epoch", "code", "release_index"],
  );
  await createTable(
    db,
    "alarm",
    [
      ["id", U32],
      ["kind", "text"],
      ["raised_at", U32],
      ["device", `${U32}?`],
      ["journal_epoch", `${U32}?`],
      ["slot", "integer?"],
      ["parcel", `${U32}?`],
      ["code", `${U32}?`],
      ["text", "text"],
    ],
    ["id"],
  );
}

/** What the dock saw of each handheld, what its last sync said, and which round is kept for it. */
const dockTables: Step = async (db) => {
  await createTable(
    db,
    "dock_visit",
    [
      ["device", U32],
      ["arrived_at", U32],
      ["heard_at", U32],
      ["left_at", `${U32}?`],
      ["said_at", U32],
      ["unsent", U32],
      ["sequence", U32],
      ["journal_epoch", U32],
      ["battery", "integer?"],
      ["firmware", U32],
    ],
    ["device"],
  );
  await createTable(
    db,
    "sync_word",
    [
      ["device", U32],
      ["at", U32],
      ["key_epoch", U32],
      ["journal_epoch", U32],
      ["journal_end", "integer"],
    ],
    ["device"],
  );
  await createTable(
    db,
    "assignment",
    [
      ["device", U32],
      ["day", "integer"],
      ["round", "text"],
    ],
    ["device", "day"],
  );
  const oneHandheld = db.schema.createIndex("assignment_round").unique().on("assignment");
  await oneHandheld.columns(["depot", "day", "round"]).execute();
};

/** Step n brings a database from version n to n + 1. */
const STEPS: readonly Step[] = [firstTables, dockTables];

/**
 * Brings the database up to date, each step in a transaction of its own; run again it changes nothing.
 * @throws Error when the database was written by a newer version of this software
 */
export async function migrate(db: Kysely<Schema>, bytes: BytesType): Promise<void> {
  const versions = db as unknown as Kysely<{ schema_version: { version: number } }>;
  for (let version = 0; version <= STEPS.length; version++) {
    const current = await versions.transaction().execute(async (tx) => {
      await tx.schema.createTable("schema_version").ifNotExists().addColumn("version", "integer", notNull).execute();
      const row = await tx.selectFrom("schema_version").select("version").executeTakeFirst();
      const step = STEPS[row?.version ?? 0];
      if (row !== undefined && row.version > STEPS.length) throw new Error("the database is of a newer version");
      if (step === undefined) return row?.version ?? 0;
      await step(tx as unknown as AnyDatabase, bytes);
      const next = (row?.version ?? 0) + 1;
      if (row === undefined) await tx.insertInto("schema_version").values({ version: next }).execute();
      else await tx.updateTable("schema_version").set({ version: next }).execute();
      return next;
    });
    if (current === STEPS.length) return;
  }
}
