// Nothing is acknowledged before it is kept: when the transaction does not commit, there is no reply, and the handheld
// sends it all again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Depot } from "../../src/depot/depot.ts";
import { readMasterKey } from "../../src/depot/master-key.ts";
import { DATABASE_FILE, MASTER_KEY_FILE } from "../../src/depot/open-depot.ts";
import { openSqliteStore } from "../../src/depot/store/sqlite.ts";
import type { Store } from "../../src/depot/store/store.ts";
import {
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  statusOf,
  TEST_DAY,
  type TestDepot,
} from "../support/test-depot.ts";

describe("a sync's reply", () => {
  let test: TestDepot;

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
  });
  afterEach(() => test.end());

  it("is not given when the records could not be kept; the same request is taken afterwards", async () => {
    const handheld = await loadedHandheld(test);
    handheld.handOver(PLAIN);
    const data = join(test.directory, "data");
    const kept = await openSqliteStore(join(data, DATABASE_FILE));
    const failing: Store = {
      transaction: (work) =>
        kept.transaction(async (tx) => {
          await work(tx);
          throw new Error("the disk is full");
        }),
      close: () => kept.close(),
    };
    const depot = new Depot(failing, readMasterKey(join(data, MASTER_KEY_FILE)), { clock: test.clock });
    const request = handheld.seal(handheld.fields());
    try {
      await assert.rejects(depot.handleSync(request), /the disk is full/);
    } finally {
      await depot.close();
    }
    assert.equal((await test.depot.report(TEST_DAY)).records, 0);
    assert.equal((await handheld.sync((bytes) => test.depot.handleSync(bytes))).acknowledged, 1);
    assert.equal(await statusOf(test.depot, PLAIN), "delivered");
  });
});
