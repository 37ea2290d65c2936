// Handhelds at the depot: added, given keys. Keys derive from the master key whenever they are needed;
// none is ever stored or shown.
import { hmac } from "../../shared/crypto/hmac.ts";
import { DEPOT_URL_MAX, encodeKeyFile } from "../../shared/wire/key-file.ts";
import type { DepotContext } from "../context.ts";
import { deviceOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Device, Manifest } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

const U32_MAX = 0xffff_ffff;

/** What the dock sends to a handheld to give it its key. */
export interface Provisioning {
  device: number;
  keyEpoch: number;
  /** 128 bytes, SPEC.md §3.2. Secret. */
  keyFile: Uint8Array;
  /** HMAC over the key file by the technician key that the handheld holds, 32 bytes; undefined when it holds none. */
  mac: Uint8Array | undefined;
}

/** How a handheld is to be provisioned. */
export interface ProvisioningWish {
  /** Raise the key epoch; the dock sees to it that everything was acknowledged before. */
  again?: boolean;
  /** Key epoch the handheld says it holds (0 none); without it the epoch before the new one. */
  heldKeyEpoch?: number;
}

/**
 * Adds a handheld in key epoch 1: its key exists from now on, so manifests can be sealed before it is provisioned.
 * @throws DepotError 901 when the number is not 1…2³²−1, 915 when it is taken
 */
export async function addDevice(
  tx: StoreTransaction,
  context: DepotContext,
  id: number,
  label: string,
): Promise<Device> {
  if (!Number.isInteger(id) || id < 1 || id > U32_MAX) {
    throw new DepotError(DepotFault.Usage, `a handheld's number is 1…${U32_MAX}`);
  }
  if ((await tx.devices.find(id)) !== undefined) {
    throw new DepotError(DepotFault.DeviceKnown, `handheld ${id} exists already`);
  }
  const device: Device = {
    id: id,
    label: label,
    keyEpoch: 1,
    addedAt_s: context.clock.now_s(),
    lastSequence: 0,
    lastJournalEpoch: 0,
    lastSync_s: undefined,
    battery: undefined,
    firmware: undefined,
    clock_s: undefined,
    lost: false,
  };
  await tx.devices.add(device);
  return device;
}

/**
 * Makes a handheld's key file: the present epoch's, however often it is asked for (a dock that was cut off may try
 * again), unless `again` raises the epoch, which closes the old one and its manifests.
 * @throws DepotError 901 address too long, 914 device unknown, 916 the handheld holds a key of a later epoch,
 *   917 lost and not provisioned again
 */
export async function provision(
  tx: StoreTransaction,
  context: DepotContext,
  id: number,
  depotUrl: string,
  wish: ProvisioningWish,
): Promise<Provisioning> {
  const device = await deviceOf(tx, id);
  checkUrl(depotUrl);
  const raises = wish.again === true;
  if (device.lost && !raises) throw new DepotError(DepotFault.DeviceLost, `handheld ${id} is booked as lost`);
  const keyEpoch = raises ? device.keyEpoch + 1 : device.keyEpoch;
  const held = wish.heldKeyEpoch ?? keyEpoch - 1;
  if (held > keyEpoch) {
    throw new DepotError(DepotFault.DeviceKey, `handheld ${id} holds key epoch ${held}; this depot knows ${keyEpoch}`);
  }
  if (raises) {
    await closeManifests(tx, await tx.manifests.ofDevice(id));
    await tx.devices.update(id, { keyEpoch: keyEpoch, lost: false });
  }
  const key = context.deviceKey(id, keyEpoch);
  const keyFile = encodeKeyFile(context.hash, { device: id, keyEpoch: keyEpoch, key: key, depotUrl: depotUrl });
  const mac = held === 0 ? undefined : hmac(context.hash, context.subkey(id, held, "technician"), [keyFile]);
  return { device: id, keyEpoch: keyEpoch, keyFile: keyFile, mac: mac };
}

/**
 * Passes for an address that a key file can hold.
 * @throws DepotError 901
 */
export function checkUrl(depotUrl: string): void {
  if (!/^http:\/\/[\x21-\x7e]+$/.test(depotUrl) || depotUrl.length > DEPOT_URL_MAX) {
    throw new DepotError(
      DepotFault.Usage,
      `the depot's address must be http://… of at most ${DEPOT_URL_MAX} plain characters`,
    );
  }
}

/** Closes those manifests that are open. */
export async function closeManifests(tx: StoreTransaction, manifests: readonly Manifest[]): Promise<void> {
  for (const { device, journalEpoch, closed } of manifests) {
    if (!closed) await tx.manifests.update(device, journalEpoch, { closed: true });
  }
}
