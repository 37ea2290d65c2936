// Handhelds in the database. Nothing here knows a key: keys derive from the master key whenever they are needed.
import type { Transaction } from "kysely";
import { existing, flag, orNull, orUndefined } from "./row-values.ts";
import type { Device } from "./rows.ts";
import type { DeviceRow, Schema } from "./schema.ts";
import type { DeviceStore } from "./store.ts";

/** Handhelds of one depot, inside one transaction. */
export class KyselyDevices implements DeviceStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async add(device: Device): Promise<void> {
    await this.tx.insertInto("device").values(rowOf(this.depot, device)).execute();
  }

  async find(id: number): Promise<Device | undefined> {
    const row = await this.rows().where("id", "=", id).executeTakeFirst();
    return row === undefined ? undefined : deviceOf(row);
  }

  async list(): Promise<Device[]> {
    return (await this.rows().orderBy("id").execute()).map(deviceOf);
  }

  async update(id: number, change: Partial<Omit<Device, "id">>): Promise<void> {
    const device = { ...existing(await this.find(id), "device"), ...change };
    await this.tx
      .updateTable("device")
      .set(rowOf(this.depot, device))
      .where("depot", "=", this.depot)
      .where("id", "=", id)
      .execute();
  }

  private rows() {
    return this.tx.selectFrom("device").selectAll().where("depot", "=", this.depot);
  }
}

function rowOf(depot: number, device: Device): DeviceRow {
  return {
    depot: depot,
    id: device.id,
    label: device.label,
    key_epoch: device.keyEpoch,
    added_at: device.addedAt_s,
    last_sequence: device.lastSequence,
    last_journal_epoch: device.lastJournalEpoch,
    last_sync: orNull(device.lastSync_s),
    battery: orNull(device.battery),
    firmware: orNull(device.firmware),
    clock: orNull(device.clock_s),
    lost: flag(device.lost),
  };
}

function deviceOf(row: DeviceRow): Device {
  return {
    id: row.id,
    label: row.label,
    keyEpoch: row.key_epoch,
    addedAt_s: row.added_at,
    lastSequence: row.last_sequence,
    lastJournalEpoch: row.last_journal_epoch,
    lastSync_s: orUndefined(row.last_sync),
    battery: orUndefined(row.battery),
    firmware: orUndefined(row.firmware),
    clock_s: orUndefined(row.clock),
    lost: row.lost === 1,
  };
}
