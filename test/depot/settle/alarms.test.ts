// Alarms: each told once, about what it is about, in words that a person at the depot can act on.
import assert from "node:assert/strict";
import { type AlarmKind, type AlarmSubject, raiseAlarm } from "../../../src/depot/settle/alarm.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import type { JournalWriter, SyncTo } from "../../support/journal-writer.ts";
import {
  ASKED,
  buyerCode,
  DEAR,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  type TestDepot,
} from "../../support/test-depot.ts";
import { alarmTexts, inBooks, wrongCode } from "./books.ts";

describe("an alarm", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  it("of one kind about one subject is written once, and each has a number of its own", async () => {
    const raise = (kind: AlarmKind, subject: AlarmSubject) =>
      inBooks(test, (tx) => raiseAlarm(tx, 5, kind, subject, "words"));
    await raise("clock", { device: 7, slot: 1 });
    await raise("clock", { device: 7, slot: 1 });
    await raise("clock", { device: 7, slot: 2 });
    await raise("cloned device", { device: 7, slot: 1 });
    const alarms = await test.depot.alarms();
    assert.deepEqual(
      alarms.map(({ id, kind, slot, raisedAt_s, text }) => [id, kind, slot, raisedAt_s, text]),
      [
        [1, "clock", 1, 5, "words"],
        [2, "clock", 2, 5, "words"],
        [3, "cloned device", 1, 5, "words"],
      ],
    );
    assert.equal(await inBooks(test, (tx) => tx.nextId("alarm")), 4, "numbers are counted as alarms");
  });

  it("about proofs says which parcel, and what is wrong with it", async () => {
    const wrong = await wrongCode(test, ASKED);
    for (let turn = 0; turn < 2; turn++) handheld.accept(ASKED, wrong);
    const code = await buyerCode(test.depot, DEAR);
    handheld.accept(DEAR, code);
    handheld.accept(DEAR, code);
    handheld.about(PLAIN, RecordType.Accepted);
    await handheld.sync(to);
    assert.deepEqual(await alarmTexts(test), [
      `proof mismatch: handheld 7, slot 0: parcel ${ASKED} was accepted without its code`,
      `proof mismatch: handheld 7, slot 1: parcel ${ASKED}: a second proof after one that was wrong`,
      `second acceptance: handheld 7, slot 3: parcel ${DEAR} had been accepted already`,
      "unknown code: handheld 7, slot 4: an acceptance that names no code of its manifest",
    ]);
  });

  it("about handovers says which parcel, and what is wrong with it", async () => {
    handheld.handOver(PLAIN);
    handheld.handOver(PLAIN);
    handheld.handOver(DEAR);
    await handheld.sync(to);
    assert.deepEqual(await alarmTexts(test), [
      `second handover: handheld 7, slot 1: parcel ${PLAIN} had been handed over already`,
      `handed over without acceptance: handheld 7, slot 2: parcel ${DEAR} was handed over without an accepted code`,
    ]);
  });

  it("about records that name nothing, or nothing known, says what is missing", async () => {
    handheld.write({ type: RecordType.HandedOver });
    handheld.write({ type: RecordType.NotDelivered });
    handheld.write({ type: RecordType.Reversed });
    handheld.write({ type: RecordType.HandedOver, parcel: 4711 });
    handheld.write({ type: RecordType.HandedOver, parcel: handheld.parcel(PLAIN).parcel, code: 4712 });
    handheld.write({ type: 77 as RecordType });
    handheld.write({ type: RecordType.Accepted, code: handheld.parcel(ASKED).code });
    await handheld.sync(to);
    assert.deepEqual(await alarmTexts(test), [
      "unknown parcel: handheld 7, slot 0: a handover that names no parcel",
      "unknown parcel: handheld 7, slot 1: an attempt that names no parcel",
      "unknown parcel: handheld 7, slot 2: a reversal that names no parcel",
      "unknown parcel: handheld 7, slot 3: parcel 4711 is not in its manifest",
      "unknown code: handheld 7, slot 4: code 4712 is not in its manifest nor in its updates",
      "unknown record: handheld 7, slot 5: a record of a type this depot does not know",
      "unknown code: handheld 7, slot 6: an acceptance that names no code of its manifest",
    ]);
    const [alarm] = (await test.depot.alarms()).slice(3);
    const { journalEpoch } = handheld.header;
    assert.deepEqual([alarm?.device, alarm?.journalEpoch, alarm?.slot, alarm?.parcel], [7, journalEpoch, 3, 4711]);
  });

  it("about a clock says the record's time and the manifest's day", async () => {
    handheld.handOver(PLAIN, { time_s: 86_400 });
    await handheld.sync(to);
    const [text] = await alarmTexts(test);
    assert.match(text!, /^clock: handheld 7, slot 0: record of 1970-01-02\S* in the manifest of 2026-11-24$/);
  });
});
