// The real handheld of a model run: the whole firmware from source on a simulated chip, with its keys, scanner and
// service port in the run's hands, and what its flash holds read out beside it.
import type { Day } from "../../../firmware/app/day.ts";
import { dayFiles } from "../../../firmware/app/files.ts";
import { Handheld } from "../../../firmware/app/handheld.ts";
import { readKeys } from "../../../firmware/app/keys.ts";
import type { Manifest } from "../../../firmware/app/manifest/manifest.ts";
import { Ledger, type Spent, triesInAll } from "../../../firmware/app/ledger/ledger.ts";
import { ParcelIndex } from "../../../firmware/app/parcels/parcel-index.ts";
import type { Board } from "../../../hal/contract/board.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import { SimChip } from "../../../hal/sim/sim-chip.ts";
import { concatBytes, latin1Text, readU16 } from "../../../src/shared/wire/bytes.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import { readJournal, type ReadSlot } from "../../support/journal-reader.ts";
import { type Answer, DockHand } from "../../support/dock-hand.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { u32Bytes } from "../../support/unit-day.ts";
import type { Random } from "../random.ts";
import { ClockChip, ModelHost, WatchedHash } from "./model-host.ts";

/** Room for the manifests of a long run between two compactions. */
const CHIP_BYTES = 160 * 1024;
const PIECE_BYTES = 1024;
/** Longer than any screen ignores keys. */
const GUARD_MS = 500;

/** What the flash says of the active day. */
export interface Seen {
  number: number;
  slots: readonly ReadSlot[];
  /** By code id, 0 the device. */
  spent: ReadonlyMap<number, Spent>;
  /** Tries of each code in all, those its manifest or update knows included. */
  tries: ReadonlyMap<number, number>;
  failures: number;
  stored: number;
  /** Whether a parcel was handed over, by its id. */
  isOut: ReadonlyMap<number, boolean>;
}

/** Where a manifest lists what. */
interface Listed {
  journalEpoch: number;
  places: Map<number, number>;
  codes: { id: number; row: number; triesKnown: number }[];
}

/** A handheld that starts, dies and starts again. */
export class RealHandheld {
  readonly chip = new SimChip(new Uint8Array(CHIP_BYTES).fill(0xff));
  readonly clockChip = new ClockChip();
  readonly hash = new WatchedHash();
  /** Requests of all lives, the newest last. */
  readonly requests: Uint8Array[] = [];
  host: ModelHost;
  private handheld: Handheld;
  private board: Board;
  private readonly dice: Random;
  /** What was seen last, good until something is written. */
  private lastSeen: { day: Day; writes: number; seen: Seen } | undefined;
  private listedIn: Listed | undefined;
  private readonly hand: DockHand;
  private journalRead: { bytes: Buffer; slots: ReadSlot[] } | undefined;

  /** @param roleKey the technician's subkey of a device, from whoever has the master key */
  constructor(start_s: number, dice: Random, roleKey: (device: number, keyEpoch: number) => Uint8Array) {
    this.dice = dice;
    this.hand = new DockHand((bytes) => this.host.inputs!.service(bytes), { roleKey });
    this.clockChip.powerUp(start_s, false);
    this.host = new ModelHost(this.chip, start_s, this.clockChip, dice, this.requests);
    this.board = simBoard(this.host, this.hash, 512);
    this.handheld = new Handheld(this.board);
    this.handheld.start();
    this.wait(10);
  }

  /** The battery goes out and comes back; a cut planned on the host may come before this returns. */
  powerUp(keepsClock: boolean, plan?: (host: ModelHost) => void): void {
    const now_s = Math.ceil(this.host.clock.now_ms() / 1000);
    this.host.isDead = true;
    this.clockChip.powerUp(now_s, keepsClock);
    this.host = new ModelHost(this.chip, now_s, this.clockChip, this.dice, this.requests);
    plan?.(this.host);
    this.board = simBoard(this.host, this.hash, 512);
    this.handheld = new Handheld(this.board);
    this.handheld.start();
    this.wait(10);
  }

  wait(ms: number): void {
    this.host.clock.advance(ms);
  }

  /** Time passes at once; what fell due meanwhile happens at its end. */
  skip(seconds: number): void {
    this.host.clock.skip(seconds * 1000);
    this.wait(1000);
  }

  press(key: Key): void {
    this.host.inputs!.key(key);
    this.wait(GUARD_MS);
  }

  type(digits: string): void {
    for (const digit of digits) this.host.inputs!.key(Number(digit));
  }

  scan(label: string): void {
    this.host.inputs!.scan(`${label}\r`);
    this.wait(GUARD_MS);
  }

  /** A frame into the service port: fault and data of its answer. */
  command(command: Command, data?: Uint8Array): Answer {
    return this.hand.command(command, data);
  }

  /** Lines of the view: title, big text, lines, hint. Asked after a cut, it is what was drawn last. */
  screen(): string[] {
    const { data } = this.command(Command.Screen);
    return latin1Text(data, 0, data.length).split("\n");
  }

  /** Notes a request as the one whose reply is awaited. */
  made(request: Uint8Array): void {
    this.host.latest = request;
    this.requests.push(request);
  }

  /** Back to the first screen. */
  home(): void {
    for (let turn = 0; turn < 40; turn++) {
      if (this.screen()[0]!.startsWith("PAROLA")) return;
      this.press(Key.Back);
    }
    throw new Error(`no way back from ${this.screen().join(" | ")}`);
  }

  /** Loads a sealed manifest; the first fault, or 0. */
  load(bytes: Uint8Array): number {
    const head = 128 + 32 * readU16(bytes, 58);
    const begun = this.command(Command.LoadBegin, bytes.slice(0, head)).fault;
    if (begun !== 0) return begun;
    for (let at = head; at < bytes.length; at += PIECE_BYTES) {
      const piece = concatBytes([u32Bytes(at), bytes.slice(at, at + PIECE_BYTES)]);
      const { fault } = this.command(Command.LoadData, piece);
      if (fault !== 0) return fault;
    }
    const { fault } = this.command(Command.LoadCommit);
    this.wait(10);
    return fault;
  }

  /** What the clock chip said when this life began. */
  startedAt_s(): number {
    return this.host.startReading_s;
  }

  time(): { now_s: number; isEstimated: boolean } {
    const now_s = this.handheld.time.now_s();
    return { now_s, isEstimated: this.handheld.time.estimated };
  }

  /** What the flash holds of the active day, read by readers of its own; undefined when no day is active. */
  see(): Seen | undefined {
    const day = this.handheld.services()?.day;
    if (day === undefined) return undefined;
    if (this.lastSeen?.day === day && this.lastSeen.writes === this.chip.writes) return this.lastSeen.seen;
    const seen = this.read(day);
    this.lastSeen = { day, writes: this.chip.writes, seen };
    return seen;
  }

  private read(day: Day): Seen {
    if (day.stopped !== 0) throw new Error(`the day stopped with F${day.stopped}`);
    const { flash } = this.board;
    const { header } = day.manifest;
    const files = dayFiles(day.slot);
    const ledger = new Ledger(flash, nodeHash, files.ledger, header.codes, header.updateSlots, header.journalEpoch);
    const index = new ParcelIndex(flash, nodeHash, files.index, header.parcels, header.journalEpoch);
    if (ledger.open() !== 0 || index.open() !== 0) throw new Error("ledger or index does not open");
    const { places, codes } = this.listed(day.manifest);
    const rows = new Map([[0, ledger.deviceRow]]);
    const known = new Map<number, number>();
    for (const { id, row, triesKnown } of codes) {
      rows.set(id, row);
      known.set(id, triesKnown);
    }
    day.updates.each((update) => {
      if (update.kind !== UpdateKind.Replace) return;
      rows.set(update.newCode, header.codes + update.number - 1);
      known.set(update.newCode, update.triesKnown);
    });
    const spent = new Map([...rows].map(([code, row]) => [code, { ...ledger.spent(row) }] as const));
    return {
      number: header.sequence,
      slots: this.readJournal(flash.read(files.journal, 0, 1 << 20), header.journalEpoch, day.manifest.mac()),
      spent,
      tries: new Map([...known].map(([code, tries]) => [code, triesInAll(spent.get(code)!, tries)] as const)),
      failures: ledger.deviceFailures(),
      stored: day.updates.last,
      isOut: new Map([...places].map(([parcel, place]) => [parcel, index.state(place).handedOver] as const)),
    };
  }

  /** Places of parcels in a manifest, by id, and its codes; read once. */
  private listed(manifest: Manifest): Listed {
    const { parcels, codes, journalEpoch } = manifest.header;
    if (this.listedIn?.journalEpoch === journalEpoch) return this.listedIn;
    this.listedIn = {
      journalEpoch,
      places: new Map(Array.from({ length: parcels }, (_, place) => [manifest.parcel(place).id, place] as const)),
      codes: Array.from({ length: codes }, (_, place) => {
        const { id, row, triesKnown } = manifest.code(place);
        return { id, row, triesKnown };
      }),
    };
    return this.listedIn;
  }

  private readJournal(file: Uint8Array, journalEpoch: number, mac: Uint8Array): ReadSlot[] {
    const bytes = Buffer.from(file);
    if (this.journalRead === undefined || !this.journalRead.bytes.equals(bytes)) {
      const recordKey = readKeys(this.board.flash, nodeHash)!.subkey("record");
      const slots = readJournal(file, { journalEpoch, recordKey, start: mac.slice(0, 16) });
      this.journalRead = { bytes, slots };
    }
    return this.journalRead.slots;
  }
}
