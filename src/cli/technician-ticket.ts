// A ticket straight from the depot, on the depot's own PC: it goes from the depot onto the cable, and into no file.
import type { Command } from "commander";
import type { Depot } from "../depot/depot.ts";
import type { Ticket } from "../shared/ticket.ts";
import { withDepot } from "./depot-session.ts";
import type { DepotTicketWish } from "./technician-run.ts";

const DEFAULT_DEPOT_URL = "http://127.0.0.1:8080"; // where `parola serve` listens by default

/**
 * Whether the key epoch must rise: an empty handheld that has synced before gets a new key, for what its lost flash held
 * must never be mistaken for what comes.
 */
async function needsNewKey(depot: Depot, device: number, { heldKeyEpoch, newKey }: DepotTicketWish): Promise<boolean> {
  if (newKey !== "for an empty handheld that has synced before" || heldKeyEpoch !== 0) return newKey === "yes";
  return (await depot.devices()).some(({ id, lastSync_s }) => id === device && lastSync_s !== undefined);
}

/**
 * Makes a ticket for a handheld of the depot at `--data`.
 * @throws DepotError 914 device unknown, 916 it holds a key that was never made here, 917 lost
 */
export function ticketFromDepot(command: Command, device: number, wish: DepotTicketWish): Promise<Ticket> {
  return withDepot(command, async (depot) => {
    const { heldKeyEpoch, depotUrl = DEFAULT_DEPOT_URL } = wish;
    return depot.ticket(device, depotUrl, { heldKeyEpoch, newKey: await needsNewKey(depot, device, wish) });
  });
}
