// A share of the sync simulator, and the simulator itself put to the test: the same seed is the same run, and a depot that
// breaks its promise is found out.
import assert from "node:assert/strict";
import type { StoreTransaction } from "../../src/depot/store/store.ts";
import { shareOf } from "./run-share.ts";
import { DyingStore, type MakeStore } from "./sync/failing-depot.ts";
import { BrokenRun, runSeed } from "./sync/sync-run.ts";
import { syncSimulator } from "./sync/sync-simulator.ts";

/** Seeds within which a broken depot must be found out. */
const SEEDS_MAX = 12;

/** The first seed that does not hold with a wrong store; its error. */
async function firstBroken(makeStore: MakeStore): Promise<BrokenRun> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    try {
      await runSeed(seed, { makeStore });
    } catch (error) {
      if (error instanceof BrokenRun) return error;
      throw error;
    }
  }
  throw new Error(`${SEEDS_MAX} seeds and nobody noticed`);
}

/** Answers before it commits: the power goes in between. */
class HastyStore extends DyingStore {
  override async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    if (this.death !== "before commit") return super.transaction(work);
    this.death = undefined;
    const results: T[] = [];
    const undo = new Error("never committed");
    try {
      await this.inner.transaction(async (tx) => {
        results.push(await work(tx));
        this.died();
        throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    }
    return results[0] as T;
  }
}

/** Changes one part of every transaction. */
class AlteredStore extends DyingStore {
  private readonly alter: (tx: StoreTransaction) => Partial<StoreTransaction>;

  constructor(alter: AlteredStore["alter"], ...parts: ConstructorParameters<typeof DyingStore>) {
    super(...parts);
    this.alter = alter;
  }

  override async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return super.transaction((tx) => work(Object.assign(Object.create(tx), this.alter(tx)) as StoreTransaction));
  }
}

function altered(alter: AlteredStore["alter"]): MakeStore {
  return (inner, died) => new AlteredStore(alter, inner, died);
}

describe("the sync simulator", () => {
  shareOf(syncSimulator, 0.02, 180_000);

  it("repeats a seed exactly", async () => {
    const [first, again, other] = [await runSeed(41), await runSeed(41), await runSeed(42)];
    assert.ok(first.confirmed > 0);
    assert.equal(again.trace.digest(), first.trace.digest());
    assert.notEqual(other.trace.digest(), first.trace.digest());
  }).timeout(60_000);

  it("finds a depot that acknowledges before it commits", async () => {
    const { message } = await firstBroken((inner, died) => new HastyStore(inner, died));
    assert.match(message, /^seed \d+: \d\/\d: \d+ acknowledged, only \d+ booked\n/);
  }).timeout(120_000);

  it("finds a depot that loses a record now and then", async () => {
    let added = 0;
    const store = altered(({ records }) => ({
      records: Object.assign(Object.create(records) as typeof records, {
        add: async (record: Parameters<typeof records.add>[0]) => {
          if (++added % 50 !== 0) await records.add(record);
        },
      }),
    }));
    assert.match((await firstBroken(store)).message, /are in the books|MAC of the last|status is 2/);
  }).timeout(120_000);

  it("finds a depot that keeps a handover's record and books nothing", async () => {
    const store = altered(({ parcels }) => ({
      parcels: Object.assign(Object.create(parcels) as typeof parcels, {
        update: async (id: number, change: Parameters<typeof parcels.update>[1]) => {
          if (change.status !== "delivered") await parcels.update(id, change);
        },
      }),
    }));
    assert.match((await firstBroken(store)).message, /report of|alarms|are booked/);
  }).timeout(120_000);
});
