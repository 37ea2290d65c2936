// The one place that knows SQLite: how it is opened, made durable, and waited for. Nothing else in the store may name it.
import { setTimeout as wait } from "node:timers/promises";
import Database from "libsql";
import type { DatabaseConnection, Driver, SqliteDatabase } from "kysely";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { KyselyStore } from "./kysely-store.ts";
import { Kysely, SqliteDialect, SqliteDriver } from "./kysely-values.ts";
import { migrate } from "./migrations.ts";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

/** How long a transaction waits for another process before it gives up. */
const PATIENCE_MS = 10_000;
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;
/** The library's own wait blocks the whole process, so it stays short; {@link beginAlone} does the real waiting. */
const BUSY_TIMEOUT_MS = 20;

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is (locked|busy)/.test(error.message);
}

/**
 * BEGIN IMMEDIATE takes the write lock at once: a deferred transaction that read first could be refused the lock half
 * way through, and the server and the command line write to the same file.
 */
async function beginAlone(database: Database.Database): Promise<void> {
  let pause_ms = FIRST_WAIT_MS;
  for (let waited_ms = 0; ; waited_ms += pause_ms) {
    try {
      // Not as a prepared statement: refused as busy, the library leaves it in progress, and no commit works then.
      database.exec("begin immediate");
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (waited_ms >= PATIENCE_MS) throw new DepotError(DepotFault.StoreBusy, "another process keeps the database");
    }
    await wait(pause_ms);
    pause_ms = Math.min(pause_ms * 2, LONGEST_WAIT_MS);
  }
}

class ImmediateDriver extends SqliteDriver {
  private readonly database: Database.Database;

  constructor(database: Database.Database) {
    super({ database: database as unknown as SqliteDatabase });
    this.database = database;
  }

  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    await beginAlone(this.database);
  }
}

class ImmediateDialect extends SqliteDialect {
  private readonly database: Database.Database;

  constructor(database: Database.Database) {
    super({ database: database as unknown as SqliteDatabase });
    this.database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.database);
  }
}

/**
 * Opens (or makes) the store in an SQLite file and brings its schema up to date.
 * @param path a file, or ":memory:"
 * @param depot number of the depot whose rows this store sees
 */
export async function openSqliteStore(path: string, depot = 1): Promise<Store> {
  const database = new Database(path);
  try {
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL"); // a commit that was acknowledged survives a power cut
    database.pragma("foreign_keys = ON");
    database.pragma("secure_delete = ON");
    const db = new Kysely<Schema>({ dialect: new ImmediateDialect(database) });
    await migrate(db, "blob");
    return new KyselyStore(db, depot);
  } catch (error) {
    database.close();
    throw error;
  }
}
