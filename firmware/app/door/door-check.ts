// The door check, DESIGN.md §3.2, in this order and no other: count the try in flash and read it back, hash one block,
// compare the tag, journal an acceptance and mark it in the ledger; only then does the caller draw the verdict.
// Nothing made from refused digits outlives this function.
import type { Board } from "../../../hal/contract/board.ts";
import { codeDigest, proofOf, tagOf } from "../../../src/shared/crypto/code-digest.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { CodeFlag, ParcelFlag, PolicyFlag } from "../../../src/shared/wire/manifest.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import type { Day } from "../day.ts";
import { triesInAll } from "../ledger/ledger.ts";
import type { Code, Parcel } from "../manifest/manifest.ts";
import type { Recorder } from "../records.ts";
import { type Verdict, verdict, VerdictKind } from "./verdict.ts";

/** Judges parcels and codes of one day. */
export class DoorCheck {
  private board_: Board;
  private day_: Day;
  private time_: TrustedTime;
  private recorder_: Recorder;
  /** The code that was judged last. */
  private code_: Code | undefined;

  constructor(board: Board, day: Day, time: TrustedTime, recorder: Recorder) {
    this.board_ = board;
    this.day_ = day;
    this.time_ = time;
    this.recorder_ = recorder;
    this.code_ = undefined;
  }

  /** What stands in the way of handing this parcel over; AskCode or NoCodeNeeded when nothing does. */
  judge(parcel: Parcel): Verdict {
    if (this.day_.stopped !== FaultNumber.None) return this.stop_(this.day_.stopped);
    if (this.day_.manifest.damaged) return this.stop_(FaultNumber.ManifestAltered); // the parcel was read from it
    const handedOver = this.day_.index.state(parcel.index).handedOver;
    if (handedOver || parcel.flags & ParcelFlag.HandedOver) return verdict(VerdictKind.AlreadyHandedOver);
    const code = parcel.codeIndex < 0 ? undefined : this.currentCode(parcel);
    this.code_ = code;
    if (this.day_.manifest.damaged) return this.stop_(FaultNumber.ManifestAltered);
    if (code && this.isAccepted_(code)) return verdict(VerdictKind.AlreadyAccepted);
    const general = this.judgeDay_();
    if (general) return general;
    if ((parcel.flags & ParcelFlag.Protected) === 0) return verdict(VerdictKind.NoCodeNeeded);
    return code ? this.judgeCode_(code) : verdict(VerdictKind.CodeReplaced);
  }

  private judgeCode_(code: Code): Verdict {
    if (code.flags & CodeFlag.Void) return verdict(VerdictKind.CodeReplaced);
    if (code.day !== this.day_.manifest.header.day) {
      return verdict(VerdictKind.NotToday, code.day);
    }
    const left = this.triesLeft(code);
    if (left <= 0) return verdict(VerdictKind.Locked);
    if (this.deviceTriesLeft() <= 0) return verdict(VerdictKind.DeviceLocked);
    const room = this.day_.journal.hasRoom() && this.day_.ledger.hasRoom();
    return verdict(room ? VerdictKind.AskCode : VerdictKind.JournalNearlyFull, left);
  }

  /** The code that counts for a parcel now, updates included; its Void flag says whether it is dead. */
  currentCode(parcel: Parcel): Code {
    const manifest = this.day_.manifest;
    return this.day_.updates.current(manifest.code(parcel.codeIndex), manifest.header.codes, (code) =>
      this.isAccepted_(code),
    );
  }

  /** Whether a code was accepted, here or before the manifest was sealed: then it is spent, and nothing replaces it. */
  private isAccepted_(code: Code): boolean {
    return (code.flags & CodeFlag.Accepted) !== 0 || this.day_.ledger.spent(code.row).accepted;
  }

  /** Tries left before a code locks. */
  triesLeft(code: Code): number {
    const spent = this.day_.ledger.spent(code.row);
    const allowed = this.day_.manifest.header.triesPerCode * (1 + code.releasesKnown + spent.releases);
    return allowed - triesInAll(spent, code.triesKnown);
  }

  /** Tries left before the whole device locks. */
  deviceTriesLeft(): number {
    const ledger = this.day_.ledger;
    const allowed = this.day_.manifest.header.triesPerDevice * (1 + ledger.deviceReleases());
    return allowed - ledger.deviceFailures();
  }

  /**
   * Tries six digits on a parcel.
   * @param digits six characters 0…9; the caller forgets them afterwards
   */
  tryCode(parcel: Parcel, digits: string): Verdict {
    const before = this.judge(parcel);
    const code = this.code_;
    if (before.kind !== VerdictKind.AskCode || !code) return before;
    const spent = this.day_.ledger.spent(code.row);
    const counted = this.day_.ledger.countTry(code.row, spent.tries + 1);
    if (counted !== FaultNumber.None) return this.stop_(counted);
    const digest = codeDigest(this.board_.hash, code.salt, digits);
    return tagOf(digest, code.tagBits) === code.tag
      ? this.accept_(parcel, code, proofOf(digest))
      : this.refuse_(parcel, code);
  }

  private accept_(parcel: Parcel, code: Code, proof: Uint8Array): Verdict {
    const fault =
      this.recorder_.write(this.entry_(RecordType.Accepted, parcel, code, proof), -1) ||
      this.day_.ledger.accept(code.row);
    return fault === FaultNumber.None ? verdict(VerdictKind.Accepted) : this.stop_(fault);
  }

  private refuse_(parcel: Parcel, code: Code): Verdict {
    const fault = this.recorder_.write(this.entry_(RecordType.Wrong, parcel, code, undefined), -1);
    if (fault !== FaultNumber.None) return this.stop_(fault);
    const left = this.triesLeft(code);
    if (left <= 0) return verdict(VerdictKind.Locked);
    if (this.deviceTriesLeft() <= 0) return verdict(VerdictKind.DeviceLocked);
    return verdict(VerdictKind.Wrong, left);
  }

  private entry_(type: RecordType, parcel: Parcel, code: Code, proof: Uint8Array | undefined) {
    const tries = triesInAll(this.day_.ledger.spent(code.row), code.triesKnown);
    return { type: type, parcel: parcel.id, code: code.id, tries: tries, proof: proof };
  }

  /** What stands in the way of every parcel not accepted yet; undefined when nothing does. */
  private judgeDay_(): Verdict | undefined {
    const day = this.day_;
    const header = day.manifest.header;
    const now_s = this.time_.now_s();
    if (this.time_.estimated && header.policyFlags & PolicyFlag.RefuseEstimatedClock) {
      return verdict(VerdictKind.ClockUnset);
    }
    const early = now_s < header.validFrom_s;
    if (now_s >= header.validUntil_s || (early && !this.time_.estimated)) return verdict(VerdictKind.NotToday);
    if (!day.index.hasRoom()) return verdict(VerdictKind.JournalNearlyFull);
    return undefined;
  }

  private stop_(fault: FaultNumber): Verdict {
    this.day_.stopped = fault;
    return verdict(VerdictKind.Stopped, fault);
  }
}
