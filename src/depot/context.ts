// What the depot's modules are handed: hash, clock, entropy, and what derives from the master key. The master key
// itself stays inside these closures; no module sees it.
import type { Hash } from "../shared/crypto/hash.ts";
import type { KeyLabel } from "../shared/crypto/keys.ts";
import { deviceKey, subkey } from "../shared/crypto/keys.ts";
import type { CodeVault } from "./codes/code-vault.ts";
import { openCodeVault } from "./codes/code-vault.ts";
import { DepotError } from "./depot-error.ts";
import { DepotFault } from "./faults.ts";
import type { Settings } from "./settings.ts";
import type { Device } from "./store/rows.ts";
import type { StoreTransaction } from "./store/store.ts";
import type { Clock, Entropy } from "./surroundings.ts";

/** Handed to every module that needs more than the store. */
export interface DepotContext {
  readonly hash: Hash;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: CodeVault;
  /** Key of a device in a key epoch, 32 bytes. */
  deviceKey(device: number, keyEpoch: number): Uint8Array;
  /** A labelled subkey of it, 32 bytes. */
  subkey(device: number, keyEpoch: number, label: KeyLabel): Uint8Array;
}

/** Puts a context together around a master key of 32 bytes. */
export function makeContext(masterKey: Uint8Array, hash: Hash, clock: Clock, entropy: Entropy): DepotContext {
  return {
    hash: hash,
    clock: clock,
    entropy: entropy,
    vault: openCodeVault(masterKey, hash, entropy),
    deviceKey: (device, keyEpoch) => deviceKey(hash, masterKey, device, keyEpoch),
    subkey: (device, keyEpoch, label) => subkey(hash, deviceKey(hash, masterKey, device, keyEpoch), label),
  };
}

/**
 * The settings, which `parola init` wrote.
 * @throws DepotError 902 when there are none
 */
export async function settingsOf(tx: StoreTransaction): Promise<Settings> {
  const settings = await tx.settings();
  if (settings === undefined) throw new DepotError(DepotFault.DataDirectory, "this depot has no settings: parola init");
  return settings;
}

/**
 * A known handheld.
 * @throws DepotError 914
 */
export async function deviceOf(tx: StoreTransaction, id: number): Promise<Device> {
  const device = await tx.devices.find(id);
  if (device === undefined) throw new DepotError(DepotFault.DeviceUnknown, `handheld ${id} is not known`);
  return device;
}

/**
 * Passes when a handheld may be given work.
 * @throws DepotError 917 when it is booked as lost
 */
export function checkInService(device: Device): void {
  if (device.lost) throw new DepotError(DepotFault.DeviceLost, `handheld ${device.id} is booked as lost`);
}
