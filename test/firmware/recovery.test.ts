// Power cuts at every byte of every flash write of what a courier and a sync do; and again in the restart behind it.
// No try comes back, no confirmed result is lost, no half result stays. DESIGN.md §3.2, SPEC.md §5.5.
import assert from "node:assert/strict";
import { type Verdict, VerdictKind } from "../../firmware/app/door/verdict.ts";
import { ReleaseResult } from "../../firmware/app/door/release.ts";
import { releaseAnswer } from "../../src/shared/crypto/release.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import { type After, everyCut } from "../support/every-cut.ts";
import { FakeDepot } from "../support/fake-depot.ts";
import { nodeHash } from "../support/node-hash.ts";
import {
  codeIdAt,
  DAY,
  parcelIdAt,
  type SealedRound,
  testKey,
  testSalt,
  testTag,
  type TestParcel,
  wrongDigits,
} from "../support/test-round.ts";
import { loadedImage, UnitDay } from "../support/unit-day.ts";

const CODE = "482913";
const LABEL = "TBA000000000001";
const PLAIN = "TBA000000000002";
const PARCELS: TestParcel[] = [{ tracking: LABEL, code: CODE }, { tracking: PLAIN }];
const WRONG = wrongDigits(codeIdAt(0), CODE, 3);
const ROW = 0;

/** A flash image on which something has happened already. */
function prepared(...steps: ((unit: UnitDay) => void)[]): Uint8Array {
  const { image } = loadedImage({ parcels: PARCELS, updateSlots: 4 }, 20 * 1024);
  const unit = new UnitDay(image);
  for (const step of steps) step(unit);
  unit.recorder.seal();
  return image;
}

const type = (digits: string) => (unit: UnitDay) => unit.door.tryCode(unit.parcel(LABEL), digits);
const note =
  (recordType: RecordType, label: string, reason = 0) =>
  (unit: UnitDay) => {
    const parcel = unit.parcel(label);
    const fault = unit.recorder.write({ type: recordType, parcel: parcel.id, reason }, parcel.index);
    unit.recorder.seal();
    return fault;
  };

const types = ({ slots }: After): RecordType[] => slots.flatMap(({ body }) => body?.type ?? []);
const count = (after: After, recordType: RecordType): number => types(after).filter((one) => one === recordType).length;
const kindOf = ({ result }: After): VerdictKind | undefined => (result as Verdict | undefined)?.kind;

describe("a power cut at every byte", () => {
  for (const [name, image] of [
    ["with nothing before", prepared()],
    ["behind a wrong try", prepared(type(WRONG[0]!))],
  ] as const) {
    it(`of an acceptance ${name}`, () => {
      everyCut(image, type(CODE), (after) => {
        const { unit, isFinished, cut } = after;
        const { accepted, tries } = unit.day.ledger.spent(ROW);
        assert.ok(count(after, RecordType.Accepted) <= 1);
        assert.equal(accepted, count(after, RecordType.Accepted) === 1, "spent and recorded, or neither");
        if (isFinished) assert.equal(kindOf(after), VerdictKind.Accepted);
        if (isFinished) assert.ok(accepted, "what was shown is recorded");
        if (cut!.write > 1 || cut!.bytes > 0) assert.ok(tries > (name.includes("wrong") ? 1 : 0), "the try counts");
      });
    });

    it(`of a refusal ${name}`, () => {
      everyCut(image, type(WRONG[1]!), (after) => {
        const earlier = name.includes("wrong") ? 1 : 0;
        const { tries, accepted } = after.unit.day.ledger.spent(ROW);
        assert.equal(accepted, false);
        const wasHashed = after.cut!.write > 1 || after.cut!.bytes === 8;
        assert.ok(tries - earlier === 1 || (!wasHashed && tries === earlier), "counted once");
        if (wasHashed) assert.equal(tries, earlier + 1);
        const told = count(after, RecordType.Wrong) + count(after, RecordType.TryFound);
        assert.equal(told, tries, "every try has its record");
      });
    });
  }

  it("of the third wrong try: locked, whatever happened", () => {
    everyCut(prepared(type(WRONG[0]!), type(WRONG[1]!)), type(WRONG[2]!), ({ unit, cut }) => {
      const { kind } = unit.door.judge(unit.parcel(LABEL));
      const isFree = cut!.write === 1 && cut!.bytes === 0;
      assert.equal(kind, isFree ? VerdictKind.AskCode : VerdictKind.Locked);
    });
  });

  it("of the MAC behind a record", () => {
    everyCut(
      prepared(),
      (unit) => {
        type(CODE)(unit);
        unit.recorder.seal();
      },
      (after) => assert.ok(count(after, RecordType.Accepted) === 1 || after.cut!.write <= 2),
    );
  });

  it("of a handover, and of taking it back", () => {
    const handOver = note(RecordType.HandedOver, PLAIN);
    everyCut(prepared(), handOver, (after) => {
      if (after.isFinished) assert.equal(count(after, RecordType.HandedOver), 1);
      assert.equal(after.unit.recorder.handedOver(), count(after, RecordType.HandedOver));
    });
    everyCut(prepared(handOver), note(RecordType.Reversed, PLAIN), (after) => {
      if (after.isFinished) assert.equal(count(after, RecordType.Reversed), 1);
      assert.equal(after.unit.recorder.handedOver(), 1 - count(after, RecordType.Reversed));
    });
  });

  it("of a reason", () => {
    everyCut(prepared(note(RecordType.NotDelivered, PLAIN, 1)), note(RecordType.NotDelivered, PLAIN, 4), (after) => {
      const { reason } = after.unit.day.index.state(after.unit.parcel(PLAIN).index);
      assert.equal(reason, after.slots.flatMap(({ body }) => body?.reason ?? []).at(-1));
    });
  });

  const locked = [type(WRONG[0]!), type(WRONG[1]!), type(WRONG[2]!)];
  const thing = { row: ROW, code: codeIdAt(0), parcel: parcelIdAt(0), releasesKnown: 0 };
  const answer = releaseAnswer(nodeHash, testKey("release"), { journalEpoch: 501, code: codeIdAt(0), index: 0 });

  it("of a wrong release answer: counted, once it may have been compared", () => {
    everyCut(
      prepared(...locked),
      (unit) => unit.release.answer(thing, "00000000"),
      ({ unit, cut }) => {
        const { wrongAnswers, releases } = unit.day.ledger.spent(ROW);
        assert.equal(releases, 0);
        assert.equal(wrongAnswers, cut!.write === 1 && cut!.bytes === 0 ? 0 : 1);
      },
    );
  });

  it("of a right release answer: opened once, and recorded", () => {
    everyCut(
      prepared(...locked),
      (unit) => unit.release.answer(thing, answer),
      (after) => {
        const { releases } = after.unit.day.ledger.spent(ROW);
        assert.ok(releases <= 1);
        assert.equal(releases, count(after, RecordType.Released));
        if (after.isFinished) assert.deepEqual([after.result, releases], [ReleaseResult.Opened, 1]);
      },
    );
  });

  it("of updates that a sync brings: each whole or not there, a release granted once", () => {
    const { image, sealed } = loadedImage({ parcels: PARCELS, updateSlots: 6 }, 20 * 1024);
    const start = new UnitDay(image);
    for (const wrong of locked) wrong(start);
    start.recorder.seal();
    const sync = (unit: UnitDay): number => unit.session.take(depotOf(sealed).answer(unit.session.request()));
    everyCut(image, sync, ({ unit, isFinished, result }) => {
      const numbers: number[] = [];
      unit.day.updates.each((update) => numbers.push(update.number));
      assert.deepEqual(numbers, [1, 2].slice(0, numbers.length));
      const { releases } = unit.day.ledger.spent(ROW);
      assert.equal(releases, numbers.length > 0 ? 1 : 0, "stored and applied, or neither");
      if (isFinished) assert.deepEqual([result, numbers.length], [0, 2]);
      const current = unit.door.currentCode(unit.parcel(LABEL)).id;
      assert.equal(current, numbers.length === 2 ? 2001 : codeIdAt(0));
      assert.equal(sync(unit), 0, "the depot sends again what was not named");
      assert.equal(unit.day.updates.last, 2);
    });
  });
});

/** A depot that has a release and a replacement for the protected parcel. */
function depotOf(sealed: SealedRound): FakeDepot {
  const depot = new FakeDepot();
  depot.sealed(sealed);
  depot.queue(501, { kind: UpdateKind.Release, code: codeIdAt(0), parcel: parcelIdAt(0), releaseIndex: 0 });
  depot.queue(501, {
    kind: UpdateKind.Replace,
    code: codeIdAt(0),
    parcel: parcelIdAt(0),
    newCode: 2001,
    tagBits: 11,
    tag: testTag(2001, "135790"),
    salt: testSalt(2001, "135790"),
    day: DAY,
  });
  return depot;
}
