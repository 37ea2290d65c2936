// Makes records: fills in time, flags and running totals, writes body and parcel index. Nothing here draws.
import { zeros } from "../../src/shared/wire/bytes.ts";
import type { Board } from "../../hal/contract/board.ts";
import { type RecordBody, RecordFlag, RecordType } from "../../src/shared/wire/journal.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import type { TrustedTime } from "./clock/trusted-time.ts";
import type { Day } from "./day.ts";
import { indexKindOf } from "./recovery.ts";

/** The proof field of every record but an acceptance: 16 zeros. */
export const NO_PROOF = zeros(16);

/** What a caller must say of a record; the rest is filled in. */
export type RecordEntry = { [field in keyof RecordBody]?: RecordBody[field] | undefined } & { type: RecordType };

/** Writes records of one day. */
export class Recorder {
  /** Slots the depot has acknowledged. */
  acknowledged: number;
  private board_: Board;
  private time_: TrustedTime;
  private day_: Day;

  constructor(board: Board, time: TrustedTime, day: Day) {
    this.board_ = board;
    this.time_ = time;
    this.day_ = day;
    const told = day.journal.last ? day.journal.last.acknowledged : 0;
    this.acknowledged = told > day.journal.end ? 0 : told;
  }

  /** Records not acknowledged yet. */
  waiting(): number {
    return this.day_.journal.end - this.acknowledged;
  }

  /** Parcels handed over in this journal. */
  handedOver(): number {
    return this.day_.journal.last ? this.day_.journal.last.handedOver : 0;
  }

  /**
   * Writes a record's body, then the parcel index. A fault stops the day.
   * @param parcelIndex place in the manifest of the parcel it is about, −1 for none
   */
  write(entry: RecordEntry, parcelIndex: number): FaultNumber {
    const day = this.day_;
    let fault = day.journal.append(this.body_(entry));
    const kind = indexKindOf(entry.type);
    if (fault === FaultNumber.None && kind !== 0 && parcelIndex >= 0) {
      fault = day.index.note(parcelIndex, kind, entry.reason || 0);
    }
    if (fault !== FaultNumber.None) day.stopped = fault;
    return fault;
  }

  /** Completes the last record's MAC; after the screen is drawn. */
  seal(): void {
    const fault = this.day_.journal.seal();
    if (fault !== FaultNumber.None) this.day_.stopped = fault;
  }

  private body_(entry: RecordEntry): RecordBody {
    let handedOver = this.handedOver();
    if (entry.type === RecordType.HandedOver) handedOver++;
    if (entry.type === RecordType.Reversed && handedOver > 0) handedOver--;
    return {
      type: entry.type,
      flags: (entry.flags || 0) | (this.time_.estimated ? RecordFlag.ClockEstimated : 0),
      reason: entry.reason || 0,
      tries: entry.tries || 0,
      time_s: this.time_.now_s(),
      parcel: entry.parcel || 0,
      code: entry.code || 0,
      proof: entry.proof || NO_PROOF,
      handedOver: handedOver,
      detail: entry.detail || 0,
      triesInAll: this.day_.ledger.triesInAll(),
      battery: this.board_.power.battery(),
      acknowledged: this.acknowledged,
    };
  }
}
