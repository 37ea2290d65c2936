// The real depot on a database in memory, with a clock and chance in the test's hands, and a way to try something on it and
// have it undone: thousands of attacks start from the same books.
import { Depot } from "../../../src/depot/depot.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../src/depot/settings.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { Store, StoreTransaction } from "../../../src/depot/store/store.ts";
import type { Entropy } from "../../../src/depot/surroundings.ts";
import { DAY, NOON_S } from "../../support/test-round.ts";
import type { Random } from "../random.ts";

const MASTER_KEY = new Uint8Array(32).fill(0x5a);
export const URL = "http://depot.test:8080";

/** Codes, salts and nonces of a depot, all from one seed. */
export function seededEntropy(random: Random): Entropy {
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => random.below(256)),
    below: (limit) => random.below(limit),
  };
}

/** Ends a transaction so that nothing of it is kept. */
class Undo extends Error {}

/** A depot and what stands behind it. */
export class Books {
  readonly depot: Depot;
  readonly store: Store;
  readonly clock = { time_s: NOON_S, now_s: (): number => this.clock.time_s };
  private readonly entropy: Entropy;

  private constructor(store: Store, entropy: Entropy) {
    this.store = store;
    this.entropy = entropy;
    this.depot = new Depot(store, MASTER_KEY, { clock: this.clock, entropy });
  }

  /** A new depot in the zone UTC; it is noon of the test's day. */
  static async open(random: Random, settings: Partial<Settings> = {}): Promise<Books> {
    const store = await openSqliteStore(":memory:");
    await store.transaction((tx) => tx.saveSettings({ ...DEFAULT_SETTINGS, ...settings }));
    return new Books(store, seededEntropy(random));
  }

  /** Imports a round of parcels with these numbers, all worth a code but those that `isPlain` names. */
  async importRound(
    trackings: readonly string[],
    isPlain: (tracking: string) => boolean = () => false,
    day = DAY,
    name = "R1",
  ): Promise<void> {
    const parcels = trackings.map((tracking, at) => ({
      tracking,
      stop: at + 1,
      address: `${at + 1} Mill Lane`,
      value_cents: isPlain(tracking) ? 100 : 50_000,
      asked: false,
    }));
    await this.depot.importRound({ day, name, parcels });
  }

  /** The code that the buyer reads. */
  async codeOf(tracking: string): Promise<string> {
    const { code } = await this.depot.track(tracking);
    if (code === undefined) throw new Error(`the buyer of ${tracking} sees no code`);
    return code;
  }

  /** Adds a handheld; its key file. */
  async addDevice(device: number): Promise<Uint8Array> {
    await this.depot.addDevice(device);
    return (await this.depot.provisionKeyFile(device, URL)).keyFile;
  }

  /** Reads past the depot's face. */
  read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.store.transaction(work);
  }

  /** Runs something against these books, and undoes all of it. */
  async undone<T>(work: (depot: Depot, tx: StoreTransaction) => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    try {
      await this.store.transaction(async (tx) => {
        const inner: Store = { transaction: (step) => step(tx), close: () => Promise.resolve() };
        const depot = new Depot(inner, MASTER_KEY, { clock: this.clock, entropy: this.entropy });
        result = { value: await work(depot, tx) };
        throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
    if (result === undefined) throw new Error("nothing came of it");
    return result.value;
  }

  close(): Promise<void> {
    return this.depot.close();
  }
}
