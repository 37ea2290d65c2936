// What the depot must have taken, kept by the test from the requests that reached it whole: where each journal stands,
// and what a reply about it must say. A depot that says anything else, or forgets it after a crash, is found out here.
import { codeDigest, proofOf } from "../../../src/shared/crypto/code-digest.ts";
import { hex } from "../../support/hex.ts";
import { decodeBody, RecordType } from "../../../src/shared/wire/journal.ts";
import { decodeReply, type SyncRequest, SyncStatus } from "../../../src/shared/wire/sync.ts";
import { macOf } from "../../support/journal-writer.ts";
import { nodeHash } from "../../support/node-hash.ts";
import type { BooksModel, JournalFacts } from "./books-model.ts";

/** A journal and how much of it the depot must have. */
export interface Standing extends JournalFacts {
  sequence: number;
  isClosed: boolean;
  acknowledged: number;
  lastMac: Uint8Array;
  /** Slots that hold a record. */
  records: number[];
}

/** Digits and salt of a code, by its id. */
export type KnownCodes = ReadonlyMap<number, { digits: string; salt: Uint8Array }>;

/** Everything the depot was given. */
export class Intake {
  readonly journals = new Map<string, Standing>();
  /** The most that any reply which left the depot acknowledged, by journal. */
  readonly promised = new Map<string, number>();
  private readonly lost = new Set<number>();
  private readonly books: BooksModel;
  private readonly codes: KnownCodes;

  constructor(books: BooksModel, codes: KnownCodes) {
    this.books = books;
    this.codes = codes;
  }

  /** A manifest was sealed. */
  opened(journal: JournalFacts & { sequence: number }): void {
    const key = keyOf(journal.device, journal.journalEpoch);
    if (this.journals.has(key)) return;
    const lastMac = new Uint8Array(16);
    this.journals.set(key, { ...journal, isClosed: false, acknowledged: 0, lastMac, records: [] });
  }

  closeDay(day: number): void {
    for (const journal of this.journals.values()) if (journal.day === day) journal.isClosed = true;
  }

  /** A handheld was booked as lost: its journals are closed, and no other is ever opened. */
  lose(device: number): void {
    this.lost.add(device);
    for (const journal of this.journals.values()) if (journal.device === device) journal.isClosed = true;
  }

  isLost(device: number): boolean {
    return this.lost.has(device);
  }

  /** A request was made: its handheld counts on no slot that was not acknowledged to it. */
  checkRequest({ device, journalEpoch, from }: SyncRequest): void {
    const promised = this.promised.get(keyOf(device, journalEpoch)) ?? 0;
    if (from > promised) throw new Error(`${keyOf(device, journalEpoch)}: sent from ${from}, ${promised} acknowledged`);
  }

  /** A request was committed. */
  take(request: SyncRequest): void {
    if (request.journalEpoch === 0) return;
    const journal = this.of(request.device, request.journalEpoch);
    for (const other of this.journals.values()) {
      if (other.device === journal.device && other.journalEpoch < journal.journalEpoch) other.isClosed = true;
    }
    if (request.from > journal.acknowledged) return;
    for (const { slot, record } of request.records) {
      if (slot < journal.acknowledged) continue;
      const body = decodeBody(record);
      const isExact = body.type === RecordType.Accepted && this.isExact(body.code, body.proof);
      this.books.settle(journal, slot, body, isExact);
      journal.records.push(slot);
      journal.lastMac = macOf(record);
    }
    journal.acknowledged = Math.max(journal.acknowledged, request.to);
  }

  /** A reply leaves the depot: it must say exactly where the books stand. */
  checkReply(request: SyncRequest, bytes: Uint8Array): void {
    const reply = decodeReply(bytes);
    if (request.journalEpoch === 0) return expect("acknowledged", reply.acknowledged, 0);
    const journal = this.of(request.device, request.journalEpoch);
    const key = keyOf(journal.device, journal.journalEpoch);
    this.promised.set(key, Math.max(reply.acknowledged, this.promised.get(key) ?? 0));
    expect(`${key}: status`, reply.status, journal.isClosed ? SyncStatus.Closed : SyncStatus.Ok);
    expect(`${key}: acknowledged`, reply.acknowledged, journal.acknowledged);
    expect(`${key}: MAC of the last record`, hex(reply.lastMac), hex(journal.lastMac));
  }

  private isExact(code: number, proof: Uint8Array): boolean {
    const known = this.codes.get(code);
    return known !== undefined && hex(proofOf(codeDigest(nodeHash, known.salt, known.digits))) === hex(proof);
  }

  private of(device: number, journalEpoch: number): Standing {
    const journal = this.journals.get(keyOf(device, journalEpoch));
    if (journal === undefined) throw new Error(`${keyOf(device, journalEpoch)}: a journal that was never sealed`);
    return journal;
  }
}

/** How a journal is named in traces and errors. */
export function keyOf(device: number, journalEpoch: number): string {
  return `${device}/${journalEpoch}`;
}

function expect(what: string, actual: string | number, wanted: string | number): void {
  if (actual !== wanted) throw new Error(`a reply's ${what} is ${actual}, must be ${wanted}`);
}
