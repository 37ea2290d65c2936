// A journal of its own on a small flash, for tests of the journal alone.
import assert from "node:assert/strict";
import { createJournal, Journal, type JournalIdentity } from "../../firmware/app/journal/journal.ts";
import { type RecordBody, RecordType } from "../../src/shared/wire/journal.ts";
import { type ReadSlot, readJournal } from "./journal-reader.ts";
import { nodeHash } from "./node-hash.ts";
import { RecordingFlash } from "./recording-parts.ts";
import { type Cut, untilPowerCut } from "./test-host.ts";
import { NOON_S } from "./test-round.ts";
import { UnitBoard } from "./unit-day.ts";

/** A body of the n-th record of a test. */
export function testBody(n: number): RecordBody {
  return {
    type: RecordType.Wrong,
    flags: 0,
    reason: 0,
    tries: n & 0xff,
    time_s: NOON_S + n,
    parcel: n,
    code: 1000 + n,
    proof: new Uint8Array(16),
    handedOver: 0,
    detail: n,
    triesInAll: n,
    battery: 80,
    acknowledged: 0,
  };
}

/** A journal and its flash. */
export class UnitJournal {
  readonly image: Uint8Array;
  readonly identity: JournalIdentity;
  unit: UnitBoard;
  flash: RecordingFlash;
  journal: Journal;

  constructor(slots: number) {
    const pages = Math.ceil((256 + (slots + 1) * 64) / 1024) + 1; // no file begins in the last one
    this.image = new Uint8Array(pages * 1024).fill(0xff);
    this.identity = {
      device: 7,
      journalEpoch: 33,
      sequence: 2,
      slots,
      recordKey: new Uint8Array(32).fill(0x21),
      start: new Uint8Array(16).fill(0x42),
    };
    this.unit = new UnitBoard(this.image);
    assert.equal(createJournal(this.unit.board.flash, nodeHash, "jrn", this.identity), 0);
    this.flash = new RecordingFlash(this.unit.board.flash);
    this.journal = new Journal(this.flash, nodeHash, "jrn", this.identity);
    assert.equal(this.journal.open(), 0);
  }

  /** The newest whole record that states the tries of a code. */
  lastTriesOf(code: number): RecordBody | undefined {
    let found: RecordBody | undefined;
    this.journal.eachNewestFirst((body) => {
      if (body.code === code && body.tries > 0) found ??= body;
    });
    return found;
  }

  /** A restart, perhaps cut as well; the fault of opening. */
  reopen(cut?: Cut): number {
    this.unit = new UnitBoard(this.image);
    this.unit.host.cut = cut;
    this.flash = new RecordingFlash(this.unit.board.flash);
    this.journal = new Journal(this.flash, nodeHash, "jrn", this.identity);
    return this.journal.open();
  }

  /** Writes a record and its MAC. */
  add(n: number): void {
    assert.equal(this.journal.append(testBody(n)), 0);
    assert.equal(this.journal.seal(), 0);
  }

  /** Runs until the power fails `bytes` into the write that is `write` from now on. */
  cut(write: number, bytes: number, run: () => void): void {
    this.unit.host.cut = { write: this.unit.host.writes.length + write, bytes };
    assert.ok(untilPowerCut(run), "the power was cut");
  }

  /** The same, and starts again. */
  tear(write: number, bytes: number, run: () => void): void {
    this.cut(write, bytes, run);
    assert.equal(this.reopen(), 0);
  }

  /** What an independent reader finds. */
  read(): ReadSlot[] {
    const file = this.unit.board.flash.read("jrn", 0, 1 << 20);
    return readJournal(file, { ...this.identity });
  }

  states(): string {
    return this.read()
      .map((slot) => slot.state)
      .join(" ");
  }
}
