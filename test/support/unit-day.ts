// A loaded day for unit tests of the firmware: manifest, ledger, journal and the services above them, on a flash image
// that can be opened again and again. Everything is firmware source, run in Node.
import { openActiveDay, type Day } from "../../firmware/app/day.ts";
import { TrustedTime } from "../../firmware/app/clock/trusted-time.ts";
import { Loader } from "../../firmware/app/dock/loader.ts";
import { DoorCheck } from "../../firmware/app/door/door-check.ts";
import { Release } from "../../firmware/app/door/release.ts";
import { KEY_FILE_NAME } from "../../firmware/app/files.ts";
import { type Keys, readKeys } from "../../firmware/app/keys.ts";
import type { Parcel } from "../../firmware/app/manifest/manifest.ts";
import { Recorder } from "../../firmware/app/records.ts";
import { findLostTries } from "../../firmware/app/recovery.ts";
import { SyncSession } from "../../firmware/app/sync/sync-session.ts";
import type { Board } from "../../hal/contract/board.ts";
import { simBoard } from "../../hal/sim/sim-board.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { writeU32 } from "../../src/shared/wire/bytes.ts";
import { nodeHash } from "./node-hash.ts";
import { RecordingFlash, RecordingHash, type Step } from "./recording-parts.ts";
import { type Cut, TestHost } from "./test-host.ts";
import { NOON_S, sealRound, type SealedRound, testKeyFile, type TestRound } from "./test-round.ts";

export const UNIT_FLASH_BYTES = 64 * 1024;

/** Boards of unit tests carry this many parcels. */
export const UNIT_PARCELS_MAX = 512;

/** A board on a flash image, as after a start; the clock is unset. */
export class UnitBoard {
  readonly host: TestHost;
  readonly board: Board;

  constructor(image: Uint8Array, start_s = NOON_S) {
    this.host = new TestHost(image, start_s);
    this.board = simBoard(this.host, nodeHash, UNIT_PARCELS_MAX);
  }

  keys(): Keys {
    const keys = readKeys(this.board.flash, this.board.hash);
    if (keys === undefined) throw new Error("this board has no key");
    return keys;
  }
}

/** How a unit test's day is opened. */
export interface UnitOptions {
  /** Whether the wall clock survived; it did, when left out. */
  clockIsSet?: boolean;
  start_s?: number;
  /** Where flash and hash note what they are asked. */
  steps?: Step[];
  /** Fails in a write while the day is opened. */
  cut?: Cut;
}

/** An open day and what runs on it. */
export class UnitDay extends UnitBoard {
  readonly day: Day;
  readonly time: TrustedTime;
  readonly recorder: Recorder;
  readonly door: DoorCheck;
  readonly release: Release;
  readonly session: SyncSession;
  /** Set when the test asked for steps. */
  readonly flash: RecordingFlash;

  constructor(image: Uint8Array, options: UnitOptions = {}) {
    super(image, options.start_s);
    const { steps } = options;
    this.host.cut = options.cut;
    this.flash = new RecordingFlash(this.board.flash, steps);
    if (steps !== undefined) this.board.hash = new RecordingHash(nodeHash, steps);
    this.board.flash = this.flash;
    const keys = this.keys();
    if (options.clockIsSet ?? true) this.host.setClock(options.start_s ?? NOON_S);
    const day = openActiveDay(this.board, keys);
    if (day === undefined) throw new Error("no manifest is active");
    this.day = day;
    this.time = new TrustedTime(this.board.clock);
    this.time.setFloor(day.manifest.header.sealedAt_s, true);
    if (day.journal.last) this.time.setFloor(day.journal.last.time_s, false);
    this.recorder = new Recorder(this.board, this.time, day);
    this.door = new DoorCheck(this.board, day, this.time, this.recorder);
    this.release = new Release(this.board, keys, day, this.recorder);
    const parts = { board: this.board, keys, time: this.time, day, recorder: this.recorder };
    this.session = new SyncSession(parts);
  }

  parcel(tracking: string): Parcel {
    const parcel = this.day.manifest.find(tracking);
    if (parcel === undefined) throw new Error(`${tracking} is not on this round`);
    return parcel;
  }

  /** What the handheld does once its first screen stands: MACs and tries that no record tells of. */
  afterDrawing(): void {
    findLostTries(this.day, (tries, code) => this.recorder.write({ type: RecordType.TryFound, tries, code }, -1));
    this.recorder.seal();
  }

  /** The same flash after a restart. */
  again(options: UnitOptions = {}): UnitDay {
    return new UnitDay(this.host.image, { start_s: Math.floor(this.host.clock.now_ms() / 1000), ...options });
  }
}

/** An erased flash with a key file. */
export function keyedImage(bytes = UNIT_FLASH_BYTES): Uint8Array {
  const image = new Uint8Array(bytes).fill(0xff);
  const file = testKeyFile();
  new UnitBoard(image).board.flash.create(KEY_FILE_NAME, file.length, file);
  return image;
}

/** Loads a sealed round as the dock would, in pieces; the first fault, or 0. */
export function loadInto(unit: UnitBoard, sealed: Uint8Array, day?: Day, unsent = 0, time?: TrustedTime): number {
  const parts = {
    board: unit.board,
    keys: unit.keys(),
    time: time ?? new TrustedTime(unit.board.clock),
    day,
    unsent: () => unsent,
  };
  const loader = new Loader(parts);
  const head = headLength(sealed);
  const begun = loader.begin(sealed.slice(0, head));
  if (begun !== 0) return begun;
  for (let at = head; at < sealed.length; at += 1024) {
    const fault = loader.data(at, sealed.slice(at, at + 1024));
    if (fault !== 0) return fault;
  }
  return loader.commit();
}

function headLength(sealed: Uint8Array): number {
  return Math.min(sealed.length, 128 + 32 * ((sealed[58] ?? 0) | ((sealed[59] ?? 0) << 8)));
}

/** A flash image with key and round on it, and the round. */
export function loadedImage(round: TestRound, bytes = UNIT_FLASH_BYTES): { image: Uint8Array; sealed: SealedRound } {
  const image = keyedImage(bytes);
  const sealed = sealRound(round);
  const fault = loadInto(new UnitBoard(image), sealed.bytes);
  if (fault !== 0) throw new Error(`loading: fault ${fault}`);
  return { image, sealed };
}

/** An open day from a short list. */
export function unitDay(round: TestRound, options: UnitOptions = {}): UnitDay {
  return new UnitDay(loadedImage(round).image, options);
}

/** A number as 4 bytes, little-endian. */
export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return bytes;
}
