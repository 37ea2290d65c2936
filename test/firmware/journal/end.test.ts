// The end of the journal: found at every length, without reading every slot; and what happens when it is full.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { FREE_SLOTS_MIN, JOURNAL_HEADER_BYTES } from "../../../src/shared/wire/journal.ts";
import { testBody, UnitJournal } from "../../support/unit-journal.ts";

const SLOTS = 37;

describe("the journal's end", () => {
  it("is found at every length from 0 to full, the chain holds, and the last body is known", () => {
    const kept = new UnitJournal(SLOTS);
    for (let length = 0; length <= SLOTS; length++) {
      assert.equal(kept.reopen(), 0);
      assert.equal(kept.journal.end, length);
      assert.deepEqual(kept.journal.last, length === 0 ? undefined : testBody(length));
      assert.equal(kept.journal.hasRoom(), SLOTS - length >= FREE_SLOTS_MIN);
      assert.ok(kept.read().every((slot) => slot.state === "valid"));
      if (length < SLOTS) kept.add(length + 1);
    }
  });

  it("is found by a number of reads that grows with the logarithm", () => {
    const kept = new UnitJournal(1000);
    for (let n = 1; n <= 700; n++) kept.add(n);
    kept.reopen();
    const reads = kept.flash.steps.filter((step) => step.what === "read");
    assert.ok(reads.length <= 25, `${reads.length} reads`);
    assert.equal(kept.journal.end, 700);
  });

  it("takes nothing more when it is full, and keeps what it has", () => {
    const kept = new UnitJournal(3);
    for (let n = 1; n <= 3; n++) kept.add(n);
    assert.equal(kept.journal.append(testBody(4)), FaultNumber.JournalFull);
    assert.equal(kept.states(), "valid valid valid");
  });

  it("is found behind a damaged header, too, which stops the day: what was confirmed is still sent", () => {
    const kept = new UnitJournal(5);
    kept.add(1);
    for (let byte = 0; byte < JOURNAL_HEADER_BYTES; byte += 3) {
      const at = kept.image.findIndex((_, i) => kept.image.subarray(i, i + 4).join() === "80,74,82,78") + byte;
      kept.image[at]! ^= 1;
      assert.equal(kept.reopen(), FaultNumber.JournalHeader, `byte ${byte}`);
      assert.equal(kept.journal.end, 1);
      assert.equal(kept.journal.isValid(0), true);
      kept.image[at]! ^= 1;
    }
    kept.unit.board.flash.erase("jrn");
    assert.equal(kept.reopen(), FaultNumber.JournalHeader);
    assert.equal(kept.journal.end, 0, "without a file there is nothing to send");
  });

  it("retries a lost body in its own slot, and burns the slot of a torn one", () => {
    const kept = new UnitJournal(5);
    kept.flash.faults.set("jrn", [FaultNumber.FlashWriteLost, FaultNumber.FlashWriteTorn]);
    assert.equal(kept.journal.append(testBody(1)), FaultNumber.FlashWriteLost);
    assert.equal(kept.journal.end, 0);
    assert.equal(kept.journal.append(testBody(1)), FaultNumber.FlashWriteTorn);
    assert.equal(kept.journal.end, 1);
    assert.equal(kept.journal.last, undefined);
  });
});
