// Sync intake in the corners: which key epoch, which journal, what is late, what the depot notes of a handheld, and what
// its alarms say.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { MASTER_KEY_FILE, openDepot } from "../../src/depot/open-depot.ts";
import { readMasterKey } from "../../src/depot/master-key.ts";
import { deviceKey, subkey } from "../../src/shared/crypto/keys.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { encodeRequest, SyncFlag, type SyncReply, type SyncRequest, SyncStatus } from "../../src/shared/wire/sync.ts";
import { JournalWriter, type SyncTo } from "../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  DEAR,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  PLAINER,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
  type TestDepot,
} from "../support/test-depot.ts";
import { alarmTexts, inBooks, recordsOf } from "./settle/books.ts";

describe("sync intake, where a handheld stands", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const send = async (fields: SyncRequest, by = handheld): Promise<SyncReply> =>
    by.open(await to(by.seal(fields)), fields);
  const bare = (by = handheld): SyncRequest => ({ ...by.fields(0, 0), sequence: 0, journalEpoch: 0, end: 0 });
  const device = () => inBooks(test, (tx) => tx.devices.find(TEST_DEVICE));
  const manifest = () => inBooks(test, (tx) => tx.manifests.find(TEST_DEVICE, handheld.header.journalEpoch));

  /** The handheld provisioned again, with a manifest of its new key epoch. */
  async function provisionedAgain(): Promise<JournalWriter> {
    const { keyFile } = await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
    const { bytes } = await test.depot.manifestFor(TEST_DEVICE, TEST_DAY);
    return new JournalWriter(keyFile, bytes, test.clock);
  }

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  describe("key epochs", () => {
    it("tells a handheld without a manifest that its old key is closed", async () => {
      assert.equal((await send(bare())).status, SyncStatus.Ok);
      await provisionedAgain();
      const reply = await send(bare());
      assert.deepEqual([reply.status, reply.acknowledged, reply.updates], [SyncStatus.Closed, 0, []]);
    });

    it("tells a lost handheld without a manifest the same", async () => {
      await test.depot.markLost(TEST_DEVICE);
      assert.equal((await send(bare())).status, SyncStatus.Closed);
    });

    it("answers nothing in key epoch 0, which no handheld is ever given", async () => {
      const master = readMasterKey(join(test.directory, "data", MASTER_KEY_FILE));
      const key = subkey(nobleHash, deviceKey(nobleHash, master, TEST_DEVICE, 0), "sync");
      assert.equal(await to(encodeRequest(nobleHash, key, { ...bare(), keyEpoch: 0 })), undefined);
    });

    it("answers nothing to a handheld that these books do not know, even under its right key", async () => {
      // A depot restored from yesterday's copy meets a handheld that was added today.
      const copy = join(test.directory, "copy");
      cpSync(join(test.directory, "data"), copy, { recursive: true });
      const today = await openDepot(copy, { clock: test.clock });
      await today.addDevice(9);
      const { keyFile } = await today.provisionKeyFile(9, TEST_URL);
      const { bytes } = await today.manifestFor(9, TEST_DAY);
      await today.close();
      const added = new JournalWriter(keyFile, bytes, test.clock);
      assert.equal(await to(added.seal(added.fields())), undefined);
    });

    it("does not take a journal of the old key under the new one", async () => {
      const newer = await provisionedAgain();
      const { sequence, journalEpoch } = handheld.header;
      const reply = await send({ ...newer.fields(), sequence, journalEpoch }, newer);
      assert.equal(reply.status, SyncStatus.UnknownJournal);
    });

    it("under the old key leaves the new manifest open", async () => {
      const newer = await provisionedAgain();
      await handheld.sync(to);
      assert.equal((await newer.sync(to)).status, SyncStatus.Ok);
    });
  });

  describe("journals", () => {
    it("knows a journal by epoch and sequence together", async () => {
      for (const half of [{ sequence: 0 }, { journalEpoch: 0 }]) {
        const reply = await send({ ...handheld.fields(), ...half });
        assert.deepEqual([reply.status, reply.acknowledged], [SyncStatus.UnknownJournal, 0]);
      }
    });

    it("takes a journal that is full to its last slot, and none that claims more", async () => {
      const { journalSlots } = handheld.header;
      assert.equal((await send({ ...handheld.fields(), end: journalSlots })).status, SyncStatus.Ok);
      const more = await send({ ...handheld.fields(), end: journalSlots + 1 });
      assert.equal(more.status, SyncStatus.UnknownJournal);
    });

    it("marks as late what comes after the day or the key was closed, and nothing else", async () => {
      handheld.handOver(PLAIN);
      await handheld.sync(to);
      await test.depot.closeDay(TEST_DAY);
      handheld.handOver(PLAINER);
      assert.equal((await handheld.sync(to)).status, SyncStatus.Closed);
      assert.deepEqual(
        (await recordsOf(test, handheld)).map(({ late }) => late),
        [false, true],
      );
      const lost = await loadedHandheld(test, 8, TEST_DAY + 1);
      await test.depot.markLost(8);
      lost.about(DEAR, RecordType.Wrong, { tries: 1 });
      await lost.sync(to);
      assert.deepEqual(
        (await recordsOf(test, lost)).map(({ late }) => late),
        [true],
      );
    });

    it("closes older journals of the same handheld only", async () => {
      const other = await loadedHandheld(test, 8);
      await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
      const newer = await loadedHandheld(test);
      await handheld.sync(to);
      assert.equal((await manifest())?.closed, false, "a sealed manifest may never be loaded: the old one goes on");
      await newer.sync(to);
      assert.equal((await manifest())?.closed, true);
      assert.equal((await newer.sync(to)).status, SyncStatus.Ok);
      assert.equal((await other.sync(to)).status, SyncStatus.Ok);
    });
  });

  describe("what is noted of a handheld", () => {
    it("is its battery, firmware, clock and the time of its sync", async () => {
      test.clock.time_s += 60;
      await send({ ...handheld.fields(), battery: 42, firmware: 0x010203, time_s: 1234 });
      const noted = await device();
      assert.deepEqual(
        [noted?.battery, noted?.firmware, noted?.clock_s, noted?.lastSync_s],
        [42, 0x010203, 1234, test.clock.time_s],
      );
    });

    it("is no battery where the handheld does not know it", async () => {
      await send({ ...handheld.fields(), battery: 42 });
      await send({ ...handheld.fields(), battery: 255 });
      assert.equal((await device())?.battery, undefined);
      await send({ ...handheld.fields(), battery: 0 });
      assert.equal((await device())?.battery, 0);
    });

    it("is the last update it stored; an older request takes nothing back", async () => {
      for (let turn = 0; turn < 2; turn++) await test.depot.reissue(DEAR);
      await handheld.sync(to);
      await handheld.sync(to);
      assert.equal((await manifest())?.updatesStored, 2);
      await send({ ...handheld.fields(), lastUpdate: 1 });
      assert.equal((await manifest())?.updatesStored, 2);
    });
  });

  it("does not count a replacement as carried when there was no room to send it", async () => {
    for (let turn = 0; turn < 32; turn++) await test.depot.reissue(DEAR);
    const { code } = await test.depot.reissue(DEAR);
    handheld.about(DEAR, RecordType.Wrong, { code });
    await handheld.sync(to);
    assert.deepEqual(await alarmKinds(test.depot), ["updates full", "unknown code"]);
  });

  it("says in its alarms which handheld, which journal, and what is wrong", async () => {
    const { journalEpoch } = handheld.header;
    const clone = await loadedHandheld(test);
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    clone.handOver(PLAINER);
    await clone.sync(to, clone.fields(0));
    handheld.handOver(PLAINER);
    const fields = handheld.fields();
    const altered = { slot: 1, record: Uint8Array.from(fields.records[0]!.record) };
    for (const byte of [50, 51]) altered.record[byte]! ^= 1; // more than one worn bit
    await send({ ...fields, records: [altered] });
    await send({ ...handheld.fields(1, 1), journalEpoch: 99 });
    await send({ ...handheld.fields(1, 1), lastUpdate: 3 });
    for (let turn = 0; turn < 33; turn++) await test.depot.reissue(ASKED);
    await send({ ...handheld.fields(1, 1), flags: SyncFlag.AcknowledgementRefused });
    handheld.slots[1]![10]! ^= 1;
    await handheld.sync(to);
    assert.deepEqual(await alarmTexts(test), [
      "cloned device: handheld 7, slot 0: a known slot came again with another record",
      "journal tampered: handheld 7, slot 1: the chain of records does not hold",
      "unknown journal: a journal of no manifest sealed here",
      "unknown update: handheld 7 names update 3; 0 were queued",
      "updates full: handheld 7 takes no more updates before its next manifest",
      "journal rolled back: handheld 7 does not hold the 1 records that it had sent",
      "worn flash: handheld 7, slot 1: one bit of a record had changed; it was mended and taken. Have its flash tested",
    ]);
    assert.deepEqual(
      (await test.depot.alarms()).map((alarm) => [alarm.device, alarm.journalEpoch, alarm.slot]),
      [
        [TEST_DEVICE, journalEpoch, 0],
        [TEST_DEVICE, journalEpoch, 1],
        [TEST_DEVICE, 99, undefined],
        [TEST_DEVICE, journalEpoch, undefined],
        [TEST_DEVICE, journalEpoch, undefined],
        [TEST_DEVICE, journalEpoch, undefined],
        [TEST_DEVICE, journalEpoch, 1],
      ],
    );
  });
});
