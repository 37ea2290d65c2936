// The reference model: ledger, journal and depot's books in the fewest words that hold both promises. It is told what is
// seen (digits compared, screens, flash, tables) and throws when that breaks a promise, whatever the commands were, and
// whatever was cut. What exactly each command leads to is the forecast's affair (forecast.ts).
import { strict as assert } from "node:assert";
import type { BookedBooks, BookedJournal, Entry, FlashSays, Told } from "./observations.ts";

interface Journal {
  entries: readonly Entry[];
  /** Entries that were there when screens were last matched with them. */
  confirmed: number;
  verdicts: Map<number, string>;
}

export class ReferenceModel {
  private readonly allowed: (code: number) => number;
  private readonly compared = new Map<number, number>();
  private readonly journals = new Map<number, Journal>();
  private tries = new Map<number, number>();
  private wrongAnswers = 0;
  private active: Journal | undefined;
  private shown: Told[] = [];

  /** @param allowed tries of a code, those of the releases that the depot gave for it included */
  constructor(allowed: (code: number) => number) {
    this.allowed = allowed;
  }

  /** Digits are about to be compared with a code (undefined: an answer is); `flash` is what it holds at this moment. */
  compares(code: number | undefined, flash: Pick<FlashSays, "tries" | "wrongAnswers">): void {
    if (code === undefined) {
      assert.ok(flash.wrongAnswers > this.wrongAnswers, "an answer is looked at before it is counted");
      this.wrongAnswers = flash.wrongAnswers;
      return;
    }
    const counted = flash.tries.get(code) ?? 0;
    assert.ok(counted > (this.tries.get(code) ?? 0), `code ${code} is looked at before it is counted`);
    this.tries.set(code, counted);
    const compared = add(this.compared, code);
    assert.ok(
      compared <= this.allowed(code),
      `code ${code} is compared once more than the ${this.allowed(code)} allowed`,
    );
  }

  /** The screen has confirmed a result. */
  shows(told: Told): void {
    this.shown.push(told);
  }

  /** The flash, between two commands or behind a restart; undefined: it holds no manifest. */
  sees(flash: FlashSays | undefined): void {
    if (flash !== undefined) this.countsEveryTry(flash.tries);
    this.tries = new Map(flash?.tries);
    this.wrongAnswers = flash?.wrongAnswers ?? 0;
    if (this.shown.length > 0) this.holdsWhatWasShown();
    this.active = flash && this.grows(flash);
  }

  /** No try is given back: not by a cut, not by another manifest, not by another key. */
  private countsEveryTry(tries: ReadonlyMap<number, number>): void {
    for (const [code, count] of tries) {
      const before = Math.max(this.tries.get(code) ?? 0, this.compared.get(code) ?? 0);
      assert.ok(count >= before, `code ${code} has ${count} tries spent, of ${before}: given back`);
    }
  }

  /** A journal only grows; a code opens once in all journals, a parcel is handed over once until that is taken back. */
  private grows({ number, entries }: FlashSays): Journal {
    const journal = this.journals.get(number) ?? { entries: [], confirmed: 0, verdicts: new Map() };
    assert.deepEqual(
      entries.slice(0, journal.entries.length).map(words),
      journal.entries.map(words),
      "a result changed",
    );
    journal.entries = entries;
    this.journals.set(number, journal);
    const opened = new Map<number, number>();
    for (const one of this.journals.values()) {
      for (const { what, code } of one.entries) {
        if (what === "accepted") assert.equal(add(opened, code), 1, `code ${code} opens twice`);
      }
    }
    const out = new Map<number, number>();
    for (const { what, parcel } of entries) {
      if (what === "handed over") assert.equal(add(out, parcel), 1, `parcel ${parcel} is handed over twice`);
      if (what === "reversed") out.set(parcel, 0);
    }
    return journal;
  }

  /** What the screen confirmed stands in the journal, once each, in its order. */
  private holdsWhatWasShown(): void {
    const journal = this.active;
    assert.ok(journal !== undefined, "a result is confirmed without a manifest");
    for (const { what, parcel } of this.shown.splice(0)) {
      const later = journal.entries.slice(journal.confirmed);
      const at = later.findIndex((one) => one.what === what && one.parcel === parcel);
      assert.ok(at >= 0, `"${what}" of parcel ${parcel} was confirmed and is not in the journal`);
      journal.confirmed += at + 1;
    }
  }

  /** The books: what is acknowledged is booked, once, as the journal has it, and for good; nothing else is. */
  books({ journals, delivered, triesKnown }: BookedBooks): void {
    for (const booked of journals) {
      for (const { code, tries } of this.isBooked(booked)) {
        assert.ok(code === 0 || triesKnown(code) >= tries, `tries of ${code} are forgotten`);
      }
    }
    for (const [parcel, isOut] of this.deliveries())
      assert.equal(delivered.has(parcel), isOut, `parcel ${parcel} in the books`);
  }

  private isBooked({ number, records, acknowledged }: BookedJournal): readonly Entry[] {
    const journal = this.journals.get(number);
    const sent = (journal?.entries ?? []).filter(({ slot }) => slot < acknowledged);
    const line = ({ slot, what }: { slot: number; what: string }): string => `${slot} ${what}`;
    assert.deepEqual(records.map(line), sent.map(line), `the books of journal ${number} are not what it holds`);
    for (const { slot, verdict } of records) {
      const was = journal!.verdicts.get(slot) ?? verdict;
      assert.equal(verdict, was, `slot ${slot} of journal ${number} is booked again`);
      journal!.verdicts.set(slot, verdict);
    }
    return sent;
  }

  /** Whether each parcel is delivered, by the handovers booked and those taken back. */
  private deliveries(): Map<number, boolean> {
    const out = new Map<number, boolean>();
    for (const { entries, verdicts } of this.journals.values()) {
      for (const { slot, what, parcel } of entries) {
        if (verdicts.get(slot) !== "booked") continue;
        if (what === "handed over" || what === "reversed") out.set(parcel, what === "handed over");
      }
    }
    return out;
  }
}

function words({ slot: _slot, ...told }: Entry): string {
  return JSON.stringify(told);
}

/** @returns how often by now */
function add(counts: Map<number, number>, key: number): number {
  const count = 1 + (counts.get(key) ?? 0);
  counts.set(key, count);
  return count;
}
