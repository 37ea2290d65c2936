// Manifests, what they carry, and updates to them in the database. Sealed bytes are written once and read apart from
// the row, which is small and read often.
import type { Transaction } from "kysely";
import { bytesOf, existing, flag, inPieces, toBytes } from "./row-values.ts";
import type { Manifest, ManifestEntry, QueuedUpdate } from "./rows.ts";
import type { ManifestRow, Schema } from "./schema.ts";
import type { ManifestChange, ManifestStore } from "./store.ts";

const COLUMNS = [
  "depot",
  "device",
  "journal_epoch",
  "sequence",
  "key_epoch",
  "day",
  "round",
  "sealed_at",
  "valid_from",
  "valid_until",
  "journal_slots",
  "closed",
  "acknowledged",
  "chain",
  "updates_queued",
  "updates_stored",
] as const;

/** Manifests and updates of one depot, inside one transaction. */
export class KyselyManifests implements ManifestStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(manifest: Manifest, bytes: Uint8Array, entries: readonly ManifestEntry[]): Promise<void> {
    const row = { ...rowOf(this.depot, manifest), bytes: toBytes(bytes) };
    await this.tx.insertInto("manifest").values(row).execute();
    for (const piece of inPieces(entries)) {
      await this.tx
        .insertInto("manifest_entry")
        .values(piece.map((entry) => this.entryRow(entry)))
        .execute();
    }
  }

  async find(device: number, journalEpoch: number): Promise<Manifest | undefined> {
    const row = await this.rows()
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .executeTakeFirst();
    return row === undefined ? undefined : manifestOf(row);
  }

  async bytes(device: number, journalEpoch: number): Promise<Uint8Array | undefined> {
    const row = await this.tx
      .selectFrom("manifest")
      .select("bytes")
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .executeTakeFirst();
    return row === undefined ? undefined : bytesOf(row.bytes);
  }

  async ofDevice(device: number): Promise<Manifest[]> {
    return (await this.rows().where("device", "=", device).orderBy("journal_epoch", "desc").execute()).map(manifestOf);
  }

  async ofDay(day: number): Promise<Manifest[]> {
    const rows = await this.rows().where("day", "=", day).orderBy("device").orderBy("journal_epoch", "desc").execute();
    return rows.map(manifestOf);
  }

  async carrying(code: number): Promise<Manifest[]> {
    const entries = await this.tx
      .selectFrom("manifest_entry")
      .select(["device", "journal_epoch"])
      .where("depot", "=", this.depot)
      .where("code", "=", code)
      .orderBy("device")
      .orderBy("journal_epoch")
      .execute();
    const manifests: Manifest[] = [];
    for (const entry of entries) {
      const manifest = await this.find(entry.device, entry.journal_epoch);
      if (manifest !== undefined && !manifest.closed) manifests.push(manifest);
    }
    return manifests;
  }

  async update(device: number, journalEpoch: number, change: Partial<Pick<Manifest, ManifestChange>>): Promise<void> {
    const manifest = { ...existing(await this.find(device, journalEpoch), "manifest"), ...change };
    await this.tx
      .updateTable("manifest")
      .set({
        closed: flag(manifest.closed),
        acknowledged: manifest.acknowledged,
        chain: toBytes(manifest.chain),
        updates_queued: manifest.updatesQueued,
        updates_stored: manifest.updatesStored,
      })
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .execute();
  }

  async entries(device: number, journalEpoch: number, parcel: number): Promise<ManifestEntry[]> {
    return (await this.entryRows(device, journalEpoch).where("parcel", "=", parcel).execute()).map(entryOf);
  }

  async allEntries(device: number, journalEpoch: number): Promise<ManifestEntry[]> {
    return (await this.entryRows(device, journalEpoch).execute()).map(entryOf);
  }

  async addEntry(entry: ManifestEntry): Promise<void> {
    await this.tx.insertInto("manifest_entry").values(this.entryRow(entry)).execute();
  }

  async addUpdate(update: QueuedUpdate): Promise<void> {
    await this.tx
      .insertInto("device_update")
      .values({
        depot: this.depot,
        device: update.device,
        journal_epoch: update.journalEpoch,
        number: update.number,
        bytes: toBytes(update.bytes),
      })
      .execute();
  }

  async updates(device: number, journalEpoch: number, after: number, limit: number): Promise<QueuedUpdate[]> {
    const rows = await this.tx
      .selectFrom("device_update")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .where("number", ">", after)
      .orderBy("number")
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      device: row.device,
      journalEpoch: row.journal_epoch,
      number: row.number,
      bytes: bytesOf(row.bytes),
    }));
  }

  private rows() {
    return this.tx.selectFrom("manifest").select(COLUMNS).where("depot", "=", this.depot);
  }

  private entryRows(device: number, journalEpoch: number) {
    return this.tx
      .selectFrom("manifest_entry")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("journal_epoch", "=", journalEpoch)
      .orderBy("parcel")
      .orderBy("code");
  }

  private entryRow(entry: ManifestEntry): Schema["manifest_entry"] {
    return {
      depot: this.depot,
      device: entry.device,
      journal_epoch: entry.journalEpoch,
      parcel: entry.parcel,
      code: entry.code,
      releases_known: entry.releasesKnown,
    };
  }
}

function entryOf(row: Schema["manifest_entry"]): ManifestEntry {
  return {
    device: row.device,
    journalEpoch: row.journal_epoch,
    parcel: row.parcel,
    code: row.code,
    releasesKnown: row.releases_known,
  };
}

function rowOf(depot: number, manifest: Manifest): Omit<ManifestRow, "bytes"> {
  return {
    depot: depot,
    device: manifest.device,
    journal_epoch: manifest.journalEpoch,
    sequence: manifest.sequence,
    key_epoch: manifest.keyEpoch,
    day: manifest.day,
    round: manifest.round,
    sealed_at: manifest.sealedAt_s,
    valid_from: manifest.validFrom_s,
    valid_until: manifest.validUntil_s,
    journal_slots: manifest.journalSlots,
    closed: flag(manifest.closed),
    acknowledged: manifest.acknowledged,
    chain: toBytes(manifest.chain),
    updates_queued: manifest.updatesQueued,
    updates_stored: manifest.updatesStored,
  };
}

function manifestOf(row: Omit<ManifestRow, "bytes">): Manifest {
  return {
    device: row.device,
    journalEpoch: row.journal_epoch,
    sequence: row.sequence,
    keyEpoch: row.key_epoch,
    day: row.day,
    round: row.round,
    sealedAt_s: row.sealed_at,
    validFrom_s: row.valid_from,
    validUntil_s: row.valid_until,
    journalSlots: row.journal_slots,
    closed: row.closed === 1,
    acknowledged: row.acknowledged,
    chain: bytesOf(row.chain),
    updatesQueued: row.updates_queued,
    updatesStored: row.updates_stored,
  };
}
