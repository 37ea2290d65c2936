// The handheld's end of dock and bench: answers each command of SPEC.md §10 with a fault number and data. What changes
// state is authenticated by what it carries: a manifest's MAC, a sync reply's MAC, the technician's MAC.
import type { Board } from "../../../hal/contract/board.ts";
import { readU32, sameBytes } from "../../../src/shared/wire/bytes.ts";
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { decodeKeyFile, KEY_FILE_BYTES } from "../../../src/shared/wire/key-file.ts";
import { answerData, Command, encodeHello } from "../../../src/shared/wire/service-frame.ts";
import type { Day } from "../day.ts";
import { KEY_FILE_NAME, KNOWN_FILES, otherSlot } from "../files.ts";
import type { Keys } from "../keys.ts";
import type { SyncSession } from "../sync/sync-session.ts";
import type { TrustedTime } from "../clock/trusted-time.ts";
import { FIRMWARE_VERSION } from "../version.ts";
import { eraseDay, Loader } from "./loader.ts";
import { writePast } from "./past.ts";

const BATTERY_FOR_MAINTENANCE = 20;

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
}

/** Answers commands. */
export class Dock {
  private host_: DockHost;
  private loader_: Loader | undefined;
  private given_: Uint8Array | undefined;

  constructor(host: DockHost) {
    this.host_ = host;
    this.loader_ = undefined;
    this.given_ = undefined;
  }

  /** One command in, the answer's data out; never throws. */
  answer(command: number, data: Uint8Array): Uint8Array {
    this.given_ = undefined;
    const fault = this.run_(command, data);
    return answerData(fault, fault === FaultNumber.None ? this.given_ : undefined);
  }

  /** Runs a command; what it gives besides its fault is left in `given_`. */
  private run_(command: number, data: Uint8Array): FaultNumber {
    switch (command) {
      case Command.Hello:
        this.given_ = this.hello_();
        return FaultNumber.None;
      case Command.Provision:
        return this.provision_(data);
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
        return this.maintain_();
      default:
        return command === 0 ? FaultNumber.DockBadFrame : FaultNumber.DockUnknownCommand;
    }
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
      free: this.host_.board.flash.free(),
      firmware: FIRMWARE_VERSION,
      board: this.host_.board.name,
    });
  }

  /** The first key is taken as it comes; a later one only with the technician's MAC and nothing unsent. */
  private provision_(data: Uint8Array): FaultNumber {
    const board = this.host_.board;
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
      board: this.host_.board,
      keys: keys,
      time: this.host_.time,
      day: this.host_.day(),
      unsent: () => this.host_.unsent(),
    });
    return this.loader_.begin(head);
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

  /**
   * Retires the day when it is over and all of it is acknowledged, then compacts: the one step a power cut may hurt. Files
   * half moved could read as if less had been spent, so the key goes first and comes back last: without it nothing opens.
   */
  private maintain_(): FaultNumber {
    const board = this.host_.board;
    const flash = board.flash;
    const day = this.host_.day();
    const session = this.host_.session();
    if (!board.power.isDocked() || board.power.battery() < BATTERY_FOR_MAINTENANCE) return FaultNumber.DockNoPower;
    if (!session) return FaultNumber.KeyMissing;
    if (this.host_.unsent() > 0) return FaultNumber.DockUnsent;
    const key = flash.read(KEY_FILE_NAME, 0, KEY_FILE_BYTES);
    // Both clocks must say so: one wrong clock at the depot must not retire a day with what is spent in it.
    const own = this.host_.time;
    const until_s = day ? day.manifest.header.validUntil_s : 0;
    const isOver = day && session.depotTime_s >= until_s && (own.estimated || own.now_s() >= until_s);
    flash.erase(KEY_FILE_NAME);
    flash.tidy(KNOWN_FILES); // what cannot be cleared away is gone with the compaction
    // The other slot may hold what a load's last cut left of the day before: never to be taken for a stranded journal.
    if (day) eraseDay(board, otherSlot(day.slot));
    if (isOver) eraseDay(board, day.slot);
    const sums = checkSums(board);
    flash.compact();
    if (isOver) eraseDay(board, day.slot); // once more: a word that did not program may have kept a file, and has moved
    // A worn page may not have taken what was moved onto it: then the key stays away, too.
    const fault =
      (sums === checkSums(board) ? FaultNumber.None : FaultNumber.FlashWriteTorn) ||
      (isOver ? writePast(board, day.manifest.header) : FaultNumber.None) ||
      flash.create(KEY_FILE_NAME, KEY_FILE_BYTES, key);
    this.host_.reopen();
    return fault;
  }
}

/** Checks of all that the handheld's files hold, a kilobyte at a time. */
function checkSums(board: Board): string {
  let sums = "";
  for (const name of KNOWN_FILES.slice(1, -1).split(",")) {
    for (let at = 0, size = board.flash.size(name); at < size; at += 1024) {
      sums += board.hash.crc32(board.flash.read(name, at, 1024)) + name;
    }
  }
  return sums;
}
