// Fuzzes the depot's end of a sync up to its books: only a request that is bit for bit a handheld's, well formed and sent
// from its own address, ever opens a transaction; everything else is answered with nothing.
import type { DepotContext } from "../../../src/depot/context.ts";
import { makeContext } from "../../../src/depot/context.ts";
import type { Store } from "../../../src/depot/store/store.ts";
import { systemEntropy } from "../../../src/depot/surroundings.ts";
import { handleSync } from "../../../src/depot/sync/handle-sync.ts";
import {
  encodeRequest,
  openRequest,
  requestSender,
  SYNC_REQUEST,
  type SyncRequest,
} from "../../../src/shared/wire/sync.ts";
import { DEVICE, KEY_EPOCH, NOON_S, testKey } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash, fastHmac } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { hexOf, spoil, writeNumber } from "./spoil.ts";

interface RequestInput {
  request: Uint8Array;
  /** Device in the address it was posted to; undefined at the dock. */
  sender: number | undefined;
}

const MASTER_KEY = new Uint8Array(32).fill(0x5a);
const MAC_BYTES = 32;
const SYNC_KEY = testKey("sync");
/** Keys by device and key epoch, and what makes MACs with them. */
const MACS = new Map(
  [
    [DEVICE, KEY_EPOCH],
    [DEVICE, 2],
    [8, 1],
  ].map(([device = 0, epoch = 0]) => [`${device}/${epoch}`, fastHmac(testKey("sync", device, epoch))]),
);

function someRequest(dice: Dice): SyncRequest {
  const from = dice.oneIn(8) ? dice.odd(0xffff) : dice.below(4);
  const isLong = dice.oneIn(12);
  const count = isLong ? 20 + dice.below(8) : dice.below(3);
  let slot = from;
  const records = Array.from({ length: count }, () => {
    const here = !isLong && dice.oneIn(12) ? dice.odd(0xffff) : slot;
    slot = here + 1 + (dice.oneIn(6) ? 1 : 0);
    return { slot: here, record: new Uint8Array(64).fill(here) };
  });
  const to = dice.oneIn(8) ? dice.odd(0xffff) : slot;
  return {
    flags: dice.below(2),
    device: dice.oneIn(12) ? dice.odd(0xffff_ffff) : DEVICE,
    keyEpoch: dice.oneIn(12) ? dice.odd(0xffff_ffff) : KEY_EPOCH,
    sequence: 1,
    journalEpoch: dice.oneIn(12) ? dice.odd(0xffff_ffff) : 501,
    nonce: new Uint8Array(16).fill(dice.below(256)),
    time_s: dice.oneIn(12) ? dice.odd(0xffff_ffff) : NOON_S,
    lastUpdate: dice.oneIn(12) ? dice.odd(0xffff_ffff) : 0,
    from,
    to,
    end: dice.oneIn(8) ? dice.odd(0xffff) : to,
    battery: dice.below(256),
    firmware: 0x10000,
    records,
  };
}

function draw(dice: Dice): RequestInput {
  let request = encodeRequest(fastHash, SYNC_KEY, someRequest(dice));
  const way = dice.below(8);
  if (way < 4) request = spoil(dice, request, 1 + dice.below(3), { fields: SYNC_REQUEST, stretch: true });
  if (way === 4) {
    const [, offset, length] = dice.pick(SYNC_REQUEST);
    const bytes = Math.min(length, 4);
    writeNumber(request, offset, bytes, dice.odd(2 ** (8 * bytes) - 1));
    const macOf = dice.pick([...MACS.values()]);
    request.set(macOf(request.subarray(0, request.length - MAC_BYTES)), request.length - MAC_BYTES);
  }
  return { request, sender: dice.oneIn(3) ? undefined : dice.oneIn(8) ? dice.odd(0xffff_ffff) : DEVICE };
}

/** Slots ascend within from…to − 1, and from ≤ to ≤ end: SPEC.md §9.1.1. */
function spanHolds(view: Buffer): boolean {
  const [from, to, end] = [view.readUInt16LE(48), view.readUInt16LE(50), view.readUInt16LE(52)];
  let least = from;
  for (let i = 0; i < view.readUInt16LE(54); i++) {
    const slot = view.readUInt16LE(64 + 66 * i);
    if (slot < least || slot >= to) return false;
    least = slot + 1;
  }
  return from <= to && to <= end;
}

/** Who a request is really from; undefined when it is nobody's. SPEC.md §9.1 with Node's own HMAC. */
function trueSender(request: Uint8Array): number | undefined {
  const view = Buffer.from(request);
  if (view.length < 96 || view.toString("latin1", 0, 4) !== "PSRQ" || view.readUInt16LE(4) !== 1) return undefined;
  const count = view.readUInt16LE(54);
  if (count > 24 || view.length !== 96 + 66 * count) return undefined;
  const device = view.readUInt32LE(8);
  const macOf = MACS.get(`${device}/${view.readUInt32LE(12)}`);
  const signed = view.subarray(0, view.length - MAC_BYTES);
  if (macOf === undefined || Buffer.compare(macOf(signed), view.subarray(view.length - MAC_BYTES)) !== 0)
    return undefined;
  return spanHolds(view) ? device : undefined;
}

/** A depot whose books note that they were opened, and hold nothing. */
class ClosedBooks implements Store {
  opened = 0;

  transaction<T>(): Promise<T> {
    this.opened++;
    return Promise.resolve(undefined as T);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The depot's keys, each derived once. */
function rememberedContext(): DepotContext {
  const context = makeContext(MASTER_KEY, fastHash, { now_s: () => NOON_S }, systemEntropy);
  const known = new Map<string, Uint8Array>();
  return {
    ...context,
    subkey: (device, epoch, label) => {
      const name = `${device}/${epoch}/${label}`;
      const key = known.get(name) ?? context.subkey(device, epoch, label);
      if (known.size < 1000) known.set(name, key);
      return key;
    },
  };
}

/** What was decoded says what the bytes say. */
function checkDecoded(request: Uint8Array): void {
  const decoded = openRequest(fastHash, SYNC_KEY, request);
  if (decoded === undefined) return; // another key's
  const again = encodeRequest(fastHash, SYNC_KEY, decoded);
  const reserved = request.subarray(57, 60);
  again.set(reserved, 57);
  const end = again.length - MAC_BYTES;
  must(Buffer.compare(again.subarray(0, end), request.subarray(0, end)) === 0, "decoded to something else");
}

async function give(books: ClosedBooks, context: DepotContext, { request, sender }: RequestInput): Promise<string> {
  books.opened = 0;
  const claimed = requestSender(request);
  must(claimed !== undefined || trueSender(request) === undefined, "a request is taken for none");
  const answer = await handleSync(books, context, request, sender);
  must(answer === undefined, "answered without its books");
  const from = trueSender(request);
  const mayOpen = from !== undefined && (sender === undefined || sender === from);
  must(books.opened === (mayOpen ? 1 : 0), mayOpen ? "a handheld's request was refused" : "the books were opened");
  if (mayOpen) checkDecoded(request);
  if (mayOpen) return "taken";
  return claimed === undefined ? "no request" : from === undefined ? "not authentic" : "another address";
}

function show({ request, sender }: RequestInput): string {
  return JSON.stringify({ sender, request: hexOf(request, 700) });
}

/** Sync requests, as far as the books. */
export const fuzzSyncRequest = fuzzSweep({
  name: "fuzz-sync-request",
  title: "only a handheld's own, well-formed request from its own address opens the depot's books",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: ["taken", "no request", "not authentic", "another address"],
  open: (): FuzzTarget<RequestInput> => {
    const books = new ClosedBooks();
    const context = rememberedContext();
    return { draw, give: (input) => give(books, context, input), show };
  },
});
