// A share of the model runs; and the runs must notice it when what they prove is broken.
import assert from "node:assert/strict";
import sinon from "sinon";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { Ledger } from "../../../firmware/app/ledger/ledger.ts";
import { Recorder } from "../../../firmware/app/records.ts";
import { Updates } from "../../../firmware/app/sync/updates.ts";
import { KyselyRecords } from "../../../src/depot/store/kysely-records.ts";
import { shareOf, testSeed } from "../run-share.ts";
import { runSeed } from "./model-run.ts";
import { modelSweep } from "./model.sweep.ts";

const SHARE = 0.025;
/** A break is noticed in so many runs, or not at all. */
const RUNS_TO_NOTICE = 6;

/** The first failure of a few runs, in words. */
async function firstFailure(): Promise<string> {
  for (let seed = testSeed(), runs = 0; runs < RUNS_TO_NOTICE; seed++) {
    const result = await runSeed({ seed }, 0);
    if (result === undefined) continue;
    runs++;
    if (result.failure !== undefined) return String(result.failure.error);
  }
  return "nothing was noticed";
}

/** Tries and what they come to, but the count is written only when the result is recorded: behind the comparison. */
function countBehindTheComparison(): void {
  const { countTry } = Ledger.prototype;
  const { write } = Recorder.prototype;
  let count = (): void => undefined;
  sinon.stub(Ledger.prototype, "countTry").callsFake(function (this: Ledger, row, number) {
    count = () => void countTry.call(this, row, number);
    return FaultNumber.None;
  });
  sinon.stub(Recorder.prototype, "write").callsFake(function (this: Recorder, entry, parcel) {
    count();
    count = () => undefined;
    return write.call(this, entry, parcel);
  });
}

/** The screen first, the record a millisecond later. */
function recordBehindTheVerdict(): void {
  const { write, seal } = Recorder.prototype;
  let record = (): void => undefined;
  sinon.stub(Recorder.prototype, "write").callsFake(function (this: Recorder, entry, parcel) {
    record = () => void write.call(this, entry, parcel);
    return FaultNumber.None;
  });
  sinon.stub(Recorder.prototype, "seal").callsFake(function (this: Recorder) {
    record();
    record = () => undefined;
    seal.call(this);
  });
}

/** A try that a start finds is not told. */
function forgetFoundTries(): void {
  const { write } = Recorder.prototype;
  sinon.stub(Recorder.prototype, "write").callsFake(function (this: Recorder, entry, parcel) {
    return entry.type === RecordType.TryFound ? FaultNumber.None : write.call(this, entry, parcel);
  });
}

const BREAKS: readonly (readonly [name: string, breakIt: () => void, notice: RegExp])[] = [
  ["a try counted behind the comparison", countBehindTheComparison, /looked at before it is counted/],
  ["a verdict before its record", recordBehindTheVerdict, /no outcome fits|the model says/],
  ["tries not carried over", () => sinon.stub(Ledger.prototype, "carry").returns(FaultNumber.None), /spent on code/],
  [
    "a success that is not marked, at the door or at a start",
    () => sinon.stub(Ledger.prototype, "accept").returns(FaultNumber.None),
    /spent on code/,
  ],
  ["tries that no start finds", forgetFoundTries, /no outcome fits/],
  [
    "a release that grants twice",
    () => {
      const { release } = Ledger.prototype;
      sinon.stub(Ledger.prototype, "release").callsFake(function (this: Ledger, row, index) {
        return release.call(this, row, index) || release.call(this, row, index + 1);
      });
    },
    /spent on code/,
  ],
  [
    "a void that does not bind",
    () => sinon.stub(Updates.prototype, "current").callsFake((code) => code),
    /the screen says/,
  ],
  ["a record acknowledged and not kept", () => sinon.stub(KyselyRecords.prototype, "add").resolves(), /the model says/],
];

describe("firmware and depot against a small model", () => {
  shareOf(modelSweep, SHARE, 120_000);

  describe("notice", () => {
    afterEach(() => sinon.restore());

    for (const [name, breakIt, notice] of BREAKS) {
      it(name, async () => {
        breakIt();
        assert.match(await firstFailure(), notice);
      });
    }
  });
});
