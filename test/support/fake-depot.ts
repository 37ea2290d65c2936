// A depot for firmware tests, over the shared wire code alone: it checks every record's MAC and place in the chain as
// SPEC.md §9.3 says, mends one bit, acknowledges, and hands out updates. No store, no settlement.
import assert from "node:assert/strict";
import { isSameButOneBit, mendRecord, storedMac } from "../../src/depot/sync/mend-record.ts";
import { decodeBody, RECORD_MAC_BYTES, type RecordBody } from "../../src/shared/wire/journal.ts";
import {
  encodeReply,
  openRequest,
  type SyncReply,
  type SyncRequest,
  SyncStatus,
  UPDATES_PER_REPLY,
} from "../../src/shared/wire/sync.ts";
import { BLANK_UPDATE, encodeUpdate, type Update } from "../../src/shared/wire/update.ts";
import { nodeHash } from "./node-hash.ts";
import { DEVICE, KEY_EPOCH, NOON_S, type SealedRound, testKey } from "./test-round.ts";

const ZEROS = new Uint8Array(RECORD_MAC_BYTES);

interface Book {
  sealed: SealedRound;
  records: Map<number, Uint8Array>;
  acknowledged: number;
  chain: Uint8Array;
  /** MAC of the last record, as it came. */
  lastMac: Uint8Array;
  updates: Uint8Array[];
}

/** Books of one device. */
export class FakeDepot {
  readonly requests: SyncRequest[] = [];
  /** What the depot's clock says. */
  now_s: () => number = () => NOON_S;
  /** Epoch of the key that the handheld has now. */
  keyEpoch = KEY_EPOCH;
  private readonly books = new Map<number, Book>();

  /** A depot in the same state, its own from here on. */
  copy(): FakeDepot {
    const copy = new FakeDepot();
    copy.keyEpoch = this.keyEpoch;
    for (const [epoch, book] of this.books) {
      copy.books.set(epoch, { ...book, records: new Map(book.records), updates: book.updates.slice() });
    }
    return copy;
  }

  /** Makes a sealed round known. */
  sealed(sealed: SealedRound): void {
    if (this.books.has(sealed.header.journalEpoch)) return;
    this.books.set(sealed.header.journalEpoch, {
      sealed,
      records: new Map(),
      acknowledged: 0,
      chain: sealed.chainStart,
      lastMac: ZEROS,
      updates: [],
    });
  }

  /** Bodies of the records received, in slot order. */
  bodies(journalEpoch: number): RecordBody[] {
    return [...this.book(journalEpoch).records].sort(([a], [b]) => a - b).map(([, record]) => decodeBody(record));
  }

  /** The round sealed for a journal epoch; undefined when there is none. */
  sealedFor(journalEpoch: number): SealedRound | undefined {
    return this.books.get(journalEpoch)?.sealed;
  }

  /** Journal epochs that were sealed here. */
  epochs(): number[] {
    return [...this.books.keys()];
  }

  /** Bodies of all records received, journal by journal. */
  everything(): RecordBody[] {
    return [...this.books.keys()].flatMap((journalEpoch) => this.bodies(journalEpoch));
  }

  /** Updates queued for a journal so far. */
  queued(journalEpoch: number): number {
    return this.book(journalEpoch).updates.length;
  }

  acknowledged(journalEpoch: number): number {
    return this.book(journalEpoch).acknowledged;
  }

  /** Queues an update; fields not given are 0. */
  queue(journalEpoch: number, update: Pick<Update, "kind"> & Partial<Update>): void {
    const { updates } = this.book(journalEpoch);
    updates.push(encodeUpdate(nodeHash, { ...BLANK_UPDATE, ...update, number: updates.length + 1 }, journalEpoch));
  }

  /** Answers a request. @throws AssertionError when it is not authentic or breaks the chain */
  answer(bytes: Uint8Array): Uint8Array {
    return this.seal(this.take(bytes));
  }

  /** Takes a request's records; the reply's fields, not sealed yet. */
  take(bytes: Uint8Array): SyncReply {
    const request = openRequest(nodeHash, testKey("sync", DEVICE, this.keyEpoch), bytes);
    assert.ok(request, "the request is authentic");
    this.requests.push(request);
    const reply: SyncReply = {
      status: SyncStatus.Ok,
      device: request.device,
      journalEpoch: request.journalEpoch,
      nonce: request.nonce,
      time_s: this.now_s(),
      acknowledged: 0,
      lastMac: ZEROS,
      updates: [],
    };
    if (request.journalEpoch === 0) return reply;
    const book = this.book(request.journalEpoch);
    if (request.from <= book.acknowledged) this.book_(book, request);
    reply.acknowledged = book.acknowledged;
    reply.lastMac = book.lastMac.slice();
    reply.updates = book.updates.slice(request.lastUpdate, request.lastUpdate + UPDATES_PER_REPLY);
    return reply;
  }

  /** Seals a reply's fields. */
  seal(reply: SyncReply, key: Uint8Array = testKey("sync", DEVICE, this.keyEpoch)): Uint8Array {
    return encodeReply(nodeHash, key, reply);
  }

  private book_(book: Book, request: SyncRequest): void {
    const key = testKey("record", DEVICE, this.keyEpoch);
    for (const { slot, record } of request.records) {
      if (slot < book.acknowledged) {
        const isSame = isSameButOneBit(record, book.records.get(slot) ?? ZEROS);
        assert.ok(isSame, `slot ${slot} came again as it was`);
        continue;
      }
      const chain = { hash: nodeHash, key, journalEpoch: request.journalEpoch, before: book.chain };
      const asWritten = mendRecord(chain, slot, record);
      assert.ok(asWritten, `slot ${slot} is whole and continues the chain`);
      book.records.set(slot, asWritten);
      book.chain = storedMac(asWritten);
      book.lastMac = storedMac(record);
    }
    book.acknowledged = Math.max(book.acknowledged, request.to);
  }

  private book(journalEpoch: number): Book {
    const book = this.books.get(journalEpoch);
    assert.ok(book, `journal epoch ${journalEpoch} was sealed here`);
    return book;
  }
}
