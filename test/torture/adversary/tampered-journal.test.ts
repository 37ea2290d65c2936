// A journal in the hands of whoever can write the flash, or holds the device's key: tail cut, records removed, swapped and
// replayed, from this epoch and another. Real firmware, real depot; the books never hold what the handheld did not write.
import assert from "node:assert/strict";
import { dayFiles } from "../../../firmware/app/files.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { sameBytes } from "../../../src/shared/wire/bytes.ts";
import {
  BODY_BYTES,
  bodyIsWhole,
  decodeBody,
  encodeBody,
  JOURNAL_HEADER_BYTES,
  Reason,
  RECORD_BYTES,
  RecordType,
} from "../../../src/shared/wire/journal.ts";
import { DAY } from "../../support/test-round.ts";
import { JournalWriter } from "../../support/journal-writer.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books, URL } from "./books.ts";
import { fastHash } from "./fast-digest.ts";
import { type Files, withFile } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { alarmsOf, load, loadedHandset, statusOf, syncTo, wrongDigits } from "./loaded-handset.ts";

const CODED = ["TBA100000000001", "TBA100000000002", "TBA100000000003"] as const;
const PLAIN = "TBA100000000004";

describe("a journal that was tampered with", () => {
  let books: Books;
  let handset: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([...CODED, PLAIN], (tracking) => tracking === PLAIN);
    handset = await loadedHandset(books, 7);
  });
  afterEach(() => books.close());

  const epoch = (): number => handset.open().day.manifest.header.journalEpoch;
  const end = (): number => handset.open().day.journal.end;

  /** The handheld's files with its journal's slots rewritten. */
  function rewritten(change: (slot: (n: number) => Uint8Array) => void): Files {
    return withFile(handset.flash.snapshot(), dayFiles(handset.open().day.slot).journal, (bytes) => {
      change((n) =>
        bytes.subarray(JOURNAL_HEADER_BYTES + n * RECORD_BYTES, JOURNAL_HEADER_BYTES + (n + 1) * RECORD_BYTES),
      );
    });
  }

  /** Two refusals, an acceptance and a handover: slots 0 to 3 from an empty journal. */
  async function deliver(): Promise<void> {
    handset.tryCode(CODED[0], wrongDigits(handset, CODED[0]));
    handset.tryCode(CODED[0], wrongDigits(handset, CODED[0], 1));
    assert.equal(handset.tryCode(CODED[0], await books.codeOf(CODED[0])), "ACCEPTED");
    handset.press(Key.Enter);
    handset.wait(10);
    assert.equal(end(), 4);
  }

  /** Every record in the books is one that the handheld wrote. */
  async function booksHoldOnly(written: readonly Uint8Array[]): Promise<number> {
    const records = await books.read((tx) => tx.records.ofJournal(7, epoch()));
    for (const { slot, bytes } of records) assert.deepEqual(bytes, written[slot], `slot ${slot}`);
    return records.length;
  }

  /** Whether a record is one of these, word for word or stated again, or tells of a try. */
  function isOf(written: readonly Uint8Array[], record: Uint8Array): boolean {
    const { type, parcel, proof, time_s } = decodeBody(record);
    if (type === RecordType.TryFound) return true;
    const bodies = written.map(decodeBody);
    return bodies.some(
      (body) => body.type === type && body.parcel === parcel && body.time_s === time_s && sameBytes(body.proof, proof),
    );
  }

  const slots = (): Uint8Array[] => Array.from({ length: end() }, (_, n) => handset.open().day.journal.read(n));

  it("cut at its unsent tail loses those results: the parcel is open, the code stays spent, each try is told", async () => {
    await deliver();
    const cut = new Handset(rewritten((slot) => [1, 2, 3].forEach((n) => slot(n).fill(0xff))));
    assert.equal(cut.scan(CODED[0]), "ALREADY HANDED OVER", "ledger and parcel index do not read the journal");
    assert.equal(await cut.sync(syncTo(books)), 0);
    assert.equal(await statusOf(books, CODED[0]), "open");
    const records = await books.read((tx) => tx.records.ofJournal(7, epoch()));
    assert.deepEqual(
      records.map(({ bytes }) => [decodeBody(bytes).type, decodeBody(bytes).tries]),
      [
        [RecordType.Wrong, 1],
        [RecordType.TryFound, 3],
      ],
    );
  });

  it("cut below what the depot has is a conflict as soon as a try is missing: the ledger has it told in the same slot", async () => {
    await deliver();
    assert.equal(await handset.sync(syncTo(books)), 0);
    const written = slots();
    const cut = new Handset(rewritten((slot) => [2, 3].forEach((n) => slot(n).fill(0xff))));
    assert.equal(await cut.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["cloned device"]);
    assert.equal(await booksHoldOnly(written), 4);
  });

  it("rolled back with all other files is refused by the handheld; what it writes next meets what the books hold", async () => {
    const morning = handset.flash.snapshot();
    const code = await books.codeOf(CODED[0]);
    await deliver();
    assert.equal(await handset.sync(syncTo(books)), 0);
    const written = slots();
    const rolled = new Handset(morning);
    assert.equal(rolled.open().door.triesLeft(rolled.code(CODED[0])), 3, "tries are back: SECURITY.md says so");
    assert.equal(await rolled.exchange(syncTo(books)), FaultNumber.SyncAcknowledgement);
    assert.equal(rolled.tryCode(CODED[0], code), "ACCEPTED");
    assert.equal(await rolled.exchange(syncTo(books)), FaultNumber.SyncConflict);
    assert.equal((await alarmsOf(books)).at(-1), "cloned device");
    assert.equal(await booksHoldOnly(written), 4);
  });

  for (const [what, byte] of [
    ["torn", 0x00],
    ["erased", 0xff],
  ] as const) {
    it(`with any one of its records ${what} has the others taken as they were, or none: no acceptance, no delivery`, async () => {
      await deliver();
      const written = slots();
      for (let n = 0; n < 4; n++) {
        const spoiled = new Handset(rewritten((slot) => slot(n).fill(byte)));
        await books.undone(async (depot, tx) => {
          const fault = await spoiled.sync((request) => depot.handleSync(request));
          const records = await tx.records.ofJournal(7, epoch());
          const kinds = (await tx.alarms.list()).map(({ kind }) => kind);
          if (fault === FaultNumber.SyncConflict) assert.deepEqual([kinds, records.length], [["journal tampered"], 0]);
          for (const record of records) assert.ok(isOf(written, record.bytes), `${n}: slot ${record.slot} is new`);
          const line = (await depot.report(DAY)).lines.find(({ tracking }) => tracking === CODED[0])!;
          const may = n === 3 ? ["open", "accepted"] : ["open"];
          assert.ok(may.includes(line.status), `${n}: ${line.status}`);
        });
      }
    });
  }

  it("with two records swapped is a conflict: a record holds in its slot alone", async () => {
    await deliver();
    const swapped = new Handset(
      rewritten((slot) => {
        const first = slot(0).slice();
        slot(0).set(slot(1));
        slot(1).set(first);
      }),
    );
    assert.equal(await swapped.sync(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["journal tampered"]);
    assert.equal(await booksHoldOnly([]), 0);
  });

  it("with two records swapped and their checks mended, but not their MACs, is one, too", async () => {
    await deliver();
    const swapped = new Handset(
      rewritten((slot) => {
        const bodies = [0, 1].map((n) => decodeBody(slot(n)));
        [1, 0].forEach((from, to) => slot(to).set(encodeBody(fastHash, bodies[from]!, epoch(), to)));
      }),
    );
    assert.equal(await swapped.sync(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["journal tampered"]);
    assert.equal(await booksHoldOnly([]), 0);
  });

  it("with a record of its own replayed in a later slot is a conflict: nothing is taken", async () => {
    await deliver();
    const handover = slots()[3]!;
    const replayed = new Handset(rewritten((slot) => slot(4).set(handover)));
    assert.equal(bodyIsWhole(fastHash, handover, epoch(), 4), false);
    assert.equal(await replayed.sync(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["journal tampered"]);
    assert.equal(await booksHoldOnly([]), 0);
  });

  it("with the records of this morning's epoch replayed in this noon's is one, too", async () => {
    await deliver();
    assert.equal(await handset.sync(syncTo(books)), 0);
    const old = slots();
    await books.depot.sealManifest(7, DAY, "R1");
    await load(books, handset, 7);
    const replayed = new Handset(rewritten((slot) => old.forEach((bytes, n) => slot(n).set(bytes))));
    assert.equal(await replayed.sync(syncTo(books)), FaultNumber.SyncConflict);
    assert.deepEqual(await alarmsOf(books), ["journal tampered"]);
    assert.equal(await booksHoldOnly([]), 0);
  });

  it("on its way, by a holder of the device's key: removed, swapped and replayed records are alarms, nothing is taken", async () => {
    const { keyFile } = await books.depot.provisionKeyFile(7, URL);
    const { bytes } = await books.depot.manifestFor(7, DAY);
    const attacks: ((records: Uint8Array[]) => Uint8Array[])[] = [
      ([first, , third]) => [first!, third!],
      ([first, second, third]) => [second!, first!, third!],
      ([first, , third]) => [first!, first!, third!],
      ([first, second]) => [first!, second!, second!],
    ];
    for (const attack of attacks) {
      await books.undone(async (depot, tx) => {
        const writer = new JournalWriter(keyFile, bytes, books.clock);
        for (const tracking of CODED) writer.about(tracking, RecordType.NotDelivered, { reason: Reason.NotHome });
        const fields = writer.fields();
        const records = attack(writer.slots.map((record) => record!)).map((record, slot) => ({ slot, record }));
        const reply = writer.open(await depot.handleSync(writer.seal({ ...fields, records })), fields);
        assert.equal(reply.status, 2);
        assert.deepEqual(
          (await tx.alarms.list()).map(({ kind }) => kind),
          ["journal tampered"],
        );
        assert.equal((await tx.records.ofJournal(7, epoch())).length, 0);
      });
    }
  });

  it("by one record without a MAC is completed at the next start: who writes the flash needs no key for that", async () => {
    // SECURITY.md, "Records deleted, altered or cut at the tail": the key lies in the same flash.
    handset.scan(PLAIN);
    const { id } = handset.parcel(PLAIN)!;
    const body = {
      ...decodeBody(new Uint8Array(RECORD_BYTES)),
      type: RecordType.HandedOver,
      parcel: id,
      handedOver: 1,
    };
    body.time_s = books.clock.time_s;
    const forged = new Handset(rewritten((slot) => slot(0).set(encodeBody(fastHash, body, epoch(), 0))));
    assert.equal(await forged.sync(syncTo(books)), 0);
    assert.equal(await statusOf(books, PLAIN), "delivered");
    const [code] = CODED;
    const accepted = {
      ...body,
      type: RecordType.Accepted,
      parcel: forged.parcel(code)!.id,
      code: forged.code(code).id,
    };
    const bytes = encodeBody(fastHash, { ...accepted, proof: new Uint8Array(16).fill(9) }, epoch(), 1);
    handset = forged;
    const again = new Handset(rewritten((slot) => slot(1).set(bytes.subarray(0, BODY_BYTES))));
    assert.equal(await again.sync(syncTo(books)), 0);
    assert.equal(await statusOf(books, code), "open", "an acceptance needs the proof, which is in no flash");
    assert.deepEqual(await alarmsOf(books), ["proof mismatch"]);
  });
});
