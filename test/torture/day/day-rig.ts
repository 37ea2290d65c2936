// A whole handheld of firmware source on a harsh chip, with a depot behind its dock, that can be put back to any earlier
// moment: what the sweeps of power cuts drive. What it knows of the flash it reads by SPEC.md, not through the firmware.
import { Handheld } from "../../../firmware/app/handheld.ts";
import type { Key } from "../../../hal/contract/keypad.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import type { SimChip } from "../../../hal/sim/sim-chip.ts";
import type { Hash } from "../../../src/shared/crypto/hash.ts";
import { concatBytes, latin1Text, readU32 } from "../../../src/shared/wire/bytes.ts";
import type { Hello } from "../../../src/shared/wire/service-data.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { type Answer, DockHand } from "../../support/dock-hand.ts";
import type { FakeDepot } from "../../support/fake-depot.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { type Cut, TestHost } from "../../support/test-host.ts";
import { DEVICE, type SealedRound, testKeyFile } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";

const GUARD_MS = 500;
const PIECE_BYTES = 1024;
const CODE_BLOCK_BYTES = 30;

/** All that outlives a moment: what flash and depot hold, and what time it is. */
export interface Moment {
  chip: SimChip;
  depot: FakeDepot;
  now_s: number;
}

/** A handheld, its chip, its depot. */
export class DayRig {
  readonly chip: SimChip;
  readonly depot: FakeDepot;
  host: TestHost;
  /** How often digits were hashed since the last start: from then on they may have been compared. */
  compared = 0;

  private readonly hand = new DockHand((bytes) => this.host.inputs?.service(bytes) ?? new Uint8Array(0));

  constructor(moment: Moment) {
    this.chip = moment.chip;
    this.depot = moment.depot;
    this.host = new TestHost(this.chip, moment.now_s);
  }

  /** This moment, to go back to: copies. */
  moment(): Moment {
    return { chip: this.chip.copy(), depot: this.depot.copy(), now_s: this.now_s() };
  }

  now_s(): number {
    return Math.floor(this.host.clock.now_ms() / 1000);
  }

  /** Starts the firmware; with a cut, the power may fail meanwhile. */
  boot(cut?: Cut, clockIsSet = true): void {
    const now_s = this.now_s();
    this.host = new TestHost(this.chip, now_s);
    this.host.cut = cut;
    if (clockIsSet) this.host.setClock(now_s);
    this.depot.now_s = () => this.now_s();
    this.compared = 0;
    const hash: Hash = {
      crc32: (data) => nodeHash.crc32(data),
      sha256: (data) => {
        if (data.length === CODE_BLOCK_BYTES) this.compared++;
        return nodeHash.sha256(data);
      },
    };
    new Handheld(simBoard(this.host, hash, 512)).start();
    this.wait(10);
  }

  /** From now on, the power fails in the n-th flash write to come. */
  cut(write: number, shape: NonNullable<Cut["shape"]>): void {
    this.host.cut = { write: this.host.writes.length + write, bytes: 0, shape };
  }

  wait(ms: number): void {
    this.host.clock.advance(ms);
  }

  press(...keys: number[]): void {
    for (const key of keys) {
      this.host.inputs?.key(key);
      this.wait(GUARD_MS);
    }
  }

  /** Back to idle, from wherever. */
  home(back: Key): void {
    for (let turn = 0; turn < 12 && !this.drawn().startsWith("PAROLA"); turn++) this.press(back);
  }

  scan(label: string): void {
    this.host.inputs?.scan(`${label}\r`);
    this.wait(GUARD_MS);
  }

  /** What was drawn last, one text behind the other: it stays readable when the power is gone. */
  drawn(): string {
    const texts = this.host.steps.map(({ text }) => text);
    return texts.filter((text) => text !== "").join(" ");
  }

  /** A command at the dock: its fault and data. */
  command(command: Command, data?: Uint8Array): Answer {
    return this.hand.command(command, data);
  }

  hello(): Hello {
    return this.hand.hello();
  }

  /** Syncs at the dock until nothing is left; the last fault. */
  sync(): number {
    let fault = 0;
    for (let turn = 0; turn < 60; turn++) {
      const request = this.command(Command.SyncRequest);
      if (request.fault !== 0) return request.fault;
      fault = this.command(Command.SyncReply, this.depot.answer(request.data)).fault;
      const last = this.depot.requests.at(-1);
      if (fault !== 0 || (this.hello().unsent === 0 && last?.from === last?.end && turn > 0)) break;
    }
    return fault;
  }

  /** Sends a manifest, as the dock does: from where it was cut off, anew where a word was torn; the fault, or 0. */
  load(sealed: SealedRound): number {
    const fault = this.loadOnce(sealed);
    return fault === FaultNumber.FlashWriteTorn ? this.loadOnce(sealed) : fault;
  }

  private loadOnce(sealed: SealedRound): number {
    const begun = this.command(Command.LoadBegin, sealed.head);
    let { fault } = begun;
    const there = fault === 0 ? readU32(begun.data, 0) : 0;
    for (let at = there; fault === 0 && at < sealed.bytes.length; at += PIECE_BYTES) {
      const piece = concatBytes([u32Bytes(at), sealed.bytes.slice(at, at + PIECE_BYTES)]);
      fault = this.command(Command.LoadData, piece).fault;
    }
    return fault === 0 ? this.command(Command.LoadCommit).fault : fault;
  }

  /**
   * The dock's order, SPEC.md §10.6, whatever state the handheld is in: key, results, maintenance if need be, manifest.
   * @param seal makes the manifest for the key epoch that the handheld has then
   */
  dock(seal: (keyEpoch: number) => SealedRound): number {
    this.host.docked = true;
    if (this.hello().device === 0) {
      const keyEpoch = this.depot.keyEpoch + 1;
      this.depot.keyEpoch = keyEpoch; // the depot may never go back to a key whose files could be half moved
      const { fault } = this.command(Command.Provision, testKeyFile(DEVICE, keyEpoch));
      if (fault !== 0) return fault;
    }
    const synced = this.sync();
    if (synced !== 0) return synced;
    const wanted = seal(this.hello().keyEpoch);
    const sealed = this.depot.sealedFor(wanted.header.journalEpoch) ?? wanted; // what is sealed is never sealed otherwise
    this.depot.sealed(sealed);
    let fault = this.load(sealed);
    if (fault === FaultNumber.DockNeedsMaintenance) {
      fault = this.command(Command.Maintenance).fault || this.sync() || this.load(sealed);
    }
    if (fault === FaultNumber.ManifestAlreadyLoaded) fault = 0;
    return fault === 0 ? this.sync() : fault;
  }

  /** What a technician does to a flash that nothing else can bring back. */
  eraseFlash(): void {
    for (let page = 0; page < this.chip.bytes; page += this.chip.pageBytes) this.chip.erasePage(page);
  }

  /** The bytes of a file, as the flash holds them; undefined when it is not there. A view: read it at once. */
  file(name: string): Uint8Array | undefined {
    const { image } = this.chip;
    for (let at = 0; at + 32 <= image.length;) {
      const size = readU32(image, at);
      if (size === 0 || at + 32 + size > image.length) return undefined;
      if (latin1Text(image, at + 4, 28) === name.padEnd(28, "\0")) return image.subarray(at + 32, at + 32 + size);
      at += 32 + ((size + 3) & ~3);
    }
    return undefined;
  }
}
