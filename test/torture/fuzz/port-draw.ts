// What comes to a handheld's service port when someone plays with it: whole exchanges of the dock, right in every byte but
// for what was left out, doubled, put in another order or spoiled; and keys and scans in between.
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { encodeReply } from "../../../src/shared/wire/sync.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { DEVICE, NOON_S, sealRound, testKey, testKeyFile } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash, fastHmac } from "./fast-hash.ts";
import { COMMANDS, frameOf, inPieces } from "./frame-draw.ts";
import { newDay } from "./loaded-day.ts";
import { EXAMPLES, FEW, smallJournal } from "./manifest-draw.ts";
import type { Files } from "./memory-flash.ts";
import { NONCE, sessionFrames, type Wanted } from "./session-draw.ts";
import { spoil } from "./spoil.ts";

/** Something that happens to a handheld. */
export type PortEvent =
  | { what: "bytes"; bytes: Uint8Array }
  | { what: "key"; key: number }
  | { what: "scan"; text: string }
  | { what: "wait"; ms: number };

/** A handheld as it is found. */
export interface Found {
  name: string;
  files: Files;
  /** Slots that the depot has not acknowledged. */
  unsent: number;
  /** A depot's reply to its first request, which acknowledges all. */
  reply: Uint8Array;
}

/** A handheld and what happens to it. */
export interface PortInput {
  found: Found;
  events: PortEvent[];
  /** All that came over the wire. */
  stream: Uint8Array;
}

const NEWER = sealRound({ parcels: FEW, updateSlots: 2, sequence: 2, header: smallJournal });
const OTHERS = [
  sealRound({ parcels: FEW, device: 8, sequence: 3, header: smallJournal }),
  sealRound({ parcels: FEW, keyEpoch: 2, sequence: 3, header: smallJournal }),
  sealRound({ parcels: FEW, day: 20_700, sequence: 4, header: smallJournal }),
];
/** Heads that this handheld's depot sealed for it, as text. */
export const SEALED_HEADS = new Set(
  [NEWER.head, OTHERS[2]!.head, ...EXAMPLES.map(({ head }) => head)].map((head) =>
    Buffer.from(head).toString("latin1"),
  ),
);

const technicianMac = fastHmac(testKey("technician"));
const NEXT_KEY = testKeyFile(DEVICE, 2);

function found(name: string, records: number, keep: (file: string) => boolean): Found {
  const open = newDay(EXAMPLES[1]!);
  for (let i = 0; i < records; i++) open.recorder.write({ type: RecordType.NotDelivered, parcel: 1, reason: 1 }, 0);
  open.recorder.seal();
  const all = new Map([["key", testKeyFile()], ...open.flash.contents()]);
  const files = new Map([...all].filter(([file]) => keep(file)));
  const journal = files.get("jrn.a");
  const lastMac =
    records > 0 && journal ? journal.slice(32 + 64 * records - 16, 32 + 64 * records) : new Uint8Array(16);
  const journalEpoch = journal === undefined ? 0 : 501;
  const reply = encodeReply(fastHash, testKey("sync"), {
    status: 0,
    device: DEVICE,
    journalEpoch,
    nonce: NONCE,
    time_s: NOON_S + 5,
    acknowledged: journal === undefined ? 0 : records,
    lastMac,
    updates: [],
  });
  return { name, files, unsent: journal === undefined ? 0 : records, reply };
}

const FOUND: readonly Found[] = [
  found("with unsent records", 3, () => true),
  found("with a new day", 0, () => true),
  found("with a key alone", 0, (file) => file === "key"),
  found("blank", 0, () => false),
];

const NO_DATA = new Uint8Array(0);

function loadData(at: number, bytes: Uint8Array): Uint8Array {
  const data = Buffer.alloc(4 + bytes.length);
  data.writeUInt32LE(at, 0);
  data.set(bytes, 4);
  return new Uint8Array(data);
}

/** A piece of a manifest: as it should be, or at another place, or of another length. */
function somePiece(dice: Dice, bytes: Uint8Array, at: number): Uint8Array {
  if (!dice.oneIn(4)) return loadData(at, bytes.subarray(at));
  const offset = dice.oneIn(2) ? dice.odd(0xffff_ffff) : at + dice.below(24) - 8;
  return loadData(offset, dice.bytes(dice.below(20))).subarray(0, dice.oneIn(3) ? dice.below(5) : 4095);
}

function loading(dice: Dice): Wanted[] {
  const { bytes, head } = dice.oneIn(4) ? dice.pick(OTHERS) : NEWER;
  return [
    [Command.LoadBegin, head],
    [Command.LoadData, somePiece(dice, bytes, head.length)],
    [Command.LoadCommit, NO_DATA],
  ];
}

function provisioning(dice: Dice): Wanted[] {
  const mac = dice.oneIn(3) ? dice.bytes(32) : technicianMac(NEXT_KEY);
  return [[Command.Provision, dice.oneIn(3) ? NEXT_KEY : new Uint8Array(Buffer.concat([NEXT_KEY, mac]))]];
}

function syncing(found: Found): Wanted[] {
  return [
    [Command.SyncRequest, NO_DATA],
    [Command.SyncReply, found.reply],
  ];
}

/** The bench's commands, with what they take. */
function benching(dice: Dice): Wanted[] {
  const small = (): number => dice.below(7);
  const wanted: readonly Wanted[] = [
    [Command.Time, dice.oneIn(2) ? NO_DATA : dice.bytes(4)],
    [Command.Settings, dice.oneIn(2) ? NO_DATA : new Uint8Array([0x69, 0x74, 1, 0, small(), small(), 0, 0])],
    [Command.Diagnostics, NO_DATA],
    [Command.SelfTest, new Uint8Array([small(), small()])],
    [Command.Console, new Uint8Array([dice.below(2)])],
    [Command.Wipe, new Uint8Array([dice.below(2)])],
    [Command.LoadCheck, NO_DATA],
    [Command.Slot, new Uint8Array([small(), ...dice.bytes(dice.below(24))])],
    [Command.Reboot, NO_DATA],
  ];
  return [dice.pick(wanted), dice.pick(wanted)];
}

function exchange(dice: Dice, found: Found): Wanted[] {
  switch (dice.below(8)) {
    case 0:
      return loading(dice);
    case 1:
      return syncing(found);
    case 2:
      return provisioning(dice);
    case 3:
      return [[Command.Maintenance, NO_DATA]];
    case 4:
      return [...syncing(found), ...loading(dice)];
    case 5:
      return [[Command.Hello, NO_DATA]];
    case 6:
      return benching(dice);
    default:
      return [[dice.oneIn(4) ? dice.below(256) : dice.pick(COMMANDS), dice.bytes(dice.below(24))]];
  }
}

/** Leaves out, doubles and swaps. */
function shuffled<T>(dice: Dice, frames: T[]): T[] {
  if (!dice.oneIn(3) || frames.length === 0) return frames;
  const at = dice.below(frames.length);
  switch (dice.below(3)) {
    case 0:
      return frames.filter((_, i) => i !== at);
    case 1:
      return [...frames, frames[at]!];
    default:
      return [...frames.slice(at), ...frames.slice(0, at)];
  }
}

const SCANS = ["X1\r", "X3\n", "RR473124829IT\r", "\u0000\r", "A".repeat(90), "\r\r", "X2"];

function aside(dice: Dice): PortEvent {
  switch (dice.below(4)) {
    case 0:
      return { what: "key", key: dice.below(20) };
    case 1:
      return { what: "scan", text: dice.pick(SCANS) };
    case 2:
      return { what: "bytes", bytes: dice.bytes(1 + dice.below(9)) };
    default:
      return { what: "wait", ms: dice.pick([5, 500, 2100, 31_000, 70_000]) };
  }
}

/** A handheld, and a stream of events. */
export function drawPort(dice: Dice): PortInput {
  const found = dice.pick(FOUND);
  const wanted = shuffled(dice, [...exchange(dice, found), ...(dice.oneIn(2) ? exchange(dice, found) : [])]);
  const isFirst = !found.files.has("key") && wanted[0]?.[0] === Command.Provision;
  const inSession = isFirst ? wanted.map((one) => frameOf(...one, 7)) : sessionFrames(dice, wanted);
  const frames = dice.oneIn(6) ? shuffled(dice, inSession) : inSession;
  const events: PortEvent[] = [];
  for (const frame of frames) {
    if (dice.oneIn(6)) events.push(aside(dice));
    const bytes = dice.oneIn(8) ? spoil(dice, frame, 1 + dice.below(2), { stretch: true }) : frame;
    for (const piece of dice.oneIn(4) ? inPieces(dice, bytes) : [bytes]) events.push({ what: "bytes", bytes: piece });
  }
  while (dice.oneIn(4)) events.push(aside(dice));
  const parts = events.flatMap((event) => (event.what === "bytes" ? [event.bytes] : []));
  return { found, events, stream: new Uint8Array(Buffer.concat(parts)) };
}
