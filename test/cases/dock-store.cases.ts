// What every store must keep of handhelds and docks: visits, last syncs, rounds kept. Part of store.cases.ts.
import assert from "node:assert/strict";
import type { DockVisit, SyncWord } from "../../src/depot/store/rows.ts";
import type { StoreTransaction } from "../../src/depot/store/store.ts";

const U32_MAX = 0xffff_ffff;
const DAY = 20_781;

function visitOf(device: number): DockVisit {
  return {
    device,
    arrivedAt_s: 1,
    heardAt_s: U32_MAX,
    leftAt_s: undefined,
    saidAt_s: 2,
    unsent: U32_MAX,
    sequence: 3,
    journalEpoch: 4,
    battery: undefined,
    firmware: U32_MAX,
  };
}

/** These cases, inside the suite of one store; `run` is its transaction. */
export function dockStoreCases(run: <T>(work: (tx: StoreTransaction) => Promise<T>) => Promise<T>): void {
  it("keeps the last dock visit of each handheld", async () => {
    const later = { ...visitOf(7), heardAt_s: 5, leftAt_s: 6, unsent: 0, battery: 0, firmware: 0 };
    await run((tx) => tx.sightings.saveVisit(visitOf(U32_MAX)));
    await run((tx) => tx.sightings.saveVisit(visitOf(7)));
    await run((tx) => tx.sightings.saveVisit(later));
    assert.deepEqual(await run((tx) => tx.sightings.visit(7)), later);
    assert.equal(await run((tx) => tx.sightings.visit(8)), undefined);
    assert.deepEqual(await run((tx) => tx.sightings.visits()), [later, visitOf(U32_MAX)]);
  });

  it("keeps what the last sync of each handheld said", async () => {
    const word: SyncWord = { device: U32_MAX, at_s: U32_MAX, keyEpoch: 1, journalEpoch: 2, end: 3 };
    const later: SyncWord = { device: 7, at_s: 9, keyEpoch: 2, journalEpoch: 0, end: 0 };
    await run((tx) => tx.sightings.saveSyncWord(word));
    await run((tx) => tx.sightings.saveSyncWord({ ...word, device: 7 }));
    await run((tx) => tx.sightings.saveSyncWord(later));
    assert.deepEqual(await run((tx) => tx.sightings.syncWord(7)), later);
    assert.equal(await run((tx) => tx.sightings.syncWord(8)), undefined);
    assert.deepEqual(await run((tx) => tx.sightings.syncWords()), [later, word]);
  });

  it("keeps one round a handheld and day, and a round for one handheld only", async () => {
    const [one, other] = [
      { device: 7, day: DAY, round: "R1" },
      { device: 8, day: DAY, round: "R2" },
    ];
    const next = { ...one, day: DAY + 1 };
    for (const assignment of [other, { ...one, round: "R3" }, one, next]) {
      await run((tx) => tx.assignments.save(assignment));
    }
    await assert.rejects(run((tx) => tx.assignments.save({ ...other, round: "R1" })));
    assert.deepEqual(await run((tx) => tx.assignments.ofDay(DAY)), [one, other]);
    assert.deepEqual(await run((tx) => tx.assignments.find(7, DAY + 1)), next);
    assert.equal(await run((tx) => tx.assignments.find(8, DAY + 1)), undefined);
    await run((tx) => tx.assignments.removeFrom(7, DAY + 1));
    assert.equal(await run((tx) => tx.assignments.find(7, DAY + 1)), undefined);
    assert.deepEqual(await run((tx) => tx.assignments.ofDay(DAY)), [one, other]);
  });
}
