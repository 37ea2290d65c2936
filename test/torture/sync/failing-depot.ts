// The real depot, killed and opened again from its file: in a transaction before its commit, after it, or between two.
// A kill leaves the database's files as they are at that moment; what is opened next is a copy of them, so that nothing
// a tidy close would still have written helps.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Depot } from "../../../src/depot/depot.ts";
import { readMasterKey } from "../../../src/depot/master-key.ts";
import { DATABASE_FILE, initDepot, MASTER_KEY_FILE } from "../../../src/depot/open-depot.ts";
import type { Settings } from "../../../src/depot/settings.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { Store, StoreTransaction } from "../../../src/depot/store/store.ts";
import type { Clock, Entropy } from "../../../src/depot/surroundings.ts";

/** When in a transaction the depot dies. */
export type Death = "before commit" | "after commit";

/** The depot died in a transaction. */
export class DepotDied extends Error {
  readonly isCommitted: boolean;

  constructor(isCommitted: boolean) {
    super(`the depot died ${isCommitted ? "after" : "before"} its commit`);
    this.isCommitted = isCommitted;
  }
}

/** A store whose next transaction may be its last. */
export class DyingStore implements Store {
  death: Death | undefined;
  protected readonly inner: Store;
  protected readonly died: () => void;

  /** @param died called at the very moment; what the files hold then is what is left */
  constructor(inner: Store, died: () => void) {
    this.inner = inner;
    this.died = died;
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const death = this.death;
    this.death = undefined;
    if (death === undefined) return this.inner.transaction(work);
    if (death === "before commit") return this.inner.transaction((tx) => this.workAndDie(tx, work));
    await this.inner.transaction(work);
    this.died();
    throw new DepotDied(true);
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  private async workAndDie<T>(tx: StoreTransaction, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    await work(tx);
    this.died();
    throw new DepotDied(false);
  }
}

/** Stands between depot and database; tests hand in a wrong one. */
export type MakeStore = (inner: Store, died: () => void) => DyingStore;

/** What a depot is handed. */
export interface DepotParts {
  clock: Clock;
  entropy: Entropy;
  makeStore?: MakeStore | undefined;
}

/** A depot that can be killed. Call {@link remove} at the end. */
export class FailingDepot {
  depot!: Depot;
  store!: DyingStore;
  /** Set by a death; until {@link restart}. */
  isDead = false;
  private readonly folder = mkdtempSync(join(tmpdir(), "parola-sync-"));
  private generation = 0;
  private readonly parts: DepotParts;

  private constructor(parts: DepotParts) {
    this.parts = parts;
  }

  /** Makes a new depot. */
  static async make(settings: Partial<Settings>, parts: DepotParts): Promise<FailingDepot> {
    const failing = new FailingDepot(parts);
    await (await initDepot(failing.place(), settings, parts)).close();
    await failing.open();
    return failing;
  }

  /** The power goes: what the files hold now is what is left. */
  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    const from = this.place();
    this.generation++;
    mkdirSync(this.place());
    for (const name of [MASTER_KEY_FILE, DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
      if (existsSync(join(from, name))) copyFileSync(join(from, name), join(this.place(), name));
    }
  }

  /** Opens what a kill has left. */
  async restart(): Promise<void> {
    if (!this.isDead) return;
    await this.store.close();
    rmSync(join(this.folder, String(this.generation - 1)), { recursive: true });
    await this.open();
    this.isDead = false;
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    const make = this.parts.makeStore ?? ((inner, died) => new DyingStore(inner, died));
    this.store = make(await openSqliteStore(join(this.place(), DATABASE_FILE)), () => this.kill());
    this.depot = new Depot(this.store, readMasterKey(join(this.place(), MASTER_KEY_FILE)), this.parts);
  }

  private place(): string {
    return join(this.folder, String(this.generation));
  }
}
