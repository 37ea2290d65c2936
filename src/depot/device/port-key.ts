// The subkey by which the dock or the bench opens a session on a handheld's service port. Never the device key itself.
import type { DepotContext } from "../context.ts";
import type { StoreTransaction } from "../store/store.ts";

/** Who wants a session on the service port, SPEC.md §10.2. */
export type PortRole = "dock" | "technician";

/**
 * The role's subkey for a known handheld, in its present key epoch or an earlier one (it may not have taken the newer key
 * yet). A lost handheld that turns up has its key, too: its results must still be taken; no manifest is sealed for it.
 * @returns 32 bytes; undefined when handheld or key epoch are not known here
 */
export async function portKey(
  tx: StoreTransaction,
  context: DepotContext,
  id: number,
  keyEpoch: number,
  role: PortRole,
): Promise<Uint8Array | undefined> {
  const device = await tx.devices.find(id);
  if (device === undefined || !Number.isInteger(keyEpoch)) return undefined;
  return keyEpoch >= 1 && keyEpoch <= device.keyEpoch ? context.subkey(id, keyEpoch, role) : undefined;
}
