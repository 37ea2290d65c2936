// Sealing: the manifest says what the books say, in the order and sizes that SPEC §4 states, and nothing of a code.
import assert from "node:assert/strict";
import { parseDay, timeText } from "../../src/depot/calendar.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { buildManifest } from "../../src/depot/seal/manifest-builder.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { codeDigest, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { subkey } from "../../src/shared/crypto/keys.ts";
import { trackingKey } from "../../src/shared/tracking-number.ts";
import { readU16, readU32 } from "../../src/shared/wire/bytes.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { decodeKeyFile } from "../../src/shared/wire/key-file.ts";
import {
  checkManifestHead,
  CHUNK_BYTES,
  CODE_BYTES,
  CodeFlag,
  decodeManifestHeader,
  HEADER_BYTES,
  headBytes,
  PARCEL_BYTES,
  ParcelFlag,
  worstDaySlots,
} from "../../src/shared/wire/manifest.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { listedParcels } from "../support/journal-writer.ts";
import { manyParcels, sealRound } from "../support/test-round.ts";
import {
  ASKED,
  buyerCode,
  DEAR,
  DEARER,
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
  type TestDepot,
} from "../support/test-depot.ts";

/** The head of a manifest. */
function headOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, headBytes(decodeManifestHeader(bytes).chunks));
}

describe("sealing a manifest", () => {
  let test: TestDepot;
  let key: Uint8Array;
  const seal = async (round = "R1", day = TEST_DAY) => (await test.depot.sealManifest(TEST_DEVICE, day, round)).bytes;

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    await test.depot.addDevice(TEST_DEVICE);
    const { keyFile } = await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL);
    key = subkey(nobleHash, decodeKeyFile(nobleHash, keyFile)!.key, "manifest");
  });
  afterEach(() => test.end());

  it("states header, policy and validity as the books have them", async () => {
    const bytes = await seal();
    assert.equal(checkManifestHead(nobleHash, key, headOf(bytes), TEST_DEVICE, 1), 0);
    const header = decodeManifestHeader(bytes);
    const { validFrom_s, validUntil_s, textBytes, totalBytes, ...rest } = header;
    assert.deepEqual(rest, {
      language: "en",
      device: TEST_DEVICE,
      keyEpoch: 1,
      sequence: 1,
      journalEpoch: 1,
      sealedAt_s: test.clock.time_s,
      day: TEST_DAY,
      parcels: 5,
      codes: 3,
      triesPerCode: 3,
      triesPerDevice: 15,
      wrongAnswersPerLock: 5,
      releasesPerLock: 2,
      policyFlags: 0,
      tagBits: 11,
      chunks: 1,
      journalSlots: worstDaySlots(5, 3),
      updateSlots: 32,
      round: "R1",
      utcOffset_min: 60,
    });
    assert.deepEqual([timeText(validFrom_s), timeText(validUntil_s)], ["2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"]);
    assert.equal(totalBytes, bytes.length);
    assert.equal(textBytes, bytes.length - headBytes(1) - 5 * PARCEL_BYTES - 3 * CODE_BYTES);
  });

  it("lists every parcel with stop, texts, flags and its own code", async () => {
    const bytes = await seal();
    const listed = new Map(listedParcels(bytes).map((entry) => [entry.tracking, entry]));
    assert.equal(listed.size, 5);
    const { stop, address, flags, atStop, code } = listed.get(PLAIN)!;
    assert.deepEqual([stop, address, flags, atStop, code], [2, "Via dei Tigli 2", 0, 2, 0]);
    const dearer = listed.get(DEARER)!;
    assert.equal(dearer.address, "Lódz - o 4");
    assert.deepEqual([dearer.flags, dearer.atStop, dearer.codeDay], [ParcelFlag.Protected, 1, TEST_DAY]);
    assert.equal(new Set([...listed.values()].map((entry) => entry.code)).size, 4, "three codes, and none");
  });

  it("holds the tag of each code, and never its digits or proof", async () => {
    const bytes = await seal();
    for (const tracking of [ASKED, DEAR, DEARER]) {
      const entry = listedParcels(bytes).find((one) => one.tracking === tracking)!;
      const digits = await buyerCode(test.depot, tracking);
      const digest = codeDigest(nobleHash, entry.salt, digits);
      const at = Buffer.from(bytes).indexOf(Buffer.from(entry.salt));
      const tag = readU32(bytes, at + 16) & 0xffffff;
      assert.deepEqual([tag, bytes[at + 19]], [tagOf(digest, 11), 11]);
      assert.equal(Buffer.from(bytes).indexOf(Buffer.from(digest.subarray(16, 24))), -1);
    }
  });

  it("sorts parcels by key and codes by id, and ties them together both ways", () => {
    const { bytes, header } = sealRound({ parcels: manyParcels(300, 3) });
    const parcels = headBytes(header.chunks);
    const codes = parcels + header.parcels * PARCEL_BYTES;
    const keys = Array.from({ length: 300 }, (_, i) => readU32(bytes, parcels + i * PARCEL_BYTES));
    const ids = Array.from({ length: 100 }, (_, i) => readU32(bytes, codes + i * CODE_BYTES));
    assert.deepEqual(
      keys,
      [...keys].sort((a, b) => a - b),
    );
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => a - b),
    );
    ids.forEach((_, index) => {
      const parcel = readU16(bytes, codes + index * CODE_BYTES + 30);
      assert.equal(readU16(bytes, parcels + parcel * PARCEL_BYTES + 10), index);
    });
    const own = listedParcels(bytes).map((entry) => trackingKey(nobleHash, entry.tracking));
    assert.deepEqual(keys, own);
  });

  it("sorts two numbers with one lookup key by their text", () => {
    const oneKey = { ...nobleHash, crc32: () => 77 };
    const parcel = (id: number, tracking: string) =>
      ({ id, tracking, address: "", stop: 1, needsCode: false, isHandedOver: false, code: undefined }) as const;
    const bytes = buildManifest(oneKey, new Uint8Array(32), {
      device: 1,
      keyEpoch: 1,
      sequence: 1,
      journalEpoch: 1,
      sealedAt_s: 0,
      validFrom_s: 0,
      validUntil_s: 1,
      day: 0,
      utcOffset_min: -210,
      round: "Ł–",
      updateSlots: 1,
      policy: { ...DEFAULT_SETTINGS, refuseEstimatedClock: true },
      parcels: [parcel(1, "B"), parcel(2, "A"), parcel(3, "AB")],
    });
    assert.deepEqual(
      listedParcels(bytes).map((entry) => entry.tracking),
      ["A", "AB", "B"],
    );
    const header = decodeManifestHeader(bytes);
    assert.deepEqual([header.utcOffset_min, header.round, header.policyFlags], [-210, "L-", 1]);
  });

  it("gives each chunk its digest and signs them: no altered bit of the head passes", async () => {
    const { bytes, header } = sealRound({ parcels: manyParcels(120, 2) });
    assert.ok(header.chunks > 2);
    const body = headBytes(header.chunks);
    for (let chunk = 0; chunk < header.chunks; chunk++) {
      const from = body + chunk * CHUNK_BYTES;
      const digest = nobleHash.sha256(bytes.subarray(from, Math.min(from + CHUNK_BYTES, bytes.length)));
      const at = HEADER_BYTES + 32 * chunk;
      assert.deepEqual(bytes.slice(at, at + 32), digest);
    }
    const head = headOf(await seal());
    for (const { bit, flipped } of bitFlips(head)) {
      assert.notEqual(checkManifestHead(nobleHash, key, flipped, TEST_DEVICE, 1), 0, `bit ${bit}`);
    }
  });

  it("carries 512 parcels with 512 codes, and refuses 513", () => {
    const { header, bytes } = sealRound({ parcels: manyParcels(512) });
    assert.deepEqual([header.parcels, header.codes, header.totalBytes], [512, 512, bytes.length]);
    assert.throws(() => sealRound({ parcels: manyParcels(513) }), fault(919, /513/));
  });

  it("refuses a round that grew past 512 by parcels that slipped into it", async () => {
    const line = (i: number): string => `TBA${String(700_000 + i).padStart(12, "0")},1,a,1,no`;
    const csv = (from: number, count: number): string =>
      ["tracking,stop,address,value,asked", ...Array.from({ length: count }, (_, i) => line(from + i)), ""].join("\n");
    await importTestRound(test, TEST_DAY + 1, "R1", csv(0, 510));
    await test.depot.closeDay(TEST_DAY);
    await assert.rejects(seal("R1", TEST_DAY + 1), fault(919, /515/));
    assert.equal((await test.depot.devices())[0]?.lastSequence, 0, "no sequence was used up");
  });

  it("covers local days of 23 and 25 hours", async () => {
    for (const [text, from, until] of [
      ["2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
      ["2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    ] as const) {
      const day = parseDay(text);
      await importTestRound(test, day);
      const { validFrom_s, validUntil_s, day: stated } = decodeManifestHeader(await seal("R1", day));
      assert.deepEqual([timeText(validFrom_s), timeText(validUntil_s), stated], [from, until, day]);
    }
  });

  it("takes a new sequence and journal epoch for each, over key epochs too", async () => {
    const numbers = async (): Promise<number[]> => {
      const header = decodeManifestHeader(await seal());
      return [header.sequence, header.journalEpoch, header.keyEpoch];
    };
    assert.deepEqual(await numbers(), [1, 1, 1]);
    assert.deepEqual(await numbers(), [2, 2, 1]);
    await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
    assert.deepEqual(await numbers(), [3, 3, 2]);
  });

  it("gives the manifest sealed before while it holds, and a new one when parcels or key changed", async () => {
    const first = await test.depot.manifestFor(TEST_DEVICE, TEST_DAY);
    await test.depot.reissue(ASKED);
    assert.deepEqual((await test.depot.manifestFor(TEST_DEVICE, TEST_DAY)).bytes, first.bytes);
    await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
    const second = await test.depot.manifestFor(TEST_DEVICE, TEST_DAY);
    assert.deepEqual([second.sequence, second.keyEpoch], [2, 2]);
    await importTestRound(test, TEST_DAY + 1, "R1", "tracking,stop,address,value,asked\nTBA000000000009,1,a,1,no\n");
    const next = await test.depot.manifestFor(TEST_DEVICE, TEST_DAY + 1);
    assert.equal(next.parcels, 1);
    await test.depot.closeDay(TEST_DAY);
    assert.equal((await test.depot.manifestFor(TEST_DEVICE, TEST_DAY + 1)).parcels, 6);
  });

  it("flags what is accepted, handed over or void, and lists a parcel moved to another day with its new code", async () => {
    const handheld = await loadedHandheld(test);
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    handheld.about(DEAR, RecordType.Wrong, { tries: 2 });
    handheld.handOver(PLAIN);
    await handheld.sync((request) => test.depot.handleSync(request));
    await test.depot.reissue(DEARER, { forDay: TEST_DAY + 3 });
    const listed = new Map(listedParcels(await seal()).map((entry) => [entry.tracking, entry]));
    assert.equal(listed.get(ASKED)!.codeFlags, CodeFlag.Accepted);
    assert.deepEqual([listed.get(DEAR)!.codeFlags, listed.get(DEAR)!.triesKnown], [0, 2]);
    assert.equal(listed.get(PLAIN)!.flags, ParcelFlag.HandedOver);
    assert.equal(listed.get(DEARER)!.codeDay, TEST_DAY + 3, "the handheld answers: not today");
  });

  it("refuses unknown handhelds and rounds", async () => {
    await assert.rejects(test.depot.sealManifest(99, TEST_DAY, "R1"), fault(914, /99/));
    await assert.rejects(seal("nothing"), fault(918, /nothing/));
    await assert.rejects(test.depot.manifestFor(TEST_DEVICE, TEST_DAY + 5), fault(918, /no round/));
    await importTestRound(test, TEST_DAY + 1, "A");
    await importTestRound(test, TEST_DAY + 1, "B", "tracking,stop,address,value,asked\nTBA000000000009,1,a,1,no\n");
    await assert.rejects(test.depot.manifestFor(TEST_DEVICE, TEST_DAY + 1), fault(918, /A, B/));
    assert.equal((await test.depot.manifestFor(TEST_DEVICE, TEST_DAY + 1, "B")).round, "B");
  });
});
