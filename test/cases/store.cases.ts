// What every store behind the depot must do. Run over each database by test/depot/store.test.ts.
import assert from "node:assert/strict";
import type { Code, Device, Manifest, Parcel, PlannedParcel, StoredRecord } from "../../src/depot/store/rows.ts";
import type { Store, StoreTransaction } from "../../src/depot/store/store.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { dockStoreCases } from "./dock-store.cases.ts";

const U32_MAX = 0xffff_ffff;
const DAY = 20_781;

/** A database under test. */
export interface StoreCase {
  name: string;
  /** A new, empty, migrated store; `depot` picks whose rows it sees. */
  open(depot?: number): Promise<Store>;
  /** Forgets the database that `open` made. */
  end(): Promise<void>;
}

const DEVICE: Device = {
  id: 7,
  label: "blue",
  keyEpoch: 1,
  addedAt_s: 1_764_000_000,
  lastSequence: 0,
  lastJournalEpoch: 0,
  lastSync_s: undefined,
  battery: undefined,
  firmware: undefined,
  clock_s: undefined,
  lost: false,
};

function parcelOf(id: number, tracking: string, day = DAY, round = "R1", stop = 1): PlannedParcel {
  const parcel: Parcel = {
    id,
    tracking,
    day,
    address: "Stra\u00dfe 1",
    value_cents: 12_990,
    asked: false,
    needsCode: true,
    status: "open",
    reason: 0,
    acceptedAt_s: undefined,
    deliveredAt_s: undefined,
    reversed: false,
  };
  return { parcel, plan: { parcel: id, day, round, stop, outcome: "current", statusThen: undefined } };
}

function codeOf(id: number, parcel: number): Code {
  return {
    id,
    parcel,
    day: DAY,
    state: "live",
    salt: new Uint8Array(16).fill(id & 0xff),
    tag: 2047,
    tagBits: 11,
    box: Uint8Array.from({ length: 34 }, (_, i) => 255 - i),
    triesKnown: 0,
    releasesKnown: 0,
    successor: undefined,
    madeAt_s: 1,
    endedAt_s: undefined,
  };
}

function manifestOf(device: number, journalEpoch: number): Manifest {
  return {
    device,
    journalEpoch,
    sequence: journalEpoch,
    keyEpoch: 1,
    day: DAY,
    round: "R1",
    sealedAt_s: 10,
    validFrom_s: 20,
    validUntil_s: U32_MAX,
    journalSlots: 74,
    closed: false,
    acknowledged: 0,
    chain: new Uint8Array(16).fill(9),
    updatesQueued: 0,
    updatesStored: 0,
  };
}

function recordOf(slot: number, parcel = 1): StoredRecord {
  return {
    device: 7,
    journalEpoch: 1,
    slot,
    bytes: new Uint8Array(64).fill(slot),
    type: 1,
    parcel,
    code: 3,
    time_s: 5,
    receivedAt_s: 6,
    bookedAt_s: 5,
    verdict: "booked",
    clockDoubtful: false,
    late: true,
  };
}

/** The suite. */
export function storeCases(database: StoreCase): void {
  describe(`store: ${database.name}`, () => {
    let store: Store;
    const run = <T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> => store.transaction(work);

    beforeEach(async () => {
      store = await database.open();
    });
    afterEach(async () => {
      await store.close();
      await store.close();
      await database.end();
    });

    it("has no settings at first, and keeps those it is given", async () => {
      assert.equal(await run((tx) => tx.settings()), undefined);
      const settings = { ...DEFAULT_SETTINGS, name: "Łódź", refuseEstimatedClock: true };
      await run((tx) => tx.saveSettings(DEFAULT_SETTINGS));
      await run((tx) => tx.saveSettings(settings));
      assert.deepEqual(await run((tx) => tx.settings()), settings);
    });

    it("counts ids from 1, never twice, and not past 2³²−1", async () => {
      assert.equal(await run((tx) => tx.nextId("code")), 1);
      assert.equal(await run((tx) => tx.nextId("code", 10)), 2);
      assert.equal(await run((tx) => tx.nextId("code")), 12);
      assert.equal(await run((tx) => tx.nextId("parcel")), 1);
      await run((tx) => tx.nextId("alarm", U32_MAX));
      await assert.rejects(run((tx) => tx.nextId("alarm")));
    });

    it("keeps all of a transaction or none of it, its ids included", async () => {
      const failing = run(async (tx) => {
        await tx.nextId("code", 5);
        await tx.devices.add(DEVICE);
        throw new Error("half way");
      });
      await assert.rejects(failing, /half way/);
      assert.equal(await run((tx) => tx.devices.find(7)), undefined);
      assert.equal(await run((tx) => tx.nextId("code")), 1);
    });

    it("runs transactions one after the other", async () => {
      const add = (): Promise<number> =>
        run(async (tx) => {
          const id = await tx.nextId("parcel");
          await Promise.resolve();
          return id;
        });
      const ids = await Promise.all(Array.from({ length: 20 }, add));
      assert.deepEqual(
        [...ids].sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
    });

    it("keeps devices, the largest numbers and unknown values included", async () => {
      const large = { ...DEVICE, id: U32_MAX, firmware: U32_MAX, clock_s: U32_MAX, lastSync_s: 0, battery: 0 };
      await run(async (tx) => {
        await tx.devices.add(large);
        await tx.devices.add(DEVICE);
        await assert.rejects(tx.devices.add(DEVICE));
      });
      assert.deepEqual(await run((tx) => tx.devices.list()), [DEVICE, large]);
      await run((tx) => tx.devices.update(U32_MAX, { battery: undefined, lost: true }));
      assert.deepEqual(await run((tx) => tx.devices.find(U32_MAX)), { ...large, battery: undefined, lost: true });
      await assert.rejects(run((tx) => tx.devices.update(99, { lost: true })));
    });

    it("keeps rounds by day and name", async () => {
      await run((tx) => tx.parcels.saveRound({ day: DAY, name: "B", importedAt_s: undefined }));
      await run((tx) => tx.parcels.saveRound({ day: DAY, name: "A", importedAt_s: 3 }));
      await run((tx) => tx.parcels.saveRound({ day: DAY, name: "B", importedAt_s: 4 }));
      assert.deepEqual(await run((tx) => tx.parcels.rounds(DAY)), [
        { day: DAY, name: "A", importedAt_s: 3 },
        { day: DAY, name: "B", importedAt_s: 4 },
      ]);
      assert.equal(await run((tx) => tx.parcels.round(DAY + 1, "A")), undefined);
    });

    it("keeps parcels with their days, and finds them by day and number", async () => {
      const entries = [parcelOf(2, "B", DAY, "R1", 2), parcelOf(1, "A", DAY, "R1", 9), parcelOf(3, "A", DAY + 60)];
      await run((tx) => tx.parcels.add(entries));
      assert.deepEqual(await run((tx) => tx.parcels.ofDay(DAY)), entries.slice(0, 2));
      assert.deepEqual(await run((tx) => tx.parcels.byTracking("A")), [entries[2], entries[1]]);
      assert.deepEqual(await run((tx) => tx.parcels.due(DAY, "A")), entries[1]);
      assert.equal(await run((tx) => tx.parcels.due(DAY, "C")), undefined);
    });

    it("moves a parcel to another day and keeps the day it left", async () => {
      const entry = parcelOf(1, "A");
      await run(async (tx) => {
        await tx.parcels.add([entry]);
        await tx.parcels.updatePlan({ ...entry.plan, outcome: "moved", statusThen: "attempted" });
        await tx.parcels.addPlan({ ...entry.plan, day: DAY + 1 });
        await tx.parcels.update(1, { day: DAY + 1, acceptedAt_s: 8 });
      });
      assert.equal(await run((tx) => tx.parcels.due(DAY, "A")), undefined);
      const [before, after] = await run((tx) => tx.parcels.plans(1));
      assert.deepEqual([before?.outcome, before?.statusThen, after?.outcome], ["moved", "attempted", "current"]);
      const parcel = await run((tx) => tx.parcels.find(1));
      assert.deepEqual([parcel?.day, parcel?.acceptedAt_s, parcel?.deliveredAt_s], [DAY + 1, 8, undefined]);
    });

    it("takes 512 parcels and codes at once", async () => {
      const entries = Array.from({ length: 512 }, (_, i) => parcelOf(i + 1, `T${1000 + i}`));
      await run((tx) => tx.parcels.add(entries));
      await run((tx) => tx.codes.add(entries.map((_, i) => codeOf(i + 1, i + 1))));
      assert.equal((await run((tx) => tx.parcels.ofDay(DAY))).length, 512);
      assert.equal((await run((tx) => tx.codes.ofDay(DAY))).length, 512);
      await run((tx) => tx.parcels.add([]));
    });

    it("keeps codes byte by byte, and changes only what may change", async () => {
      await run((tx) => tx.parcels.add([parcelOf(1, "A")]));
      await run((tx) => tx.codes.add([codeOf(3, 1), codeOf(U32_MAX, 1)]));
      assert.deepEqual(await run((tx) => tx.codes.ofParcel(1)), [codeOf(3, 1), codeOf(U32_MAX, 1)]);
      await run((tx) => tx.codes.update(3, { state: "void", successor: U32_MAX, endedAt_s: 5, triesKnown: 2 }));
      const changed = { ...codeOf(3, 1), state: "void", successor: U32_MAX, endedAt_s: 5, triesKnown: 2 };
      assert.deepEqual(await run((tx) => tx.codes.find(3)), changed);
      assert.equal((await run((tx) => tx.codes.ofDay(DAY + 1))).length, 0);
    });

    it("keeps manifests, their bytes, and what they carry", async () => {
      const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i & 0xff);
      const entry = { device: 7, journalEpoch: 1, parcel: 1, code: 3, releasesKnown: 1 };
      await run(async (tx) => {
        await tx.manifests.add(manifestOf(7, 1), bytes, [{ ...entry, parcel: 2, code: 0 }, entry]);
        await tx.manifests.add(manifestOf(7, 2), bytes, []);
        await tx.manifests.addEntry({ ...entry, code: 4 });
      });
      assert.deepEqual(await run((tx) => tx.manifests.bytes(7, 1)), bytes);
      assert.deepEqual(await run((tx) => tx.manifests.find(7, 1)), manifestOf(7, 1));
      assert.deepEqual(await run((tx) => tx.manifests.ofDevice(7)), [manifestOf(7, 2), manifestOf(7, 1)]);
      assert.deepEqual(await run((tx) => tx.manifests.ofDay(DAY)), [manifestOf(7, 2), manifestOf(7, 1)]);
      assert.deepEqual(await run((tx) => tx.manifests.entries(7, 1, 1)), [entry, { ...entry, code: 4 }]);
      assert.equal((await run((tx) => tx.manifests.allEntries(7, 1))).length, 3);
      assert.deepEqual(await run((tx) => tx.manifests.carrying(4)), [manifestOf(7, 1)]);
      await run((tx) => tx.manifests.update(7, 1, { closed: true, acknowledged: 4, chain: new Uint8Array(16) }));
      assert.deepEqual(await run((tx) => tx.manifests.carrying(4)), []);
      const changed = { ...manifestOf(7, 1), closed: true, acknowledged: 4, chain: new Uint8Array(16) };
      assert.deepEqual(await run((tx) => tx.manifests.find(7, 1)), changed);
    });

    it("keeps updates by number, in order, as many as asked for", async () => {
      const update = (number: number) => ({
        device: 7,
        journalEpoch: 1,
        number,
        bytes: new Uint8Array(64).fill(number),
      });
      for (const number of [3, 1, 2]) await run((tx) => tx.manifests.addUpdate(update(number)));
      assert.deepEqual(await run((tx) => tx.manifests.updates(7, 1, 1, 8)), [update(2), update(3)]);
      assert.deepEqual(await run((tx) => tx.manifests.updates(7, 1, 0, 1)), [update(1)]);
      await assert.rejects(run((tx) => tx.manifests.addUpdate(update(3))));
    });

    it("keeps one record under a key, by slot and in the order received", async () => {
      for (const record of [recordOf(4), recordOf(0, 2), recordOf(2)]) await run((tx) => tx.records.add(record));
      await assert.rejects(run((tx) => tx.records.add(recordOf(4))));
      assert.deepEqual(await run((tx) => tx.records.find(7, 1, 2)), recordOf(2));
      assert.equal(await run((tx) => tx.records.find(7, 2, 2)), undefined);
      assert.deepEqual(
        [await run((tx) => tx.records.last(7, 1)), await run((tx) => tx.records.last(8, 1))],
        [recordOf(4), undefined],
      );
      assert.deepEqual(await run((tx) => tx.records.ofJournal(7, 1)), [recordOf(0, 2), recordOf(2), recordOf(4)]);
      assert.deepEqual(await run((tx) => tx.records.ofParcel(1)), [recordOf(4), recordOf(2)]);
    });

    it("keeps issued releases, each index of a lock once", async () => {
      const issue = {
        device: 7,
        journalEpoch: 1,
        code: 0,
        index: 0,
        way: "phone",
        issuedAt_s: 5,
        usedAt_s: undefined,
      } as const;
      await run((tx) => tx.releases.add({ ...issue, index: 1, way: "online" }));
      await run((tx) => tx.releases.add(issue));
      await assert.rejects(run((tx) => tx.releases.add(issue)));
      await run((tx) => tx.releases.markUsed(issue, 9));
      assert.deepEqual(await run((tx) => tx.releases.ofLock(7, 1, 0)), [
        { ...issue, usedAt_s: 9 },
        { ...issue, index: 1, way: "online" },
      ]);
    });

    it("keeps alarms, and knows one by its kind and subject", async () => {
      const alarm = {
        kind: "clock" as const,
        raisedAt_s: 1,
        device: 7,
        journalEpoch: undefined,
        slot: 0,
        parcel: undefined,
        code: undefined,
        text: "text",
      };
      await run((tx) => tx.alarms.add({ ...alarm, id: 1 }));
      assert.equal(await run((tx) => tx.alarms.exists({ ...alarm, raisedAt_s: 2, text: "other" })), true);
      assert.equal(await run((tx) => tx.alarms.exists({ ...alarm, slot: undefined })), false);
      assert.equal(await run((tx) => tx.alarms.exists({ ...alarm, journalEpoch: 1 })), false);
      assert.deepEqual(await run((tx) => tx.alarms.list()), [{ ...alarm, id: 1 }]);
    });

    dockStoreCases(run);
  });
}
