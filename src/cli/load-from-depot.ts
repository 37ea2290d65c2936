// Joins a depot and a handheld in the dock: the loading procedure of src/dock with this depot's keys, replies and
// manifests. The key goes from the depot straight onto the cable; it is never shown or stored on the way.
import { randomBytes } from "node:crypto";
import type { Depot } from "../depot/depot.ts";
import { nobleHash } from "../depot/noble-hash.ts";
import type { ByteStream } from "../dock/byte-stream.ts";
import { faultWords } from "../dock/fault-words.ts";
import { FrameClient } from "../dock/frame-client.ts";
import { openSession } from "../dock/service-session.ts";
import { askHello, syncFailed, syncSession, type SyncOutcome } from "../dock/sync-session.ts";
import { isLoaded, loadHandheld, type LoadCallbacks, type LoadEvent, type LoadResult } from "../dock/load-handheld.ts";
import { Role } from "../shared/wire/service-session.ts";
import type { Hello } from "../shared/wire/service-data.ts";
import { concatBytes } from "../shared/wire/bytes.ts";

const BATTERY_UNKNOWN = 255;

/** What to load. */
export interface LoadWish {
  /** Number of the handheld that should be in the dock. */
  device: number;
  /** Delivery day, in days since 1970-01-01. */
  day: number;
  /** Round, when the day has several. */
  round?: string | undefined;
  /** Where the handheld will find this depot over the air; goes into a new handheld's key file. */
  depotUrl: string;
  /** Run maintenance on the handheld when its flash needs it. */
  maintenance?: boolean;
  progress?(event: LoadEvent): void;
}

/**
 * Key file for a handheld without a key. One that had a key once, and has synced with it, gets a key of the next epoch:
 * what its lost flash held must never be mistaken for what comes.
 */
async function keyFileFor(depot: Depot, { device, depotUrl }: LoadWish): Promise<Uint8Array> {
  const known = (await depot.devices()).find(({ id }) => id === device);
  const again = known?.lastSync_s !== undefined;
  const { keyFile, mac } = await depot.provisionKeyFile(device, depotUrl, { again, heldKeyEpoch: 0 });
  return mac === undefined ? keyFile : concatBytes([keyFile, mac]);
}

/** This depot's part of loading. */
export function depotCallbacks(depot: Depot, wish: LoadWish): LoadCallbacks {
  return {
    sync: (request) => depot.handleSync(request, wish.device),
    portKey: (device, keyEpoch) => depot.portKey(device, keyEpoch, "dock"),
    keyFile: () => keyFileFor(depot, wish),
    manifest: async () => (await depot.manifestFor(wish.device, wish.day, wish.round)).bytes,
    progress: (event) => wish.progress?.(event),
  };
}

/**
 * Loads the handheld at the other end of a cable, and unplugs it.
 * @throws DepotError when the depot has nothing to load
 */
export async function loadFromDepot(depot: Depot, cable: ByteStream, wish: LoadWish): Promise<LoadResult> {
  const client = new FrameClient(cable, nobleHash);
  try {
    const options = { device: wish.device, maintenance: wish.maintenance ?? false };
    const result = await loadHandheld(client, depotCallbacks(depot, wish), options);
    if (isLoaded(result)) await noteVisit(depot, wish.device, await askHello(client));
    return result;
  } finally {
    client.close();
  }
}

/** The roll-call counts this visit, too: it came, was loaded, and goes out again. */
async function noteVisit(depot: Depot, device: number, hello: Hello): Promise<void> {
  const { sequence, journalEpoch, battery, firmware } = hello;
  const known = battery === BATTERY_UNKNOWN ? undefined : battery;
  await depot.dockArrived(device, { unsent: 0, sequence, journalEpoch, battery: known, firmware });
  await depot.dockLeft(device);
}

/**
 * Takes a handheld's results at the end of a day, and unplugs it.
 * @throws Error in words when they could not be taken
 */
export async function takeResults(depot: Depot, cable: ByteStream, device: number): Promise<SyncOutcome> {
  const client = new FrameClient(cable, nobleHash);
  try {
    const roleKey = (number: number, keyEpoch: number): Promise<Uint8Array | undefined> =>
      depot.portKey(number, keyEpoch, "dock");
    const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
    await openSession(client, { role: Role.Dock, device, roleKey, random });
    const outcome = await syncSession(client, (request) => depot.handleSync(request, device));
    if (syncFailed(outcome)) throw new Error(`the results were not taken: ${faultWords(outcome.fault)}`);
    return outcome;
  } finally {
    client.close();
  }
}
