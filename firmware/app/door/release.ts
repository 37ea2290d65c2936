// Release by phone, SPEC.md §8: the handheld shows a challenge, the depot's answer opens one lock once. Wrong answers
// are counted in flash like tries, before they are looked at.
import type { Board } from "../../../hal/contract/board.ts";
import { releaseAnswer, releaseChallenge, type Lock } from "../../../src/shared/crypto/release.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import type { Day } from "../day.ts";
import type { Keys } from "../keys.ts";
import type { Recorder } from "../records.ts";

/** What came of an answer. */
export const enum ReleaseResult {
  Opened = 1,
  Wrong = 2,
  /** No more answers are taken for this lock today. */
  Exhausted = 3,
  Stopped = 4,
}

/** A lock that can be released: a code's, or with code 0 the device's. */
export interface LockedThing {
  /** Ledger row. */
  row: number;
  /** Code id, 0 for the device. */
  code: number;
  /** Depot's parcel id, 0 for the device. */
  parcel: number;
  releasesKnown: number;
}

/** Shows challenges and takes answers. */
export class Release {
  private board_: Board;
  private keys_: Keys;
  private day_: Day;
  private recorder_: Recorder;

  constructor(board: Board, keys: Keys, day: Day, recorder: Recorder) {
    this.board_ = board;
    this.keys_ = keys;
    this.day_ = day;
    this.recorder_ = recorder;
  }

  /** Eight digits to read over the phone; empty when this lock has no release left today. */
  challenge(thing: LockedThing): string {
    return this.isExhausted(thing)
      ? ""
      : releaseChallenge(this.board_.hash, this.keys_.subkey("release"), this.lock_(thing));
  }

  /** Whether no answer will be taken any more. */
  isExhausted(thing: LockedThing): boolean {
    const header = this.day_.manifest.header;
    const spent = this.day_.ledger.spent(thing.row);
    return (
      thing.releasesKnown + spent.releases >= header.releasesPerLock || spent.wrongAnswers >= header.wrongAnswersPerLock
    );
  }

  /** Tries an answer of eight digits: counted as wrong before it is compared, journalled either way. */
  answer(thing: LockedThing, digits: string): ReleaseResult {
    if (this.isExhausted(thing)) return ReleaseResult.Exhausted;
    const lock = this.lock_(thing);
    const ledger = this.day_.ledger;
    const counted = ledger.countWrongAnswer(thing.row);
    if (counted !== FaultNumber.None) return this.stop_(counted);
    const right = releaseAnswer(this.board_.hash, this.keys_.subkey("release"), lock) === digits;
    const type = right ? RecordType.Released : RecordType.WrongAnswer;
    const fault =
      this.recorder_.write({ type: type, parcel: thing.parcel, code: thing.code, detail: lock.index }, -1) ||
      (right ? ledger.release(thing.row, lock.index) : FaultNumber.None);
    if (fault !== FaultNumber.None) return this.stop_(fault);
    if (right) return ReleaseResult.Opened;
    return this.isExhausted(thing) ? ReleaseResult.Exhausted : ReleaseResult.Wrong;
  }

  private lock_(thing: LockedThing): Lock {
    return {
      journalEpoch: this.day_.manifest.header.journalEpoch,
      code: thing.code,
      index: thing.releasesKnown + this.day_.ledger.spent(thing.row).releases,
    };
  }

  private stop_(fault: FaultNumber): ReleaseResult {
    this.day_.stopped = fault;
    return ReleaseResult.Stopped;
  }
}
