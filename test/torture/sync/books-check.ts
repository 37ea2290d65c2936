// The comparison at the end of a run: history, flash, the test's own books, and the depot's. Nothing lost, nothing twice,
// nothing invented, no alarm that the run does not explain, no try forgotten.
import assert from "node:assert/strict";
import { dayText } from "../../../src/depot/calendar.ts";
import type { Alarm, StoredRecord } from "../../../src/depot/store/rows.ts";
import { UPDATE_SLOTS } from "../../../src/depot/sync/queue-update.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { hex } from "../../support/hex.ts";
import { keyOf } from "./intake.ts";
import { DAY, type World } from "./world.ts";

/** @throws Error naming what does not agree */
export async function checkBooks(world: World): Promise<void> {
  for (const { witness, image } of world.handhelds) {
    witness.look(image);
    witness.lookAtLedger(image);
  }
  await world.checkStandings();
  const records = await allRecords(world);
  checkOnce(records);
  checkHistory(world, records);
  checkFlash(world, records);
  checkBookedOnce(records);
  for (const { device, journalEpoch } of world.intake.journals.values()) {
    checkSequence(records.filter((one) => one.device === device && one.journalEpoch === journalEpoch));
  }
  await checkAlarms(world);
  for (const alarm of world.books.alarms) world.note(`alarm: ${alarm.replace(/ \d.*/, "")}`);
  await checkTries(world);
  for (const day of [DAY, DAY + 1, DAY + 2]) await checkReport(world, day);
}

async function allRecords(world: World): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  await world.failing.store.transaction(async (tx) => {
    for (const { id } of await tx.devices.list()) {
      for (const { journalEpoch } of await tx.manifests.ofDevice(id)) {
        found.push(...(await tx.records.ofJournal(id, journalEpoch)));
      }
    }
  });
  return found;
}

function checkOnce(records: readonly StoredRecord[]): void {
  const names = records.map(({ device, journalEpoch, slot }) => `${keyOf(device, journalEpoch)}/${slot}`);
  assert.equal(new Set(names).size, names.length, "a slot is in the books twice");
}

/** Each confirmed result once, and none that nobody wanted. */
function checkHistory({ history, intake }: World, records: readonly StoredRecord[]): void {
  for (const { device, journalEpoch } of intake.journals.values()) {
    const own = records.filter((one) => one.device === device && one.journalEpoch === journalEpoch);
    history.compare(device, journalEpoch, own);
  }
}

/** Every record is byte for byte what that handheld's flash held, and every record that counts there is in the books. */
function checkFlash({ handhelds }: World, records: readonly StoredRecord[]): void {
  for (const { device, witness } of handhelds) {
    for (const journalEpoch of witness.journals.keys()) {
      const own = records.filter((one) => one.device === device && one.journalEpoch === journalEpoch);
      const booked = own.map(({ slot }) => slot);
      const name = `journal ${keyOf(device, journalEpoch)}, slots in flash and in the books`;
      assert.deepEqual(booked, witness.validSlots(journalEpoch), name);
    }
  }
  for (const { device, journalEpoch, slot, bytes } of records) {
    const witness = handhelds.find((one) => one.device === device)?.witness;
    const name = `${keyOf(device, journalEpoch)}/${slot}`;
    const flash = witness?.record(journalEpoch, slot);
    assert.ok(flash !== undefined, `invented: ${name} was never in flash`);
    assert.equal(hex(bytes), hex(flash), `invented: ${name} differs from the flash`);
  }
}

/** Of each parcel one acceptance counts, and at most one handover that was not taken back. */
function checkBookedOnce(records: readonly StoredRecord[]): void {
  const counts = new Map<string, number>();
  const add = (type: string, parcel: number, by: number): void => {
    counts.set(`${type} of parcel ${parcel}`, (counts.get(`${type} of parcel ${parcel}`) ?? 0) + by);
  };
  for (const { type, parcel, verdict } of records) {
    if (!verdict.startsWith("booked")) continue;
    if (type === RecordType.Accepted) add("acceptances", parcel, 1);
    if (type === RecordType.HandedOver) add("handovers", parcel, 1);
    if (type === RecordType.Reversed) add("handovers", parcel, -1);
  }
  for (const [name, count] of counts) assert.ok(count === 0 || count === 1, `${count} ${name} are booked`);
}

/** One journal accepts no parcel twice, and hands none over again that it did not take back. */
function checkSequence(records: readonly StoredRecord[]): void {
  const accepted = new Set<number>();
  const gone = new Set<number>();
  for (const { device, journalEpoch, slot, type, parcel } of records) {
    const name = `${keyOf(device, journalEpoch)}/${slot}, parcel ${parcel}`;
    if (type === RecordType.Accepted) {
      assert.ok(!accepted.has(parcel), `${name}: accepted a second time`);
      accepted.add(parcel);
    }
    if (type === RecordType.HandedOver) {
      assert.ok(!gone.has(parcel), `${name}: handed over a second time`);
      gone.add(parcel);
    }
    if (type === RecordType.Reversed) gone.delete(parcel);
  }
}

/** Exactly the alarms that the test's own books raised. */
async function checkAlarms(world: World): Promise<void> {
  const raised: string[] = [];
  for (const alarm of await world.failing.depot.alarms()) {
    if (alarm.kind === "updates full") await checkFull(world, alarm);
    else raised.push(`${alarm.kind} ${keyOf(alarm.device ?? 0, alarm.journalEpoch ?? 0)}/${alarm.slot ?? "-"}`);
  }
  assert.deepEqual(raised.sort(), [...world.books.alarms].sort(), "alarms");
}

async function checkFull({ failing }: World, { device = 0, journalEpoch = 0 }: Alarm): Promise<void> {
  const manifest = await failing.store.transaction((tx) => tx.manifests.find(device, journalEpoch));
  assert.equal(manifest?.updatesQueued, UPDATE_SLOTS, "updates full, with room left");
}

/** The depot knows of each code the tries that the ledgers hold. */
async function checkTries({ failing, handhelds }: World): Promise<void> {
  const held = new Map<number, number>();
  for (const { witness } of handhelds) {
    for (const [code, tries] of witness.tries) held.set(code, Math.max(tries, held.get(code) ?? 0));
  }
  await failing.store.transaction(async (tx) => {
    for (const [id, tries] of held) {
      assert.equal((await tx.codes.find(id))?.triesKnown, tries, `tries of code ${id}`);
    }
  });
}

async function checkReport({ failing, books, parcels }: World, day: number): Promise<void> {
  const { lines } = await failing.depot.report(day);
  const wanted = books.ofDay(day);
  const trackings = new Map(parcels.map(({ id, tracking }) => [tracking, id]));
  const shown = new Map(lines.map(({ tracking, status, reason }) => [trackings.get(tracking), `${status} ${reason}`]));
  assert.deepEqual([...shown].sort(), [...wanted].sort(), `report of ${dayText(day)}`);
}
