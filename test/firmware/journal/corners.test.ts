// The journal in the corners: opened without its manifest, bodies that read as whole later on, faults of the flash behind
// each write, and what is found by reading backwards.
import assert from "node:assert/strict";
import { Journal } from "../../../firmware/app/journal/journal.ts";
import type { Flash } from "../../../hal/contract/flash.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  encodeBody,
  JOURNAL_HEADER_BYTES,
  type RecordBody,
  recordMac,
  RecordType,
} from "../../../src/shared/wire/journal.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { testBody, UnitJournal } from "../../support/unit-journal.ts";

const BODY_WRITE = 1;
const MAC_WRITE = 2;
const NONE = new Uint8Array(16);

/** Writes record n, body and MAC. */
const write = (kept: UnitJournal, n: number) => (): void => {
  kept.journal.append(testBody(n));
  kept.journal.seal();
};

/** Where a slot lies in the flash image. */
function slotAt(kept: UnitJournal, slot: number): number {
  const start = kept.image.findIndex((_, i) => kept.image.subarray(i, i + 4).join() === "80,74,82,78");
  return start + JOURNAL_HEADER_BYTES + slot * 64;
}

/** A torn body reads as whole from now on, as a bit between 0 and 1 may. */
function makeWhole(kept: UnitJournal, slot: number, n: number): void {
  kept.image.set(encodeBody(nodeHash, testBody(n), kept.identity.journalEpoch, slot), slotAt(kept, slot));
}

/** The same journal, opened without its manifest. */
function stranded(kept: UnitJournal, key = kept.identity.recordKey): { journal: Journal; isOurs: boolean } {
  const journal = new Journal(kept.unit.board.flash, nodeHash, "jrn", { ...kept.identity, recordKey: key });
  return { journal, isOurs: journal.openStranded() };
}

describe("the journal, opened without its manifest", () => {
  it("is to be sent when its last record was made with this key", () => {
    const kept = new UnitJournal(6);
    assert.equal(stranded(kept).isOurs, false, "an empty one has nothing to send");
    for (const n of [1, 2]) kept.add(n);
    const { journal, isOurs } = stranded(kept);
    assert.deepEqual([isOurs, journal.end, journal.last], [true, 2, testBody(2)]);
    assert.equal(stranded(kept, new Uint8Array(32).fill(9)).isOurs, false, "another key's journal");
  });

  it("proves nothing while its last MAC is missing, and is left as it is", () => {
    const kept = new UnitJournal(6);
    kept.add(1);
    kept.journal.append(testBody(2));
    assert.equal(stranded(kept).isOurs, false);
    assert.equal(kept.states(), "valid unsealed");
  });

  it("is left as it is when its last MAC does not hold: nothing is stated again", () => {
    const kept = new UnitJournal(6);
    kept.add(1);
    kept.add(2);
    kept.image[slotAt(kept, 1) + 50]! ^= 1;
    const { writes } = kept.unit.host;
    const before = writes.length;
    assert.equal(stranded(kept).isOurs, false);
    assert.equal(writes.length, before);
  });
});

describe("the journal's slots", () => {
  it("are valid or not as an independent reader says, whatever was torn, and wherever", () => {
    for (const bytes of [1, 2, 20, 47]) {
      const kept = new UnitJournal(9);
      kept.add(1);
      kept.tear(BODY_WRITE, bytes, write(kept, 2));
      kept.add(3);
      kept.tear(BODY_WRITE, bytes, write(kept, 4));
      const states = kept.read().map(({ state }) => state === "valid");
      assert.deepEqual(states, [true, false, true, false]);
      assert.deepEqual(
        states.map((_, slot) => kept.journal.isValid(slot)),
        states,
        `${bytes} bytes`,
      );
      const macs = kept.read().map(({ mac }) => mac);
      assert.deepEqual(kept.journal.macBefore(1, NONE), macs[0], `${bytes} bytes`);
      assert.deepEqual(kept.journal.macBefore(3, NONE), macs[2], `${bytes} bytes`);
      assert.deepEqual(kept.journal.macBefore(4, NONE), macs[2], `${bytes} bytes`);
    }
  });

  it("hold no record any more once it was stated again, also behind a restatement that was torn", () => {
    const kept = new UnitJournal(9);
    kept.add(1);
    kept.cut(MAC_WRITE, 9, write(kept, 2));
    assert.throws(() => kept.reopen({ write: 1, bytes: 5 }));
    assert.equal(kept.reopen(), 0);
    assert.equal(kept.states(), "valid void void valid");
    assert.deepEqual(
      [0, 1, 2, 3].map((slot) => kept.journal.isValid(slot)),
      [true, false, false, true],
    );
  });

  it("that were torn stay void when they read as whole at a later start, one or two in a row", () => {
    const kept = new UnitJournal(9);
    kept.add(1);
    for (const bytes of [20, 21]) kept.tear(BODY_WRITE, bytes, write(kept, 2));
    kept.add(3);
    const [first, , , last] = kept.read().map(({ mac }) => mac);
    for (const whole of [[2], [1, 2]]) {
      for (const slot of whole) makeWhole(kept, slot, 2);
      assert.equal(kept.reopen(), 0);
      assert.deepEqual(
        [0, 1, 2, 3].map((slot) => kept.journal.isValid(slot)),
        [true, false, false, true],
      );
      assert.deepEqual(kept.journal.macBefore(3, NONE), first);
      assert.deepEqual(kept.journal.macBefore(4, NONE), last);
    }
    kept.add(4);
    assert.equal(kept.journal.isValid(4), true);
    assert.deepEqual(kept.journal.macBefore(4, NONE), last);
  });
});

describe("the journal and records that were damaged since", () => {
  const damage = (kept: UnitJournal, ...slots: number[]): void => {
    for (const slot of slots) kept.image[slotAt(kept, slot) + 20]! ^= 4;
    assert.equal(kept.reopen(), 0);
  };
  const stored = (kept: UnitJournal, slot: number): Uint8Array => kept.journal.read(slot).slice(48);

  for (const slots of [[2], [1, 2], [0, 1, 2]]) {
    it(`goes on behind slots ${slots.join(", ")}: their MACs are good for the chain, and they are still sent`, () => {
      const kept = new UnitJournal(9);
      for (const n of [1, 2, 3]) kept.add(n);
      damage(kept, ...slots);
      const whole = 3 - slots.length;
      assert.deepEqual(kept.journal.last, whole === 0 ? undefined : testBody(whole));
      assert.equal(kept.journal.end, 3);
      assert.deepEqual(
        [0, 1, 2].map((slot) => kept.journal.isValid(slot)),
        [true, true, true],
      );
      assert.deepEqual(kept.journal.macBefore(3, NONE), stored(kept, 2));
      kept.add(4);
      const { recordKey, journalEpoch } = kept.identity;
      const mac = recordMac(nodeHash, recordKey, journalEpoch, stored(kept, 2), 3, kept.journal.read(3));
      assert.deepEqual(stored(kept, 3), mac);
    });
  }

  it("believes nothing that a damaged one says", () => {
    const kept = new UnitJournal(9);
    const over = { ...testBody(5), type: RecordType.HandedOver };
    for (const body of [over, testBody(5), over]) {
      kept.journal.append(body);
      kept.journal.seal();
    }
    assert.deepEqual([kept.journal.handoverOf(5), kept.lastTriesOf(1005)?.type], [2, RecordType.HandedOver]);
    damage(kept, 2);
    assert.deepEqual([kept.journal.handoverOf(5), kept.lastTriesOf(1005)?.type], [0, RecordType.Wrong]);
    damage(kept, 0, 1);
    assert.deepEqual([kept.journal.handoverOf(5), kept.lastTriesOf(1005)], [-1, undefined]);
  });

  it("passes over a torn slot and a damaged one alike to the last that is whole", () => {
    const kept = new UnitJournal(9);
    for (const n of [1, 2]) kept.add(n);
    kept.tear(BODY_WRITE, 20, write(kept, 3));
    damage(kept, 1);
    assert.deepEqual([kept.journal.end, kept.journal.last], [3, testBody(1)]);
    assert.deepEqual(kept.journal.macBefore(3, NONE), stored(kept, 1));
  });
});

describe("the journal and faults of the flash", () => {
  it("writes no record behind one whose MAC could not be written", () => {
    const kept = new UnitJournal(6);
    kept.journal.append(testBody(1));
    kept.flash.faults.set("jrn", [FaultNumber.FlashWriteLost]);
    assert.equal(kept.journal.append(testBody(2)), FaultNumber.FlashWriteLost);
    assert.deepEqual([kept.journal.end, kept.journal.last], [1, testBody(1)]);
    assert.equal(kept.journal.append(testBody(2)), 0);
    assert.equal(kept.journal.seal(), 0);
    assert.equal(kept.states(), "valid valid");
  });

  it("states a record again whose MAC does not read back, and goes on behind it", () => {
    const kept = new UnitJournal(6);
    kept.journal.append(testBody(1));
    kept.flash.faults.set("jrn", [FaultNumber.FlashWriteTorn]);
    assert.equal(kept.journal.append(testBody(2)), 0);
    assert.equal(kept.journal.seal(), 0);
    assert.equal(kept.states(), "void valid valid");
    assert.deepEqual([kept.journal.isValid(0), kept.journal.isValid(1), kept.journal.last], [false, true, testBody(2)]);
  });

  it("tries the MAC again that a seal could not write", () => {
    const kept = new UnitJournal(6);
    kept.journal.append(testBody(1));
    kept.flash.faults.set("jrn", [FaultNumber.FlashWriteLost]);
    assert.equal(kept.journal.seal(), FaultNumber.FlashWriteLost);
    assert.equal(kept.states(), "unsealed");
    assert.equal(kept.journal.seal(), 0);
    assert.equal(kept.states(), "valid");
  });

  it("uses no slot of a file that is not there", () => {
    const kept = new UnitJournal(6);
    kept.flash.faults.set("jrn", [FaultNumber.FlashFileMissing]);
    assert.equal(kept.journal.append(testBody(1)), FaultNumber.FlashFileMissing);
    assert.deepEqual([kept.journal.end, kept.journal.last], [0, undefined]);
  });

  it("takes a body for written that the flash calls torn and that reads as whole", () => {
    const kept = new UnitJournal(6);
    const { flash } = kept.unit.board;
    // A bit between 0 and 1: it read as torn once, and as whole afterwards.
    const doubtful: Flash = {
      create: (name, size, head) => flash.create(name, size, head),
      size: (name) => flash.size(name),
      read: (name, offset, length) => flash.read(name, offset, length),
      sum: (name, length) => flash.sum(name, length),
      append: (name, offset, data) => flash.append(name, offset, data) || (data.length === 48 ? 103 : 0),
      erase: (name) => {
        flash.erase(name);
      },
      free: () => flash.free(),
      compact: () => {
        flash.compact();
      },
      tidy: (isKnown) => flash.tidy(isKnown),
    };
    const journal = new Journal(doubtful, nodeHash, "jrn", kept.identity);
    assert.equal(journal.open(), 0);
    assert.equal(journal.append(testBody(1)), 0);
    assert.deepEqual([journal.end, journal.last], [1, testBody(1)]);
    assert.equal(journal.append(testBody(2)), 0);
    assert.equal(journal.seal(), 0);
    assert.equal(kept.states(), "valid valid");
  });

  it("says so when a record whose MAC was torn cannot be stated again", () => {
    const kept = new UnitJournal(2);
    kept.add(1);
    kept.cut(MAC_WRITE, 5, write(kept, 2));
    assert.equal(kept.reopen(), FaultNumber.JournalFull);
  });
});

describe("what the journal finds by reading backwards", () => {
  let kept: UnitJournal;
  const add = (fields: Partial<RecordBody>): void => {
    assert.equal(kept.journal.append({ ...testBody(1), ...fields }), 0);
    assert.equal(kept.journal.seal(), 0);
  };

  beforeEach(() => {
    kept = new UnitJournal(9);
  });

  it("is the newest record that states a code's tries, in the first slot as well", () => {
    add({ code: 7, tries: 2 });
    add({ code: 7, tries: 0, type: RecordType.HandedOver });
    add({ code: 8, tries: 3 });
    assert.equal(kept.lastTriesOf(7)?.tries, 2, "one without tries does not state them");
    add({ code: 7, tries: 3 });
    assert.equal(kept.lastTriesOf(7)?.tries, 3);
    assert.equal(kept.lastTriesOf(9), undefined);
  });

  it("is the slot of a parcel's newest handover, in the first slot as well", () => {
    const over = { type: RecordType.HandedOver };
    assert.equal(kept.journal.handoverOf(5), -1);
    add({ ...over, parcel: 5 });
    assert.equal(kept.journal.handoverOf(5), 0);
    add({ ...over, parcel: 6 });
    add({ type: RecordType.NotDelivered, parcel: 5 });
    assert.deepEqual([kept.journal.handoverOf(5), kept.journal.handoverOf(6)], [0, 1]);
    add({ ...over, parcel: 5 });
    assert.deepEqual([kept.journal.handoverOf(5), kept.journal.handoverOf(6)], [3, 1]);
    assert.equal(kept.journal.handoverOf(7), -1);
  });
});
