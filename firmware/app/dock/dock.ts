// What the commands of dock and bench do, SPEC.md §10.4: each is answered with a fault number and data. Who may ask is
// decided before, in the service port; manifests, sync replies and keys carry MACs of their own besides.
import type { Board } from "../../../hal/contract/board.ts";
import { readU32, sameBytes, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { decodeKeyFile, KEY_FILE_BYTES } from "../../../src/shared/wire/key-file.ts";
import { encodeDiagnostics, encodeHello } from "../../../src/shared/wire/service-data.ts";
import { answerData, Command } from "../../../src/shared/wire/service-frame.ts";
import type { Day } from "../day.ts";
import { dayFiles, KEY_FILE_NAME, KNOWN_FILES } from "../files.ts";
import type { Keys } from "../keys.ts";
import type { SyncSession } from "../sync/sync-session.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import { FIRMWARE_VERSION } from "../version.ts";
import { eraseDay, Loader } from "./loader.ts";
import { maintain, wipe } from "./maintenance.ts";
import type { ProofGuard } from "./proof-guard.ts";
import { SelfTest } from "./self-test.ts";
import { keepSettings, readSettings } from "./settings.ts";
import { slotStep } from "./slot.ts";

const REBOOT_MS = 100;

/** What the dock needs of the running handheld. */
export interface DockHost {
  board: Board;
  time: TrustedTime;
  keys(): Keys | undefined;
  day(): Day | undefined;
  session(): SyncSession | undefined;
  /** Records not acknowledged, tries without a record journalled first. */
  unsent(): number;
  /** A sync session begins at the dock. */
  syncing(): void;
  /** A sync session ended at the dock. */
  synced(fault: FaultNumber): void;
  /** Key, manifest or clock changed: open everything again. */
  reopen(): void;
  /** The view on the display as text. */
  screen(): string;
  /** Keys and labels go to the self-test; undefined: back to the app. */
  testing(test: SelfTest | undefined): void;
  /** The self-test that runs. */
  test(): SelfTest | undefined;
}

/** Answers commands. */
export class Dock {
  readonly board: Board;
  private host_: DockHost;
  private guard_: ProofGuard;
  private loader_: Loader | undefined;
  private given_: Uint8Array | undefined;

  constructor(host: DockHost, guard: ProofGuard) {
    this.board = host.board;
    this.host_ = host;
    this.guard_ = guard;
    this.loader_ = undefined;
    this.given_ = undefined;
  }

  /** Key and subkeys; undefined without a key. */
  keys(): Keys | undefined {
    return this.host_.keys();
  }

  /**
   * One command in, the answer's data out; never throws.
   * @param isTechnician asked with the technician's key, or before there is any
   */
  answer(command: number, data: Uint8Array, isTechnician: boolean): Uint8Array {
    this.given_ = undefined;
    const fault = this.run_(command, data, isTechnician);
    return answerData(fault, fault === FaultNumber.None ? this.given_ : undefined);
  }

  /** Runs a command; what it gives besides its fault is left in `given_`. */
  private run_(command: number, data: Uint8Array, isTechnician: boolean): FaultNumber {
    switch (command) {
      case Command.Hello:
        return this.give_(this.hello_());
      case Command.LoadBegin:
        return this.begin_(data);
      case Command.LoadData:
        return this.data_(data);
      case Command.LoadCommit:
        return this.commit_();
      case Command.SyncRequest:
        return this.syncRequest_();
      case Command.SyncReply:
        return this.syncReply_(data);
      case Command.Maintenance:
        return maintain(this.host_);
      case Command.Time:
        return this.time_(data);
      case Command.Diagnostics:
        return this.give_(this.diagnostics_());
      case Command.Reboot:
        this.board.clock.after(REBOOT_MS, () => this.board.reboot());
        return FaultNumber.None;
      case Command.LoadCheck:
        return this.loadCheck_();
      case Command.Provision:
      case Command.Settings:
      case Command.SelfTest:
      case Command.Console:
      case Command.Slot:
      case Command.Wipe:
        return isTechnician ? this.bench_(command, data) : FaultNumber.DockTechnicianOnly;
      default:
        return this.give_(this.board.bench(command, data, this.host_.screen()));
    }
  }

  /** What only the technician may ask for. */
  private bench_(command: number, data: Uint8Array): FaultNumber {
    switch (command) {
      case Command.Provision:
        return this.provision_(data);
      case Command.Settings: {
        const fault = data.length > 0 ? keepSettings(this.board, data) : FaultNumber.None;
        return fault || this.give_(readSettings(this.board));
      }
      case Command.SelfTest:
        return this.selfTest_(data);
      case Command.Slot:
        return this.give_(slotStep(this.board, data));
    }
    if (data.length !== 1 || data[0] > 1) return FaultNumber.DockBadFrame;
    if (command === Command.Wipe) return wipe(this.host_, data[0] === 1);
    this.board.openConsole(data[0] === 1);
    return FaultNumber.None;
  }

  /** Leaves what a command gives; a fault is passed on. */
  private give_(data: Uint8Array | FaultNumber): FaultNumber {
    if (typeof data === "number") return data;
    this.given_ = data;
    return FaultNumber.None;
  }

  private selfTest_(data: Uint8Array): FaultNumber {
    if (data.length === 0) return FaultNumber.DockBadFrame;
    if (data[0] === 0) {
      this.host_.testing(undefined);
      return FaultNumber.None;
    }
    let test = this.host_.test();
    if (!test) test = new SelfTest(this.board);
    this.host_.testing(test);
    return this.give_(test.run(data));
  }

  private time_(data: Uint8Array): FaultNumber {
    const time = this.host_.time;
    const day = this.host_.day();
    if (data.length !== 0 && data.length !== 4) return FaultNumber.DockBadFrame;
    const fault = data.length > 0 ? time.adjust(readU32(data, 0), day && day.manifest.header) : FaultNumber.None;
    if (fault !== FaultNumber.None) return fault;
    const bytes = zeros(5);
    writeU32(bytes, 0, time.now_s());
    bytes[4] = time.estimated ? 1 : 0;
    return this.give_(bytes);
  }

  private loadCheck_(): FaultNumber {
    const day = this.host_.day();
    if (!day) return FaultNumber.ManifestNone;
    const length = day.manifest.header.totalBytes;
    const sum = this.board.flash.sum(dayFiles(day.slot).manifest, length);
    if (sum < 0) return FaultNumber.ManifestTruncated;
    const bytes = zeros(8);
    writeU32(bytes, 0, length);
    writeU32(bytes, 4, sum);
    return this.give_(bytes);
  }

  private diagnostics_(): Uint8Array {
    const day = this.host_.day();
    return encodeDiagnostics({
      stopped: day ? day.stopped : 0,
      failedProofs: this.guard_.failures,
      journalEnd: day ? day.journal.end : 0,
      journalSlots: day ? day.manifest.header.journalSlots : 0,
      day: day ? day.manifest.header.day : 0,
      parcels: day ? day.manifest.header.parcels : 0,
      deviceFailures: day && !day.stopped ? day.ledger.deviceFailures() : 0,
      link: this.board.link.isUp(),
      slot: day ? day.slot : "",
      about: this.board.about(),
    });
  }

  private hello_(): Uint8Array {
    const keys = this.host_.keys();
    const day = this.host_.day();
    return encodeHello({
      device: keys ? keys.device : 0,
      keyEpoch: keys ? keys.keyEpoch : 0,
      sequence: day ? day.manifest.header.sequence : 0,
      journalEpoch: day ? day.manifest.header.journalEpoch : 0,
      unsent: this.host_.unsent(),
      free: this.board.flash.free(),
      firmware: FIRMWARE_VERSION,
      battery: this.board.power.battery(),
      docked: this.board.power.isDocked(),
      board: this.board.name,
    });
  }

  /** The first key is taken as it comes; a later one only with the technician's MAC and nothing unsent. */
  private provision_(data: Uint8Array): FaultNumber {
    const board = this.board;
    const file = data.subarray(0, KEY_FILE_BYTES);
    const keys = this.host_.keys();
    if (keys) {
      const mac = hmac(board.hash, keys.subkey("technician"), [file]);
      if (!sameBytes(mac, data.subarray(KEY_FILE_BYTES))) return FaultNumber.KeyRefused;
      if (this.host_.unsent() > 0) return FaultNumber.DockUnsent;
    }
    if (!decodeKeyFile(board.hash, file)) return FaultNumber.KeyDamaged;
    const untidy = board.flash.tidy(KNOWN_FILES);
    if (untidy !== FaultNumber.None) return untidy;
    // Before anything is erased: erased bytes come back only with maintenance, which needs a key.
    if (board.flash.free() < KEY_FILE_BYTES) return FaultNumber.DockNeedsMaintenance;
    board.flash.erase(KEY_FILE_NAME); // first: with its key and without its day, a manifest of before would be taken again
    if (keys) {
      // Without a key (a damaged key file) the day may still be good under the key that comes now: it stays.
      eraseDay(board, "a");
      eraseDay(board, "b");
    }
    const fault = board.flash.create(KEY_FILE_NAME, KEY_FILE_BYTES, file);
    this.host_.reopen();
    return fault;
  }

  private begin_(head: Uint8Array): FaultNumber {
    const keys = this.host_.keys();
    if (!keys) return FaultNumber.KeyMissing;
    this.loader_ = new Loader({
      board: this.board,
      keys: keys,
      time: this.host_.time,
      day: this.host_.day(),
      unsent: () => this.host_.unsent(),
    });
    const fault = this.loader_.begin(head);
    if (fault !== FaultNumber.None) return fault;
    const there = zeros(4);
    writeU32(there, 0, this.loader_.there);
    return this.give_(there);
  }

  private data_(data: Uint8Array): FaultNumber {
    if (!this.loader_ || data.length < 4) return FaultNumber.DockNoLoad;
    return this.loader_.data(readU32(data, 0), data.subarray(4));
  }

  private commit_(): FaultNumber {
    if (!this.loader_) return FaultNumber.DockNoLoad;
    const fault = this.host_.unsent() > 0 ? FaultNumber.DockUnsent : this.loader_.commit();
    this.loader_ = undefined;
    if (fault === FaultNumber.None) this.host_.reopen();
    return fault;
  }

  private syncRequest_(): FaultNumber {
    const session = this.host_.session();
    if (!session) return FaultNumber.KeyMissing;
    this.host_.syncing();
    this.given_ = session.request();
    return FaultNumber.None;
  }

  private syncReply_(data: Uint8Array): FaultNumber {
    const session = this.host_.session();
    if (!session) return FaultNumber.KeyMissing;
    const fault = session.take(data);
    this.host_.synced(fault);
    return fault;
  }
}
