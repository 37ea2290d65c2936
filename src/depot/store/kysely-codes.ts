// Delivery codes in the database: salt, tag and an encrypted box. A code's parcel, salt, tag and box never change.
import type { Transaction } from "kysely";
import { bytesOf, existing, inPieces, orNull, orUndefined, toBytes } from "./row-values.ts";
import type { Code, CodeState } from "./rows.ts";
import type { CodeRow, Schema } from "./schema.ts";
import type { CodeChange, CodeStore } from "./store.ts";

/** Codes of one depot, inside one transaction. */
export class KyselyCodes implements CodeStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(codes: readonly Code[]): Promise<void> {
    for (const piece of inPieces(codes)) {
      await this.tx
        .insertInto("code")
        .values(piece.map((code) => rowOf(this.depot, code)))
        .execute();
    }
  }

  async find(id: number): Promise<Code | undefined> {
    const row = await this.rows().where("id", "=", id).executeTakeFirst();
    return row === undefined ? undefined : codeOf(row);
  }

  async ofParcel(parcel: number): Promise<Code[]> {
    return (await this.rows().where("parcel", "=", parcel).orderBy("id").execute()).map(codeOf);
  }

  async ofDay(day: number): Promise<Code[]> {
    const due = this.tx.selectFrom("plan").select("parcel").where("depot", "=", this.depot).where("day", "=", day);
    return (await this.rows().where("parcel", "in", due).orderBy("id").execute()).map(codeOf);
  }

  async update(id: number, change: Partial<Pick<Code, CodeChange>>): Promise<void> {
    const code = { ...existing(await this.find(id), "code"), ...change };
    await this.tx
      .updateTable("code")
      .set({
        state: code.state,
        tries_known: code.triesKnown,
        releases_known: code.releasesKnown,
        successor: orNull(code.successor),
        ended_at: orNull(code.endedAt_s),
      })
      .where("depot", "=", this.depot)
      .where("id", "=", id)
      .execute();
  }

  private rows() {
    return this.tx.selectFrom("code").selectAll().where("depot", "=", this.depot);
  }
}

function rowOf(depot: number, code: Code): CodeRow {
  return {
    depot: depot,
    id: code.id,
    parcel: code.parcel,
    day: code.day,
    state: code.state,
    salt: toBytes(code.salt),
    tag: code.tag,
    tag_bits: code.tagBits,
    box: toBytes(code.box),
    tries_known: code.triesKnown,
    releases_known: code.releasesKnown,
    successor: orNull(code.successor),
    made_at: code.madeAt_s,
    ended_at: orNull(code.endedAt_s),
  };
}

function codeOf(row: CodeRow): Code {
  return {
    id: row.id,
    parcel: row.parcel,
    day: row.day,
    state: row.state as CodeState,
    salt: bytesOf(row.salt),
    tag: row.tag,
    tagBits: row.tag_bits,
    box: bytesOf(row.box),
    triesKnown: row.tries_known,
    releasesKnown: row.releases_known,
    successor: orUndefined(row.successor),
    madeAt_s: row.made_at,
    endedAt_s: orUndefined(row.ended_at),
  };
}
