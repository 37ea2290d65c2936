// Sync intake: each record once, whatever comes twice, late, torn, altered or from somebody else.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { openDepot } from "../../src/depot/open-depot.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { encodeRequest, SyncStatus } from "../../src/shared/wire/sync.ts";
import { bitFlips, truncations } from "../support/bit-flips.ts";
import { JournalWriter, macOf, type SyncTo } from "../support/journal-writer.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  PLAINER,
  statusOf,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
  type TestDepot,
} from "../support/test-depot.ts";

describe("sync intake", () => {
  let test: TestDepot;
  let handheld: JournalWriter;
  const to: SyncTo = (request) => test.depot.handleSync(request);
  const recordCount = async (): Promise<number> => (await test.depot.report(TEST_DAY)).records;

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
  });
  afterEach(() => test.end());

  it("takes records, acknowledges them, and tells the time", async () => {
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    handheld.handOver(ASKED);
    const reply = await handheld.sync(to);
    assert.equal(reply.status, SyncStatus.Ok);
    assert.equal(reply.acknowledged, 2);
    assert.deepEqual(reply.lastMac, macOf(handheld.slots[1]));
    assert.equal(reply.time_s, test.clock.time_s);
    assert.equal(await statusOf(test.depot, ASKED), "delivered");
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("says where a handheld stands that asks, with and without a manifest", async () => {
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    const asked = await handheld.sync(to, handheld.fields(0, 0));
    assert.equal(asked.acknowledged, 1);
    assert.deepEqual(asked.lastMac, macOf(handheld.slots[0]));
    const bare = { ...handheld.fields(0, 0), sequence: 0, journalEpoch: 0, end: 0 };
    const reply = handheld.open(await to(handheld.seal(bare)), bare);
    assert.deepEqual([reply.status, reply.acknowledged, reply.time_s], [SyncStatus.Ok, 0, test.clock.time_s]);
    assert.deepEqual(reply.lastMac, new Uint8Array(16));
  });

  it("takes a repeated request as the same request", async () => {
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    handheld.handOver(ASKED);
    const fields = handheld.fields();
    const bytes = handheld.seal(fields);
    const first = await to(bytes);
    const second = await to(bytes);
    assert.deepEqual(second, first);
    assert.equal(await recordCount(), 2);
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("never steps back when an old request comes again after a newer one", async () => {
    handheld.handOver(PLAIN);
    const old = handheld.fields();
    await handheld.sync(to);
    handheld.handOver(PLAINER);
    await handheld.sync(to);
    const reply = handheld.open(await to(handheld.seal(old)), old);
    assert.deepEqual([reply.status, reply.acknowledged], [SyncStatus.Ok, 2]);
    assert.deepEqual(reply.lastMac, macOf(handheld.slots[1]));
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("takes a request that overlaps what it knows", async () => {
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    handheld.handOver(PLAINER);
    const reply = await handheld.sync(to, handheld.fields(0));
    assert.equal(reply.acknowledged, 2);
    assert.equal(await recordCount(), 2);
  });

  it("takes nothing of a request that starts behind a gap, and says where to start", async () => {
    for (const tracking of [PLAIN, PLAINER]) handheld.handOver(tracking);
    const reply = await handheld.sync(to, handheld.fields(1));
    assert.deepEqual([reply.status, reply.acknowledged], [SyncStatus.Ok, 0]);
    assert.equal(await recordCount(), 0);
    assert.equal((await handheld.sync(to)).acknowledged, 2);
  });

  it("counts void slots as received, first, between and last", async () => {
    handheld.tear();
    handheld.handOver(PLAIN);
    handheld.tear();
    handheld.handOver(PLAINER);
    handheld.tear();
    const reply = await handheld.sync(to);
    assert.equal(reply.acknowledged, 5);
    assert.deepEqual(reply.lastMac, macOf(handheld.slots[3]));
    assert.equal(await recordCount(), 2);
    handheld.about(PLAINER, RecordType.Reversed, { detail: 3 });
    assert.equal((await handheld.sync(to)).acknowledged, 6);
    assert.deepEqual(await alarmKinds(test.depot), []);
  });

  it("acknowledges a journal of void slots with a MAC of zeros", async () => {
    handheld.tear();
    const reply = await handheld.sync(to);
    assert.equal(reply.acknowledged, 1);
    assert.deepEqual(reply.lastMac, new Uint8Array(16));
  });

  it("raises the alarm when a known slot comes with another record, and takes nothing", async () => {
    const clone = await loadedHandheld(test);
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    clone.handOver(PLAINER);
    clone.accept(ASKED, await buyerCode(test.depot, ASKED));
    const reply = await clone.sync(to);
    assert.deepEqual([reply.status, reply.acknowledged], [SyncStatus.Conflict, 1]);
    assert.deepEqual(await alarmKinds(test.depot), ["cloned device"]);
    assert.equal(await recordCount(), 1);
    assert.equal(await statusOf(test.depot, ASKED), "open");
    await clone.sync(to, clone.fields(0));
    assert.deepEqual(await alarmKinds(test.depot), ["cloned device"], "the same alarm is raised once");
  });

  it("raises the alarm when a record comes for a slot told as void", async () => {
    const clone = await loadedHandheld(test);
    handheld.tear();
    handheld.handOver(PLAIN);
    await handheld.sync(to);
    clone.handOver(PLAIN);
    assert.equal((await clone.sync(to, clone.fields(0))).status, SyncStatus.Conflict);
    assert.deepEqual(await alarmKinds(test.depot), ["cloned device"]);
  });

  it("raises the alarm when records were taken out, altered or put in another order", async () => {
    for (const tracking of [PLAIN, PLAINER, PLAIN]) handheld.handOver(tracking);
    const whole = handheld.fields();
    const [first, second, third] = whole.records;
    const altered = { slot: 1, record: Uint8Array.from(second!.record) };
    altered.record[8]! ^= 3; // one bit would be wear, and be mended
    const spoilt = [
      [first!, third!],
      [first!, altered, third!],
      [second!, third!],
      [
        { slot: 0, record: second!.record },
        { slot: 1, record: first!.record },
      ],
    ];
    for (const records of spoilt) {
      const fields = { ...whole, records };
      const reply = handheld.open(await to(handheld.seal(fields)), fields);
      assert.deepEqual([reply.status, reply.acknowledged], [SyncStatus.Conflict, 0]);
    }
    assert.deepEqual(new Set(await alarmKinds(test.depot)), new Set(["journal tampered"]));
    assert.equal(await recordCount(), 0);
    assert.equal((await handheld.sync(to)).acknowledged, 3, "the whole journal is still taken");
  });

  it("answers a journal it never sealed with nothing taken", async () => {
    handheld.handOver(PLAIN);
    for (const wrong of [{ journalEpoch: 99 }, { sequence: 99 }, { end: 60_000 }]) {
      const fields = { ...handheld.fields(), ...wrong };
      const reply = handheld.open(await to(handheld.seal(fields)), fields);
      assert.equal(reply.status, SyncStatus.UnknownJournal);
      assert.equal(reply.updates.length, 0);
    }
    assert.equal(await recordCount(), 0);
  });

  it("refuses every altered bit and every shortened request without a word", async () => {
    handheld.handOver(PLAIN);
    const bytes = handheld.seal(handheld.fields());
    for (const { bit, flipped } of bitFlips(bytes)) {
      assert.equal(await to(flipped), undefined, `bit ${bit}`);
    }
    for (const shorter of truncations(bytes)) assert.equal(await to(shorter), undefined);
    assert.equal(await recordCount(), 0);
  }).timeout(60_000);

  it("refuses unknown devices, later key epochs, and another device's address", async () => {
    const fields = handheld.fields();
    const bytes = handheld.seal(fields);
    assert.equal(await test.depot.handleSync(bytes, TEST_DEVICE + 1), undefined);
    assert.notEqual(await test.depot.handleSync(bytes, TEST_DEVICE), undefined);
    const stranger = { ...fields, device: 4711 };
    assert.equal(await to(encodeRequest(nobleHash, handheld.key("sync"), stranger)), undefined);
    assert.equal(await to(handheld.seal({ ...fields, keyEpoch: 2 })), undefined);
    assert.equal(await to(handheld.seal({ ...fields, keyEpoch: 0 })), undefined);
  });

  it("refuses a key epoch that it has not opened, even under its right key", async () => {
    // A depot restored from yesterday's copy meets a handheld that was provisioned today.
    const copy = join(test.directory, "copy");
    cpSync(join(test.directory, "data"), copy, { recursive: true });
    const today = await openDepot(copy, { clock: test.clock });
    const { keyFile } = await today.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
    const manifest = await today.manifestFor(TEST_DEVICE, TEST_DAY);
    await today.close();
    const provisioned = new JournalWriter(keyFile, manifest.bytes, test.clock);
    assert.equal(await to(provisioned.seal(provisioned.fields())), undefined);
  });

  it("hands out updates in order until the handheld names them, eight at a time", async () => {
    for (let turn = 0; turn < 9; turn++) await test.depot.reissue(DEAR);
    const first = await handheld.sync(to);
    assert.deepEqual(first.updates.length, 8);
    const fields = { ...handheld.fields(), lastUpdate: 0 };
    const again = handheld.open(await to(handheld.seal(fields)), fields);
    assert.deepEqual(again.updates, first.updates, "an update is sent again until it is named");
    assert.equal((await handheld.sync(to)).updates.length, 1);
    assert.equal((await handheld.sync(to)).updates.length, 0);
    const device = (await test.depot.report(TEST_DAY)).devices[0];
    assert.deepEqual([device?.updatesQueued, device?.updatesStored], [9, 9]);
  });

  it("tells a handheld that hears of a replacement late how often it was tried elsewhere", async () => {
    const online = await loadedHandheld(test, 8);
    await test.depot.reissue(ASKED);
    await online.sync(to);
    online.about(ASKED, RecordType.Wrong, { code: online.updates[0]!.newCode, tries: 2 });
    await online.sync(to);
    await handheld.sync(to);
    const [mine, other] = [handheld.updates[0]!, online.updates[0]!];
    assert.deepEqual([other.triesKnown, mine.triesKnown], [0, 2]);
    assert.deepEqual({ ...mine, triesKnown: 0 }, other);
  });

  it("raises the alarm when a handheld names an update that was never queued", async () => {
    const fields = { ...handheld.fields(), lastUpdate: 3 };
    await to(handheld.seal(fields));
    assert.deepEqual(await alarmKinds(test.depot), ["unknown update"]);
  });

  it("raises the alarm when the list of updates is full, and voids the code all the same", async () => {
    for (let turn = 0; turn < 34; turn++) await test.depot.reissue(DEAR);
    assert.deepEqual(await alarmKinds(test.depot), ["updates full"]);
    const device = (await test.depot.report(TEST_DAY)).devices[0];
    assert.equal(device?.updatesQueued, 32);
    assert.equal((await test.depot.manifestFor(TEST_DEVICE, TEST_DAY)).sequence, 2, "loading again makes room");
  });

  it("keeps and flags records of a closed key epoch, and sends it no updates", async () => {
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    await test.depot.reissue(DEAR);
    await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
    const reply = await handheld.sync(to);
    assert.deepEqual([reply.status, reply.acknowledged, reply.updates.length], [SyncStatus.Closed, 1, 0]);
    assert.equal((await test.depot.report(TEST_DAY)).devices[0]?.late, 1);
    assert.equal(await statusOf(test.depot, ASKED), "accepted");
  });

  it("closes an older manifest once the handheld syncs under a newer one", async () => {
    await test.depot.sealManifest(TEST_DEVICE, TEST_DAY, "R1");
    const newer = await loadedHandheld(test);
    assert.equal(newer.header.sequence, 3, "sealed again: the handheld may have worked with the first one since");
    await newer.sync(to);
    assert.equal((await test.depot.manifestFor(TEST_DEVICE, TEST_DAY)).sequence, 3, "and now it has this one");
    const reply = await handheld.sync(to);
    assert.equal(reply.status, SyncStatus.Closed);
  });

  it("books a lost handheld's records, flagged, and replaces its codes", async () => {
    const code = await buyerCode(test.depot, ASKED);
    assert.equal((await test.depot.markLost(TEST_DEVICE)).reissued.length, 3);
    assert.notEqual(await buyerCode(test.depot, ASKED), code);
    handheld.accept(ASKED, code);
    const reply = await handheld.sync(to);
    assert.deepEqual([reply.status, reply.acknowledged, reply.updates.length], [SyncStatus.Closed, 1, 0]);
    assert.equal(await statusOf(test.depot, ASKED), "accepted");
    await assert.rejects(test.depot.manifestFor(TEST_DEVICE, TEST_DAY), /lost/);
  });

  it("takes two handhelds' syncs that arrive together", async () => {
    const other = await loadedHandheld(test, 8);
    handheld.handOver(PLAIN);
    other.handOver(PLAINER);
    await Promise.all([handheld.sync(to), other.sync(to)]);
    assert.equal(await recordCount(), 2);
  });
});
