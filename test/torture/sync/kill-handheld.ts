// A handheld for the depot's process under fire: a journal that is written as fast as it syncs, over real HTTP. Whatever
// a reply acknowledges is remembered, also when the handheld itself never got to see that reply.
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import { decodeBody } from "../../../src/shared/wire/journal.ts";
import { type SyncRequest, SyncStatus } from "../../../src/shared/wire/sync.ts";
import type { JournalWriter } from "../../support/journal-writer.ts";
import type { BooksModel } from "./books-model.ts";
import type { Draw } from "./draw.ts";

/** Slots that are left for the last sync's sake. */
const SPARE = 8;
const LIMIT_MS = 10_000;

/** A parcel and, when it is protected, the digits that its buyer has. */
export interface Known {
  id: number;
  tracking: string;
  digits: string | undefined;
}

/** What became of a request. */
export type Sent = "answered" | "no answer";

/** Writes and sends. */
export class KillHandheld {
  readonly writer: JournalWriter;
  /** The most that any reply acknowledged. */
  promised = 0;
  private readonly books: BooksModel;
  readonly parcels: readonly Known[];
  private readonly draw: Draw;
  private readonly handovers = new Map<string, number>();
  private readonly accepted = new Set<string>();
  private readonly older: SyncRequest[] = [];

  constructor(writer: JournalWriter, parcels: readonly Known[], books: BooksModel, draw: Draw) {
    this.writer = writer;
    this.parcels = parcels;
    this.books = books;
    this.draw = draw;
  }

  /** A few results, each confirmed by being written. */
  work(): void {
    for (let records = this.draw.between(0, 5); records > 0; records--) {
      if (this.writer.slots.length >= this.writer.header.journalSlots - SPARE) return;
      const slot = this.result();
      const bytes = this.writer.slots[slot];
      if (bytes !== undefined) this.books.settle(this.facts(), slot, decodeBody(bytes), true);
    }
  }

  /**
   * Sends what is next, or once more what was sent before, perhaps twice at the same time.
   * @throws Error when the depot says something that is not so
   */
  async sync(url: string): Promise<Sent> {
    const { draw, writer } = this;
    const fields = this.older.length > 0 && draw.chance(15) ? draw.pick(this.older) : writer.fields();
    this.older.push(fields);
    const copies = draw.chance(20) ? 2 : 1;
    const sent = await Promise.all(Array.from({ length: copies }, () => this.send(url, fields)));
    return sent.includes("answered") ? "answered" : "no answer";
  }

  private async send(url: string, fields: SyncRequest): Promise<Sent> {
    const reply = await this.post(url, this.writer.seal(fields));
    if (reply === undefined) return "no answer";
    const { status, acknowledged } = this.writer.open(reply, fields);
    const name = `handheld ${this.writer.keys.device}`;
    if (status !== SyncStatus.Ok) throw new Error(`${name}: status ${status}`);
    if (acknowledged < this.promised)
      throw new Error(`${name}: ${this.promised} acknowledged before, ${acknowledged} now`);
    this.promised = acknowledged;
    if (this.draw.chance(80)) this.writer.acknowledged = Math.max(acknowledged, this.writer.acknowledged);
    return "answered";
  }

  private async post(url: string, body: Uint8Array): Promise<Uint8Array | undefined> {
    let response: Response;
    let bytes: ArrayBuffer;
    try {
      response = await fetch(`${url}/v1/handhelds/${this.writer.keys.device}/sync`, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body,
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      bytes = await response.arrayBuffer();
    } catch {
      return undefined; // killed before its answer was whole
    }
    if (response.status !== 200) throw new Error(`handheld ${this.writer.keys.device}: HTTP ${response.status}`);
    return new Uint8Array(bytes);
  }

  /** One more slot; which. */
  private result(): number {
    const { draw, writer } = this;
    const { tracking, digits } = draw.pick(this.parcels);
    if (draw.chance(5)) return writer.tear();
    const handover = this.handovers.get(tracking);
    if (handover !== undefined) {
      this.handovers.delete(tracking);
      return writer.about(tracking, RecordType.Reversed, { code: 0, detail: handover });
    }
    if (draw.chance(20)) return writer.about(tracking, RecordType.NotDelivered, { code: 0, reason: Reason.NotHome });
    if (digits !== undefined && !this.accepted.has(tracking)) {
      if (draw.chance(30)) return writer.about(tracking, RecordType.Wrong, { tries: 1 });
      this.accepted.add(tracking);
      return writer.accept(tracking, digits);
    }
    const slot = writer.handOver(tracking, { code: 0 });
    this.handovers.set(tracking, slot);
    return slot;
  }

  private facts() {
    const { header, keys } = this.writer;
    const { journalEpoch, day, validFrom_s, validUntil_s } = header;
    return { device: keys.device, journalEpoch, day, validFrom_s, validUntil_s };
  }
}
