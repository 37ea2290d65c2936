// Power cuts in the journal, SPEC.md §5.5: torn bodies are void for good, missing MACs are completed, torn MACs are
// stated again, as often as it takes. An independent reader checks the chain.
import assert from "node:assert/strict";
import { RecordFlag } from "../../../src/shared/wire/journal.ts";
import { untilPowerCut } from "../../support/test-host.ts";
import { testBody, UnitJournal } from "../../support/unit-journal.ts";

const BODY_WRITE = 1;
const MAC_WRITE = 2;

/** Writes record n, body and MAC. */
const write = (kept: UnitJournal, n: number) => (): void => {
  kept.journal.append(testBody(n));
  kept.journal.seal();
};

describe("the journal and power cuts", () => {
  for (const before of [0, 2]) {
    it(`behind ${before} records: a cut at any byte leaves a record that is whole or void`, () => {
      for (let bytes = 0; bytes <= 64; bytes++) {
        const kept = new UnitJournal(8);
        for (let n = 1; n <= before; n++) kept.add(n);
        const inBody = bytes < 48;
        kept.tear(inBody ? BODY_WRITE : MAC_WRITE, inBody ? bytes : Math.min(bytes - 48, 15), write(kept, 9));
        const behind = kept.read().slice(before);
        const stands = behind.some(({ state, body }) => state === "valid" && body?.parcel === 9);
        assert.equal(stands, !inBody, `${bytes} bytes: confirmed only with a whole body`);
        assert.ok(behind.every(({ state }) => state === "valid" || state === "void"));
        kept.add(10);
        assert.equal(kept.read().at(-1)?.state, "valid", `${bytes} bytes: the chain goes on`);
        assert.equal(kept.journal.end, kept.read().length);
      }
    });
  }

  it("never writes into a void slot again", () => {
    const kept = new UnitJournal(8);
    kept.add(1);
    for (let turn = 0; turn < 3; turn++) kept.tear(BODY_WRITE, 20 + turn, write(kept, 2));
    kept.add(3);
    assert.equal(kept.states(), "valid void void void valid");
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((slot) => kept.journal.isValid(slot)),
      [true, false, false, false, true],
    );
  });

  it("completes a missing MAC at the start", () => {
    const kept = new UnitJournal(8);
    kept.add(1);
    kept.journal.append(testBody(2));
    assert.equal(kept.states(), "valid unsealed");
    kept.reopen();
    assert.equal(kept.states(), "valid valid");
    assert.deepEqual(kept.journal.last, testBody(2));
  });

  it("completes it behind a torn slot, too", () => {
    const kept = new UnitJournal(8);
    kept.journal.append(testBody(1));
    // The power fails before the MAC; at the next start again, and then inside the next body.
    kept.tear(BODY_WRITE, 0, () => kept.journal.seal());
    kept.tear(BODY_WRITE, 30, write(kept, 2));
    kept.reopen();
    assert.equal(kept.states(), "valid void");
  });

  it("states a record again when its MAC was torn, once, twice, three times", () => {
    const kept = new UnitJournal(12);
    kept.add(1);
    kept.tear(MAC_WRITE, 5, write(kept, 2));
    assert.equal(kept.states(), "valid void valid");
    for (const expected of ["valid void void valid", "valid void void void valid"]) {
      // The MAC of the restated record is torn as well: rebuilt from a copy in which it is.
      const slot = kept.read().length - 1;
      spoilMac(kept, slot);
      kept.reopen();
      assert.equal(kept.states(), expected);
    }
    const last = kept.read().at(-1)!;
    assert.deepEqual({ ...last.body, flags: 0 }, testBody(2));
    assert.equal(last.body!.flags, RecordFlag.Restated);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((at) => kept.journal.isValid(at)),
      [true, false, false, false, true],
    );
    kept.add(3);
    assert.equal(kept.states(), "valid void void void valid valid");
  });

  it("survives a cut at any byte of a restatement", () => {
    for (let bytes = 0; bytes <= 47; bytes++) {
      const kept = new UnitJournal(12);
      kept.add(1);
      kept.cut(MAC_WRITE, 9, write(kept, 2));
      assert.ok(
        untilPowerCut(() => kept.reopen({ write: 1, bytes })),
        "cut while it was stated again",
      );
      assert.equal(kept.reopen(), 0);
      const valid = kept.read().filter(({ state }) => state === "valid");
      assert.deepEqual(
        valid.map(({ body }) => body!.parcel),
        [1, 2],
        `${bytes} bytes`,
      );
      assert.ok(kept.read().every(({ state }) => state === "valid" || state === "void"));
    }
  });

  it("gives the MAC before a slot, through void slots and restated ones", () => {
    const kept = new UnitJournal(12);
    kept.tear(BODY_WRITE, 9, write(kept, 1));
    const none = new Uint8Array(16);
    const before = (slot: number): Uint8Array => kept.journal.macBefore(slot, none);
    assert.equal(before(1), none, "nothing valid");
    kept.add(2);
    kept.tear(MAC_WRITE, 5, write(kept, 3));
    kept.add(4);
    assert.equal(kept.states(), "void valid void valid valid");
    const macs = kept.read().map(({ mac }) => mac);
    assert.deepEqual(before(2), macs[1]);
    assert.deepEqual(before(3), macs[1], "the one stated again does not count");
    assert.deepEqual(before(4), macs[3]);
    assert.deepEqual(before(5), macs[4]);
  });

  it("finds the newest record of a code, past void ones", () => {
    const kept = new UnitJournal(12);
    for (const n of [1, 2, 3]) kept.add(n);
    kept.tear(BODY_WRITE, 40, write(kept, 4));
    assert.equal(kept.lastTriesOf(1002)?.parcel, 2);
    assert.equal(kept.lastTriesOf(1004), undefined);
  });
});

/** Turns bits of a slot's MAC to 0, as a write that was cut would have left others. */
function spoilMac(kept: UnitJournal, slot: number): void {
  const start = kept.image.findIndex((_, i) => kept.image.subarray(i, i + 4).join() === "80,74,82,78");
  kept.image.fill(0, start + 32 + slot * 64 + 48 + 3, start + 32 + slot * 64 + 64);
}
