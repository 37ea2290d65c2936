// When to sync: as soon as the link returns, soon after a new record, now and then for updates; after a failure
// later and later. One request at a time, and never while a key is being handled.
import type { Board } from "../../../hal/contract/board.ts";
import type { Timer } from "../../../hal/contract/clock.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import type { Keys } from "../keys.ts";
import type { SyncSession } from "./sync-session.ts";

const AFTER_RECORD_MS = 2000;
const EVERY_MS = 300000;
const RETRY_FIRST_MS = 5000;
const RETRY_LAST_MS = 300000;
const MORE_MS = 20;
const DOCK_MS = 30000;

/** Runs sessions over the link. */
export class SyncScheduler {
  /** UTC seconds of the last session that went through, 0 for none since the start. */
  lastGood_s: number;
  /** UTC seconds and fault of the last failure; fault 0 for none since the last good one. */
  lastFailure_s: number;
  lastFault: FaultNumber;
  private board_: Board;
  private keys_: Keys;
  private session_: SyncSession;
  private now_s_: () => number;
  private changed_: () => void;
  private timer_: Timer | undefined;
  private busy_: boolean;
  private retry_ms_: number;
  private stopped_: boolean;

  /** @param changed called after each session, so that the screen can show it */
  constructor(board: Board, keys: Keys, session: SyncSession, now_s: () => number, changed: () => void) {
    this.board_ = board;
    this.keys_ = keys;
    this.session_ = session;
    this.now_s_ = now_s;
    this.changed_ = changed;
    this.lastGood_s = 0;
    this.lastFailure_s = 0;
    this.lastFault = FaultNumber.None;
    this.timer_ = undefined;
    this.busy_ = false;
    this.retry_ms_ = RETRY_FIRST_MS;
    this.stopped_ = false;
  }

  /** A record was written. */
  recordWritten(): void {
    if (this.lastFault === FaultNumber.None) this.in_(AFTER_RECORD_MS);
  }

  /** The link came back, or the handheld started. */
  linkReturned(): void {
    this.retry_ms_ = RETRY_FIRST_MS;
    this.in_(MORE_MS);
  }

  /** The dock is syncing: the link waits, for there is one request at a time. */
  postpone(): void {
    this.in_(DOCK_MS);
  }

  /** Ends it for good: another day, with a scheduler of its own, takes over. */
  stop(): void {
    this.stopped_ = true;
    if (this.timer_) this.timer_.cancel();
  }

  /** A session ended, over the link or at the dock: what the idle screen tells, and when the next one follows. */
  ended(fault: FaultNumber): void {
    if (fault === FaultNumber.None || fault === FaultNumber.SyncClosed) {
      this.lastGood_s = this.now_s_();
      this.retry_ms_ = RETRY_FIRST_MS;
      this.in_(this.session_.hasMore() ? MORE_MS : EVERY_MS);
    } else {
      this.lastFailure_s = this.now_s_();
      this.in_(this.retry_ms_);
      this.retry_ms_ = this.retry_ms_ * 2 < RETRY_LAST_MS ? this.retry_ms_ * 2 : RETRY_LAST_MS;
    }
    this.lastFault = fault;
    this.changed_();
  }

  private in_(delay_ms: number): void {
    if (this.timer_) this.timer_.cancel();
    if (this.stopped_) return;
    this.timer_ = this.board_.clock.after(delay_ms, () => {
      this.timer_ = undefined;
      this.run_();
    });
  }

  private run_(): void {
    this.in_(this.retry_ms_); // whatever goes wrong from here on, there is a next time
    if (this.busy_) return;
    if (!this.board_.link.isUp()) return this.ended(FaultNumber.SyncUnreachable);
    const url = this.keys_.depotUrl + "/v1/handhelds/" + this.keys_.device + "/sync";
    const request = this.session_.request();
    this.busy_ = true;
    this.board_.link.post(url, request, (fault, reply) => {
      this.busy_ = false;
      if (!this.stopped_) this.ended(fault === FaultNumber.None ? this.session_.take(reply) : fault);
    });
  }
}
