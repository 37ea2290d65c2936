// The handheld: joins board, keys, day, sync, dock and screens. One screen at a time; keys, scans, the link and the
// service port all come in here. Nothing in it knows what board it runs on.
import type { Board } from "../../hal/contract/board.ts";
import type { Timer } from "../../hal/contract/clock.ts";
import { Tone } from "../../hal/contract/sounder.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { checkDigitHolds, normaliseTracking } from "../../src/shared/tracking-number.ts";
import { TrustedTime } from "./clock/trusted-time.ts";
import { openActiveDay } from "./day.ts";
import { Dock, type DockHost } from "./dock/dock.ts";
import { readPast } from "./dock/past.ts";
import { ProofGuard } from "./dock/proof-guard.ts";
import type { SelfTest } from "./dock/self-test.ts";
import { ServicePort } from "./dock/service-port.ts";
import { DoorCheck } from "./door/door-check.ts";
import { Release } from "./door/release.ts";
import { type Verdict, verdict, VerdictKind } from "./door/verdict.ts";
import { type Keys, readKeys } from "./keys.ts";
import type { Parcel } from "./manifest/manifest.ts";
import { Recorder } from "./records.ts";
import { findLostTries } from "./recovery.ts";
import { idleScreen } from "./screens/idle.screen.ts";
import { parcelScreen } from "./screens/parcel.screen.ts";
import { render } from "./screens/renderer.ts";
import type { DayServices, Screen, Shell } from "./screens/screen.ts";
import { verdictScreen } from "./screens/verdict.screen.ts";
import { type View, viewText } from "./screens/view.ts";
import { SyncScheduler } from "./sync/sync-scheduler.ts";
import { SyncSession } from "./sync/sync-session.ts";

const AFTER_DRAWING_MS = 1;
/** Screens that stay are drawn again for the clock. */
const REFRESH_MS = 60000;

/** One running handheld. */
export class Handheld implements Shell {
  readonly board: Board;
  readonly time: TrustedTime;
  private keys_: Keys | undefined;
  private services_: DayServices | undefined;
  private session_: SyncSession | undefined;
  private scheduler_: SyncScheduler | undefined;
  private screen_: Screen;
  private view_: View;
  private timeout_: Timer | undefined;
  private guarded_: boolean;
  private test_: SelfTest | undefined;
  /** Journal slots in use when the scheduler was last told. */
  private lastEnd_: number;

  constructor(board: Board) {
    this.board = board;
    this.time = new TrustedTime(board.clock);
    this.screen_ = idleScreen(this);
    this.view_ = this.screen_.view();
    this.guarded_ = false;
    this.test_ = undefined;
    this.lastEnd_ = 0;
  }

  /** Opens what flash holds, draws the first screen, then listens. */
  start(): void {
    this.reopen();
    const guard = new ProofGuard(this.board.clock);
    const host: DockHost = {
      board: this.board,
      time: this.time,
      keys: () => this.keys_,
      day: () => (this.services_ ? this.services_.day : undefined),
      session: () => this.session_,
      unsent: () => this.unsent_(),
      syncing: () => {
        if (this.scheduler_) this.scheduler_.postpone();
      },
      synced: (fault) => {
        if (this.scheduler_) this.scheduler_.ended(fault);
      },
      reopen: () => this.reopen(),
      screen: () => viewText(this.view_, this.guarded_ ? "" : this.view_.hint),
      test: () => this.test_,
      testing: (test) => {
        if (test) this.show(test);
        else if (this.test_) this.home();
        this.test_ = test;
      },
    };
    const dock = new Dock(host, guard);
    this.board.keypad.onKey((key) => this.key_(key));
    this.board.scanner.onScan((label) => this.scan_(label));
    this.board.service.onConnect((send) => {
      const port = new ServicePort(dock, guard, send);
      return (bytes) => port.take(bytes);
    });
    this.board.link.onUp(() => {
      if (this.scheduler_) this.scheduler_.linkReturned();
    });
    this.board.started();
  }

  /** Opens key and day again: at start, and when the dock changed them. */
  reopen(): void {
    const board = this.board;
    if (this.scheduler_) this.scheduler_.stop();
    this.services_ = this.session_ = this.scheduler_ = undefined;
    this.keys_ = readKeys(board.flash, board.hash);
    if (this.keys_) this.openDay_(this.keys_);
    this.home();
    if (this.scheduler_) (this.scheduler_ as SyncScheduler).linkReturned();
  }

  services(): DayServices | undefined {
    return this.services_;
  }

  scheduler(): SyncScheduler | undefined {
    return this.scheduler_;
  }

  isProvisioned(): boolean {
    return this.keys_ !== undefined;
  }

  show(screen: Screen): void {
    this.test_ = undefined; // whatever else is shown ends it
    this.screen_ = screen;
    this.guarded_ = screen.guard_ms > 0;
    this.redraw();
    if (this.guarded_) {
      this.board.clock.after(screen.guard_ms, () => {
        if (this.screen_ === screen && this.guarded_) {
          this.guarded_ = false;
          this.draw_();
        }
      });
    }
    this.board.clock.after(AFTER_DRAWING_MS, () => this.afterDrawing_());
  }

  redraw(): void {
    this.view_ = this.screen_.view();
    this.draw_();
    if (this.view_.tone !== Tone.Silent) this.board.sounder.play(this.view_.tone);
    this.armTimeout_();
  }

  home(): void {
    this.show(idleScreen(this));
  }

  showVerdict(parcel: Parcel | undefined, result: Verdict): void {
    this.show(verdictScreen(this, parcel, result));
  }

  lookUp(label: string): void {
    const services = this.services_;
    if (!services) return this.home();
    const tracking = normaliseTracking(label);
    const parcel = services.day.manifest.find(tracking);
    if (!parcel) {
      const kind = checkDigitHolds(tracking) ? VerdictKind.NotOnRound : VerdictKind.WrongCheckDigit;
      const stopped = services.day.stopped || (services.day.manifest.damaged ? FaultNumber.ManifestAltered : 0);
      return this.showVerdict(undefined, stopped ? verdict(VerdictKind.Stopped, stopped) : verdict(kind));
    }
    const judged = services.door.judge(parcel);
    const open = judged.kind === VerdictKind.AskCode || judged.kind === VerdictKind.NoCodeNeeded;
    this.show(open ? parcelScreen(this, parcel, judged) : verdictScreen(this, parcel, judged));
  }

  private openDay_(keys: Keys): void {
    const board = this.board;
    const day = openActiveDay(board, keys);
    let recorder: Recorder | undefined;
    if (day) {
      this.time.setFloor(day.manifest.header.sealedAt_s, true);
      if (day.journal.last) this.time.setFloor(day.journal.last.time_s, false);
      recorder = new Recorder(board, this.time, day);
      this.services_ = {
        day: day,
        door: new DoorCheck(board, day, this.time, recorder),
        release: new Release(board, keys, day, recorder),
        recorder: recorder,
      };
    } else this.time.setFloor(readPast(board).sealedAt_s, true);
    this.session_ = new SyncSession({ board: board, keys: keys, time: this.time, day: day, recorder: recorder });
    this.scheduler_ = new SyncScheduler(
      board,
      keys,
      this.session_,
      () => this.time.now_s(),
      () => this.synced_(),
    );
  }

  /** What may wait until a screen stands: the last record's MAC, tries without a record, the next sync. */
  private afterDrawing_(): void {
    const services = this.services_;
    if (!services) return;
    services.recorder.seal();
    this.noteLostTries_(services);
    const end = services.day.journal.end;
    if (this.scheduler_ && end !== this.lastEnd_) this.scheduler_.recordWritten();
    this.lastEnd_ = end;
  }

  private noteLostTries_(services: DayServices): void {
    const stopped = services.day.stopped;
    // Where ledger or manifest is not to be trusted, nothing is read out of it.
    if (stopped === FaultNumber.ManifestLost || stopped === FaultNumber.LedgerHeader) return;
    findLostTries(services.day, (tries, code) =>
      services.recorder.write({ type: RecordType.TryFound, tries: tries, code: code }, -1),
    );
    services.recorder.seal();
  }

  private unsent_(): number {
    const services = this.services_;
    if (!services) return 0;
    this.noteLostTries_(services);
    return services.recorder.waiting();
  }

  /** A sync ended: screens that stay by themselves show it at once, others when they are left. */
  private synced_(): void {
    if (this.screen_.timeout_ms === 0 && !this.guarded_) this.refresh_();
  }

  private refresh_(): void {
    this.view_ = this.screen_.view();
    this.draw_();
  }

  /** Draws the view; while keys are still ignored, without the hint that names them. */
  private draw_(): void {
    render(this.board.display, this.view_, this.guarded_ ? "" : this.view_.hint);
  }

  private armTimeout_(): void {
    if (this.timeout_) this.timeout_.cancel();
    const stays = this.screen_.timeout_ms === 0;
    this.timeout_ = this.board.clock.after(stays ? REFRESH_MS : this.screen_.timeout_ms, () => {
      if (!stays) return this.home();
      this.refresh_();
      this.armTimeout_();
    });
  }

  private key_(key: number): void {
    if (!this.guarded_) this.screen_.key(key);
  }

  private scan_(label: string): void {
    if (this.test_) this.test_.scanned(label);
    else if (this.screen_.takesScans && this.services_ && !this.guarded_) this.lookUp(label);
    else this.board.sounder.play(Tone.Bad);
  }
}
