// Fuzzes the handheld's end of a sync: a reply that is not bit for bit the depot's answer to this request changes nothing;
// an authentic one that states absurd things is taken only as far as it agrees with the handheld's own journal.
import { SyncSession } from "../../../firmware/app/sync/sync-session.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { encodeReply, openRequest, SYNC_REPLY, type SyncReply } from "../../../src/shared/wire/sync.ts";
import { BLANK_UPDATE, encodeUpdate, updateIsWhole } from "../../../src/shared/wire/update.ts";
import { DAY, DEVICE, NOON_S, testKey } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash, fastHmac } from "./fast-hash.ts";
import { fuzzBoard } from "./fuzz-board.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { newDay, openDay, KEYS, type OpenDay } from "./loaded-day.ts";
import { EXAMPLES } from "./manifest-draw.ts";
import type { Files } from "./memory-flash.ts";
import { hexOf, spoil, writeNumber } from "./spoil.ts";

const NONCE = new Uint8Array(16).fill(0x6e);
const SYNC_KEY = testKey("sync");
const macOf = fastHmac(SYNC_KEY);
const EPOCH = 501;
const UNAUTHENTIC: readonly number[] = [503, 504, 505, 506];
const FAULTS: readonly number[] = [0, 102, 103, 104, 302, 402, 503, 506, 507, 508, 509, 510, 511, 512, 513, 602];
const READS_TAKE = 900;

/** What a handheld has written before it syncs. */
interface Standing {
  files: Files;
  /** MAC of the last record below each number of slots; zeros for none. */
  macs: readonly Uint8Array[];
}

interface ReplyInput {
  standing: Standing;
  reply: Uint8Array;
}

/** A journal of so many records; the fourth slot is void, as a power cut leaves it. */
function standing(records: number): Standing {
  const open = newDay(EXAMPLES[1]!);
  for (let i = 0; i < records; i++) open.recorder.write({ type: RecordType.NotDelivered, parcel: 1, reason: 1 }, 0);
  open.recorder.seal();
  const files = new Map(open.flash.contents());
  const journal = files.get("jrn.a")!.slice();
  if (records > 4) journal.fill(0xaa, 32 + 3 * 64 + 8, 32 + 3 * 64 + 48).fill(0xff, 32 + 3 * 64 + 48, 32 + 4 * 64);
  files.set("jrn.a", journal);
  const macs = [new Uint8Array(16)];
  for (let slot = 0; slot < records; slot++) {
    const isVoid = records > 4 && slot === 3;
    macs.push(isVoid ? macs.at(-1)! : journal.slice(32 + 64 * slot + 48, 32 + 64 * (slot + 1)));
  }
  return { files, macs };
}

const STANDINGS: readonly Standing[] = [0, 3, 7].map(standing);

function someUpdate(dice: Dice, number: number): Uint8Array {
  const isOdd = dice.oneIn(6);
  const bytes = encodeUpdate(
    fastHash,
    {
      ...BLANK_UPDATE,
      number: isOdd ? dice.odd(0xffff_ffff) : number,
      kind: isOdd ? dice.below(256) : 1 + dice.below(3),
      code: dice.pick([1001, 1003, 0, 5000]),
      newCode: 5000 + number,
      tagBits: dice.oneIn(4) ? dice.below(256) : 11,
      tag: dice.below(2048),
      day: DAY,
      releaseIndex: dice.oneIn(4) ? dice.below(256) : 0,
    },
    dice.oneIn(20) ? EPOCH + 1 : EPOCH,
  );
  if (dice.oneIn(20)) bytes[dice.below(64)]! ^= 1 << dice.below(8);
  return bytes;
}

/** What a depot might answer: right in most fields. */
function someReply(dice: Dice, { macs }: Standing): SyncReply {
  const acknowledged = dice.oneIn(8) ? dice.odd(0xffff) : dice.below(macs.length);
  const lastMac = macs[acknowledged] ?? macs[0]!;
  return {
    status: dice.oneIn(6) ? dice.odd(0xffff) : dice.below(2),
    device: dice.oneIn(30) ? dice.odd(0xffff_ffff) : DEVICE,
    journalEpoch: dice.oneIn(30) ? dice.odd(0xffff_ffff) : EPOCH,
    nonce: dice.oneIn(20) ? dice.bytes(16) : NONCE,
    time_s: dice.oneIn(5) ? dice.odd(0xffff_ffff) : NOON_S + dice.below(9),
    acknowledged,
    lastMac: dice.oneIn(12) ? dice.bytes(16) : lastMac,
    updates: Array.from({ length: dice.oneIn(3) ? dice.below(9) : 0 }, (_, i) => someUpdate(dice, 1 + i)),
  };
}

function draw(dice: Dice): ReplyInput {
  const standing = dice.pick(STANDINGS);
  let reply = encodeReply(fastHash, SYNC_KEY, someReply(dice, standing));
  const way = dice.below(8);
  if (way < 5) reply = spoil(dice, reply, 1 + dice.below(3), { fields: SYNC_REPLY, stretch: true });
  if (way === 5 && reply.length > 96) {
    // A lie that the depot's own key covers.
    const [, offset, length] = dice.pick(SYNC_REPLY);
    writeNumber(reply, offset, Math.min(length, 4), dice.odd(2 ** (8 * Math.min(length, 4)) - 1));
    reply.set(macOf(reply.subarray(0, reply.length - 32)), reply.length - 32);
  }
  return { standing, reply };
}

/** Whether a reply is the depot's, and to this request: SPEC.md §9.3.9 with Node's own HMAC. */
function isAuthentic(reply: Uint8Array): boolean {
  const view = Buffer.from(reply);
  if (view.length < 96 || view.toString("latin1", 0, 4) !== "PSRP" || view.readUInt16LE(4) !== 1) return false;
  if (view.readUInt16LE(38) > 8 || view.length !== 96 + 64 * view.readUInt16LE(38)) return false;
  const signed = view.subarray(0, view.length - 32);
  if (Buffer.compare(macOf(signed), view.subarray(view.length - 32)) !== 0) return false;
  const isToUs = view.readUInt32LE(8) === DEVICE && view.readUInt32LE(12) === EPOCH;
  return isToUs && Buffer.compare(view.subarray(16, 32), NONCE) === 0;
}

/** Updates, from the first, that are whole and in order: no others may be stored. */
function updatesInOrder(view: Buffer): number {
  let last = 0;
  for (let i = 0; i < view.readUInt16LE(38); i++) {
    const update = new Uint8Array(view.subarray(64 + 64 * i, 128 + 64 * i));
    const number = view.readUInt32LE(64 + 64 * i);
    if (!updateIsWhole(fastHash, update, EPOCH) || number > last + 1) break;
    if (number === last + 1) last = number;
  }
  return last;
}

function checkTaken(open: OpenDay, { standing: { macs }, reply }: ReplyInput, fault: number): void {
  const view = Buffer.from(reply);
  const acknowledged = view.readUInt16LE(36);
  const { day, recorder } = open;
  const isOurs = acknowledged < macs.length && Buffer.compare(view.subarray(40, 56), macs[acknowledged]!) === 0;
  const isTaken = view.readUInt16LE(6) < 2 && isOurs;
  must(recorder.acknowledged === (isTaken ? acknowledged : 0), `acknowledged ${recorder.acknowledged}`);
  must(isTaken || (fault >= 503 && !open.flash.isChanged()), `fault ${fault}, and something was taken`);
  must(day.updates.last <= updatesInOrder(view), "an update was stored out of order or damaged");
}

/** The next request is one that a depot can read. */
function checkNextRequest(open: OpenDay, session: SyncSession): void {
  open.flash.budget = Infinity;
  const request = openRequest(fastHash, SYNC_KEY, session.request());
  must(request !== undefined, "the next request is none");
  must(request.end === open.day.journal.end && request.lastUpdate === open.day.updates.last, "the next request");
}

/** A handheld that waits for its reply. */
interface Waiting {
  open: OpenDay;
  session: SyncSession;
}

/** Makes handhelds that wait, one board for each standing; one to which nothing happened is used again. */
class WaitingHandhelds {
  private readonly boards = new Map(STANDINGS.map((standing) => [standing, fuzzBoard()]));
  private readonly idle = new Map<Standing, Waiting>();

  take(standing: Standing): Waiting {
    const idle = this.idle.get(standing);
    this.idle.delete(standing);
    if (idle !== undefined) return idle;
    const fuzz = this.boards.get(standing)!;
    fuzz.board.entropy = { random: () => NONCE };
    fuzz.host.setClock(NOON_S);
    fuzz.flash.put(standing.files);
    const open = openDay(fuzz);
    const { board, time, day, recorder } = open;
    const session = new SyncSession({ board, keys: KEYS, time, day, recorder });
    session.request();
    must(!fuzz.flash.isChanged(), "the standing is not settled");
    return { open, session };
  }

  /** It waits as before: what it was given changed nothing. */
  giveBack(standing: Standing, waiting: Waiting): void {
    this.idle.set(standing, waiting);
  }
}

function give(handhelds: WaitingHandhelds, input: ReplyInput): string {
  const waiting = handhelds.take(input.standing);
  const { open, session } = waiting;
  const { flash, time, day, recorder } = open;
  flash.budget = flash.reads + READS_TAKE;
  const fault = session.take(input.reply);
  must(FAULTS.includes(fault) || fault === 504 || fault === 505, `fault ${fault}`);
  if (!isAuthentic(input.reply)) {
    must(UNAUTHENTIC.includes(fault), `not authentic, and fault ${fault}`);
    must(!flash.isChanged() && recorder.acknowledged === 0 && day.updates.last === 0, "it was taken all the same");
    must(time.now_s() === NOON_S && session.depotTime_s === 0, "its time was believed");
    if (fault !== 506) handhelds.giveBack(input.standing, waiting);
    return `${fault}`;
  }
  checkTaken(open, input, fault);
  must(session.take(input.reply) === 506, "a reply counts twice");
  checkNextRequest(open, session);
  return `authentic ${fault}`;
}

function show({ standing, reply }: ReplyInput): string {
  return JSON.stringify({ records: standing.macs.length - 1, reply: hexOf(reply, 700) });
}

/** Sync replies. */
export const fuzzSyncReply = fuzzSweep({
  name: "fuzz-sync-reply",
  title:
    "no reply but the depot's answer to this request changes anything; an absurd one is taken only where it agrees",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: [
    ...UNAUTHENTIC.map(String),
    ...[0, 503, 507, 508, 509, 510, 511, 512, 513, 602].map((fault) => `authentic ${fault}`),
  ],
  open: (): FuzzTarget<ReplyInput> => {
    const handhelds = new WaitingHandhelds();
    return { draw, give: (input) => give(handhelds, input), show };
  },
});
