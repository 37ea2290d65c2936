// Makes a ticket for the bench: the technician's subkey of one handheld and, where it needs a key, its key file. The
// master key and other handhelds' keys are never in it.
import type { Ticket } from "../../shared/ticket.ts";
import type { DepotContext } from "../context.ts";
import { deviceOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Device } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { checkUrl, provision } from "./devices.ts";

/** What the ticket is for. */
export interface TicketWish {
  /** Raise the key epoch: the handheld gets a new key, its manifests are closed, and one that was lost is in service again. */
  newKey?: boolean;
  /** Key epoch that the handheld says it holds (0 none); without it what the depot knows of it. */
  heldKeyEpoch?: number;
}

/**
 * Makes a ticket. It carries the key file of the present epoch as long as the handheld never synced under that key: a
 * blank handheld can be provisioned with it, and one that holds the key before can take the new one.
 * @throws DepotError 901 address too long, 914 device unknown, 916 the handheld holds a key that was never made here,
 *   917 lost, and no new key wanted
 */
export async function makeTicket(
  tx: StoreTransaction,
  context: DepotContext,
  id: number,
  depotUrl: string,
  wish: TicketWish,
): Promise<Ticket> {
  const device = await deviceOf(tx, id);
  checkUrl(depotUrl);
  const newKey = wish.newKey === true;
  if (device.lost && !newKey) throw new DepotError(DepotFault.DeviceLost, `handheld ${id} is booked as lost`);
  const held = wish.heldKeyEpoch ?? (await lastHeld(tx, device, newKey));
  if (held > device.keyEpoch) {
    throw new DepotError(DepotFault.DeviceKey, `handheld ${id} was never given a key of epoch ${held}`);
  }
  const ticket: Ticket = { device: id, label: device.label, depotUrl: depotUrl, heldKeyEpoch: held };
  if (held > 0) ticket.technicianKey = context.subkey(id, held, "technician");
  if (!newKey && held === device.keyEpoch) return ticket;
  const { keyEpoch, keyFile, mac } = await provision(tx, context, id, depotUrl, { again: newKey, heldKeyEpoch: held });
  const technicianKey = context.subkey(id, keyEpoch, "technician");
  ticket.provisioning = { keyEpoch: keyEpoch, keyFile: keyFile, mac: mac, technicianKey: technicianKey };
  return ticket;
}

/**
 * The key epoch it synced under last. Before its first sync it may hold the key of the present epoch or the one before:
 * a new key comes on top of the present one, the present one on top of the one before.
 */
async function lastHeld(tx: StoreTransaction, device: Device, newKey: boolean): Promise<number> {
  const word = await tx.sightings.syncWord(device.id);
  if (word !== undefined) return word.keyEpoch;
  if (device.lastSync_s !== undefined || newKey) return device.keyEpoch;
  return device.keyEpoch - 1;
}
