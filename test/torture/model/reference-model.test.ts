// The reference model accepts what keeps the promises, and names each way of breaking them.
import assert from "node:assert/strict";
import type { BookedBooks, BookedJournal, Entry, FlashSays } from "./observations.ts";
import { ReferenceModel } from "./reference-model.ts";

const PARCEL = 5;
const CODE = 9;
const ALLOWED = 3;

const entry = (slot: number, what: string, more: Partial<Entry> = {}): Entry => ({
  ...{ slot, what, parcel: PARCEL, code: CODE, number: 0, tries: 0 },
  ...more,
});
const flash = (tries: number, entries: Entry[] = [], more: Partial<FlashSays> = {}): FlashSays => ({
  ...{ number: 1, tries: new Map([[CODE, tries]]), wrongAnswers: 0, entries },
  ...more,
});
const books = (
  entries: Entry[],
  { delivered = new Set(), triesKnown = () => ALLOWED, ...more }: Partial<BookedBooks & BookedJournal> = {},
): BookedBooks => {
  const records = entries.map(({ slot, what }) => ({ slot, what, verdict: "booked" }));
  return { journals: [{ number: 1, acknowledged: entries.length, records, ...more }], delivered, triesKnown };
};

const WRONG = entry(0, "wrong", { tries: 1 });
const ACCEPTED = entry(1, "accepted", { tries: 2 });
const OUT = entry(2, "handed over", { code: 0 });
const TAKEN_BACK = entry(3, "reversed", { code: 0, number: 2 });

describe("the reference model", () => {
  let model: ReferenceModel;

  beforeEach(() => {
    model = new ReferenceModel(() => ALLOWED);
    model.sees(flash(0));
  });

  it("takes a delivery with a wrong try, a handover taken back and made again", () => {
    model.compares(CODE, flash(1));
    model.sees(flash(1, [WRONG]));
    model.shows(WRONG);
    model.compares(CODE, flash(2, [WRONG]));
    model.sees(flash(2, [WRONG, ACCEPTED]));
    model.shows(ACCEPTED);
    const entries = [WRONG, ACCEPTED, OUT, TAKEN_BACK, entry(5, "handed over", { code: 0 })];
    model.sees(flash(2, entries.slice(0, 4)));
    model.books(books(entries.slice(0, 3), { delivered: new Set([PARCEL]) }));
    model.books(books(entries.slice(0, 4)));
    model.sees(flash(2, entries));
    model.shows(OUT);
    model.sees(flash(2, entries));
    model.books(books(entries, { acknowledged: 6, delivered: new Set([PARCEL]) }));
  });

  it("finds a try that is given back, by a restart, another manifest, or a time without one", () => {
    model.compares(CODE, flash(1));
    assert.throws(() => model.sees(flash(0)), /1: given back/);
    model.sees(undefined);
    assert.throws(() => model.sees(flash(0, [], { number: 2 })), /1: given back/);
    model.sees(flash(2));
    assert.throws(() => model.sees(flash(1)), /2: given back/);
  });

  it("finds digits compared before they are counted, or once too often", () => {
    assert.throws(() => model.compares(CODE, flash(0)), /before it is counted/);
    for (let tries = 1; tries <= ALLOWED; tries++) model.compares(CODE, flash(tries));
    assert.throws(() => model.compares(CODE, flash(ALLOWED)), /before it is counted/);
    assert.throws(() => model.compares(CODE, flash(ALLOWED + 1)), /once more than the 3/);
  });

  it("finds an answer that is looked at before it is counted", () => {
    model.compares(undefined, flash(0, [], { wrongAnswers: 1 }));
    assert.throws(() => model.compares(undefined, flash(0, [], { wrongAnswers: 1 })), /before it is counted/);
  });

  it("finds a result that was confirmed and is not there, or only once of twice", () => {
    model.shows(ACCEPTED);
    assert.throws(() => model.sees(flash(2)), /"accepted" of parcel 5 was confirmed/);
    model.sees(flash(2, [WRONG]));
    model.shows(WRONG);
    model.shows(WRONG);
    assert.throws(() => model.sees(flash(2, [WRONG])), /"wrong" of parcel 5 was confirmed/);
  });

  it("finds a journal that lost or changed a result", () => {
    model.sees(flash(2, [WRONG, ACCEPTED]));
    assert.throws(() => model.sees(flash(2, [WRONG])), /a result changed/);
    assert.throws(() => model.sees(flash(2, [WRONG, { ...ACCEPTED, parcel: 6 }])), /a result changed/);
  });

  it("finds a code that opens twice, in one journal or two, and a parcel handed over twice", () => {
    assert.throws(() => model.sees(flash(2, [ACCEPTED, { ...ACCEPTED, slot: 2 }])), /opens twice/);
    model = new ReferenceModel(() => ALLOWED);
    model.sees(flash(2, [ACCEPTED]));
    assert.throws(() => model.sees(flash(2, [ACCEPTED], { number: 2 })), /opens twice/);
    model = new ReferenceModel(() => ALLOWED);
    assert.throws(() => model.sees(flash(2, [OUT, { ...OUT, slot: 3 }])), /handed over twice/);
  });

  describe("finds books that", () => {
    const entries = [WRONG, ACCEPTED, OUT];
    const right = { delivered: new Set([PARCEL]) };

    beforeEach(() => model.sees(flash(2, entries)));

    it("lack what was acknowledged, have it twice, or invent", () => {
      const { records } = books(entries).journals[0]!;
      assert.throws(() => model.books(books(entries, { ...right, records: records.slice(1) })), /not what it holds/);
      assert.throws(
        () => model.books(books(entries, { ...right, records: [...records, records[2]!] })),
        /not what it holds/,
      );
      assert.throws(() => model.books(books(entries, { ...right, acknowledged: 2 })), /not what it holds/);
      assert.throws(() => model.books(books([WRONG], { number: 2 })), /not what it holds/);
    });

    it("settle a record a second time", () => {
      const { records } = books(entries).journals[0]!;
      model.books(books(entries, right));
      const again = records.map((record) => ({ ...record, verdict: "refused" }));
      assert.throws(() => model.books(books(entries, { records: again })), /is booked again/);
    });

    it("are right when a parcel is handed over again under the next manifest, both told of at once", () => {
      model.sees(flash(2, [...entries, TAKEN_BACK]));
      const again = [{ ...OUT, slot: 0 }];
      model.sees(flash(2, again, { number: 2 }));
      const { journals } = books([...entries, TAKEN_BACK]);
      model.books({
        ...books(again, { ...right, number: 2 }),
        journals: [...journals, ...books(again, { number: 2 }).journals],
      });
    });

    it("forget tries", () => {
      assert.throws(() => model.books(books(entries, { ...right, triesKnown: () => 1 })), /tries of 9 are forgotten/);
    });

    it("deliver what is not, or not what is", () => {
      assert.throws(() => model.books(books(entries)), /parcel 5 in the books/);
      model.sees(flash(2, [...entries, TAKEN_BACK]));
      assert.throws(() => model.books(books([...entries, TAKEN_BACK], right)), /parcel 5 in the books/);
    });
  });
});
