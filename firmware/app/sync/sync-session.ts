// One exchange with the depot, SPEC.md §9: what is sent, and what a reply may change. The same over HTTP and at the
// dock. Nothing a reply says is believed before its MAC and its nonce hold.
import type { Board } from "../../../hal/contract/board.ts";
import { sameBytes, zeros } from "../../../src/shared/wire/bytes.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import {
  checkReply,
  decodeReply,
  encodeRequest,
  NONCE_BYTES,
  RECORDS_PER_REQUEST,
  type SlotRecord,
  SyncFlag,
  type SyncReply,
  SyncStatus,
} from "../../../src/shared/wire/sync.ts";
import { UpdateKind, decodeUpdate } from "../../../src/shared/wire/update.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { FIRMWARE_VERSION } from "../version.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import type { Day } from "../day.ts";
import type { Keys } from "../keys.ts";
import type { Recorder } from "../records.ts";
import { applyRelease } from "../recovery.ts";

/** What the depot names when no valid record is among those acknowledged. */
const NO_MAC = zeros(16);

/** What a session works on; day and recorder are undefined while no manifest is active. */
export interface SyncParts {
  board: Board;
  keys: Keys;
  time: TrustedTime;
  day: Day | undefined;
  recorder: Recorder | undefined;
}

/** Builds requests and takes replies. */
export class SyncSession {
  /** The depot's time in the last good reply, 0 before; for maintenance, which may come long after the day. */
  depotTime_s: number;
  private parts_: SyncParts;
  private nonce_: Uint8Array;
  private from_: number;
  /** End of what the outstanding request tells of; −1 when none is outstanding. */
  private to_: number;
  /** Whether the last reply brought updates. */
  private gotUpdates_: boolean;
  /** Whether the last reply acknowledged what this journal does not hold; told with the next request. */
  private refused_: boolean;

  constructor(parts: SyncParts) {
    this.parts_ = parts;
    this.depotTime_s = 0;
    this.nonce_ = zeros(NONCE_BYTES);
    this.from_ = 0;
    this.to_ = -1;
    this.gotUpdates_ = false;
    this.refused_ = false;
  }

  /** The next request: up to 24 records from the first one not acknowledged. */
  request(): Uint8Array {
    const parts = this.parts_;
    const day = parts.day;
    const records: SlotRecord[] = [];
    this.from_ = this.to_ = parts.recorder ? parts.recorder.acknowledged : 0;
    if (day && parts.recorder) {
      parts.recorder.seal();
      while (this.to_ < day.journal.end && records.length < RECORDS_PER_REQUEST) {
        if (day.journal.isValid(this.to_)) records.push({ slot: this.to_, record: day.journal.read(this.to_) });
        this.to_++;
      }
    }
    this.nonce_ = parts.board.entropy.random(NONCE_BYTES);
    return encodeRequest(parts.board.hash, parts.keys.subkey("sync"), {
      flags:
        (parts.time.estimated ? SyncFlag.ClockEstimated : 0) | (this.refused_ ? SyncFlag.AcknowledgementRefused : 0),
      device: parts.keys.device,
      keyEpoch: parts.keys.keyEpoch,
      sequence: day ? day.manifest.header.sequence : 0,
      journalEpoch: day ? day.manifest.header.journalEpoch : 0,
      nonce: this.nonce_,
      time_s: parts.time.now_s(),
      lastUpdate: day ? day.updates.last : 0,
      from: this.from_,
      to: this.to_,
      end: day ? day.journal.end : 0,
      battery: parts.board.power.battery(),
      firmware: FIRMWARE_VERSION,
      records: records,
    });
  }

  /**
   * Takes the reply to the outstanding request.
   * @returns None, or why nothing (or, for updates, not everything) was taken
   */
  take(bytes: Uint8Array): FaultNumber {
    if (this.to_ < 0) return FaultNumber.SyncStale;
    const parts = this.parts_;
    const fault = checkReply(parts.board.hash, parts.keys.subkey("sync"), bytes, this.nonce_);
    if (fault !== FaultNumber.None) return fault;
    const sent = this.to_;
    this.to_ = -1; // a reply counts once
    const reply = decodeReply(bytes);
    const epoch = parts.day ? parts.day.manifest.header.journalEpoch : 0;
    if (reply.device !== parts.keys.device || reply.journalEpoch !== epoch) return FaultNumber.SyncStale;
    this.depotTime_s = reply.time_s;
    this.gotUpdates_ = false;
    if (reply.status === SyncStatus.Conflict) return FaultNumber.SyncConflict;
    if (reply.status === SyncStatus.UnknownJournal) return FaultNumber.SyncUnknownJournal;
    if (reply.status > SyncStatus.UnknownJournal) return FaultNumber.SyncGarbage;
    const refused = this.takeAcknowledgement_(reply, sent);
    if (refused !== FaultNumber.None) return refused;
    const clock = parts.time.adjust(reply.time_s, parts.day ? parts.day.manifest.header : undefined);
    return this.takeUpdates_(reply) || clock || (reply.status === SyncStatus.Closed ? FaultNumber.SyncClosed : 0);
  }

  /** Whether another request should follow at once: records wait, or updates came that the depot shall see stored. */
  hasMore(): boolean {
    const recorder = this.parts_.recorder;
    return recorder !== undefined && (this.gotUpdates_ || recorder.waiting() > 0);
  }

  private takeAcknowledgement_(reply: SyncReply, sent: number): FaultNumber {
    const day = this.parts_.day;
    const recorder = this.parts_.recorder;
    if (!day || !recorder) return FaultNumber.None;
    this.refused_ =
      reply.acknowledged > day.journal.end ||
      !sameBytes(day.journal.macBefore(reply.acknowledged, NO_MAC), reply.lastMac);
    if (this.refused_) return FaultNumber.SyncAcknowledgement;
    const stuck = sent > this.from_ && reply.acknowledged === this.from_;
    recorder.acknowledged = reply.acknowledged;
    return stuck ? FaultNumber.SyncAcknowledgement : FaultNumber.None;
  }

  private takeUpdates_(reply: SyncReply): FaultNumber {
    const day = this.parts_.day;
    // A stopped day decides nothing any more, and where its updates end may not be known.
    if (!day || day.stopped !== FaultNumber.None) return FaultNumber.None;
    for (const bytes of reply.updates) {
      const before = day.updates.last;
      const fault = day.updates.store(bytes) || (day.updates.last > before ? this.apply_(day, bytes) : 0);
      if (fault !== FaultNumber.None) return fault;
      this.gotUpdates_ = true;
    }
    return FaultNumber.None;
  }

  /** Releases open their lock and are journalled; voids and replacements are read where they are needed. */
  private apply_(day: Day, bytes: Uint8Array): FaultNumber {
    const update = decodeUpdate(bytes);
    if (update.kind !== UpdateKind.Release || !this.parts_.recorder) return FaultNumber.None;
    const entry = { type: RecordType.Released, code: update.code, parcel: update.parcel, detail: update.releaseIndex };
    return applyRelease(day, update.code, update.releaseIndex) || this.parts_.recorder.write(entry, -1);
  }
}
