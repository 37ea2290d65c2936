// Answers one sync request, SPEC.md §9, in one transaction: verify, take the records, settle them, acknowledge, hand
// out updates. Knows nothing of HTTP. What is not authentic is answered with nothing at all; no answer ever depends on
// whether a proof was right.
import { RECORD_MAC_BYTES } from "../../shared/wire/journal.ts";
import type { SyncReply, SyncRequest } from "../../shared/wire/sync.ts";
import {
  encodeReply,
  openRequest,
  requestSender,
  SyncFlag,
  SyncStatus,
  UPDATES_PER_REPLY,
} from "../../shared/wire/sync.ts";
import { decodeUpdate, encodeUpdate } from "../../shared/wire/update.ts";
import type { DepotContext } from "../context.ts";
import { raiseAlarm } from "../settle/alarm.ts";
import { noteStanding } from "../dock/note-standing.ts";
import type { Device, Manifest } from "../store/rows.ts";
import type { Store, StoreTransaction } from "../store/store.ts";
import { takeRecords } from "./take-records.ts";

const BATTERY_UNKNOWN = 255;

/** What a reply says besides addressing and time. */
type Answer = Pick<SyncReply, "status" | "acknowledged" | "lastMac" | "updates">;

/**
 * Answers a request.
 * @param sender when given, the device that must have sent it (the address it was posted to)
 * @returns the reply's bytes, or undefined when the request is not one, or not authentic: refuse it and say no more
 */
export async function handleSync(
  store: Store,
  context: DepotContext,
  bytes: Uint8Array,
  sender?: number,
): Promise<Uint8Array | undefined> {
  const claimed = requestSender(bytes);
  if (claimed === undefined || claimed.keyEpoch === 0) return undefined;
  if (sender !== undefined && sender !== claimed.device) return undefined;
  const syncKey = context.subkey(claimed.device, claimed.keyEpoch, "sync");
  const request = openRequest(context.hash, syncKey, bytes);
  if (request === undefined) return undefined;
  const answer = await store.transaction(async (tx) => {
    const device = await tx.devices.find(request.device);
    if (device === undefined || request.keyEpoch > device.keyEpoch) return undefined;
    return answerRequest(tx, context, device, request);
  });
  if (answer === undefined) return undefined;
  return encodeReply(context.hash, syncKey, {
    ...answer,
    device: request.device,
    journalEpoch: request.journalEpoch,
    nonce: request.nonce,
    time_s: context.clock.now_s(),
  });
}

async function answerRequest(
  tx: StoreTransaction,
  context: DepotContext,
  device: Device,
  request: SyncRequest,
): Promise<Answer> {
  await noteDevice(tx, context, device, request);
  const isClosedKey = device.lost || request.keyEpoch !== device.keyEpoch;
  if (request.journalEpoch === 0 && request.sequence === 0) {
    await noteStanding(tx, context, request);
    return nothingTaken(isClosedKey ? SyncStatus.Closed : SyncStatus.Ok);
  }
  const manifest = await tx.manifests.find(request.device, request.journalEpoch);
  if (manifest === undefined || !isOf(manifest, request)) {
    const subject = { device: request.device, journalEpoch: request.journalEpoch };
    await raiseAlarm(tx, context.clock.now_s(), "unknown journal", subject, "a journal of no manifest sealed here");
    return nothingTaken(SyncStatus.UnknownJournal);
  }
  if ((request.flags & SyncFlag.AcknowledgementRefused) !== 0) {
    const subject = { device: request.device, journalEpoch: request.journalEpoch };
    const text = `handheld ${request.device} does not hold the ${manifest.acknowledged} records that it had sent`;
    await raiseAlarm(tx, context.clock.now_s(), "journal rolled back", subject, text);
  }
  await noteStanding(tx, context, request);
  if (!isClosedKey) await retireOlder(tx, manifest);
  const taken = await takeRecords(tx, context, manifest, request, isClosedKey || manifest.closed);
  const standing = { acknowledged: taken.acknowledged, lastMac: taken.acknowledgedMac };
  if (taken.isConflict) return { status: SyncStatus.Conflict, updates: [], ...standing };
  if (isClosedKey || manifest.closed) return { status: SyncStatus.Closed, updates: [], ...standing };
  await noteUpdates(tx, context, manifest, request.lastUpdate);
  return { status: SyncStatus.Ok, updates: await nextUpdates(tx, context, request), ...standing };
}

function isOf(manifest: Manifest, request: SyncRequest): boolean {
  return (
    manifest.sequence === request.sequence &&
    manifest.keyEpoch === request.keyEpoch &&
    request.end <= manifest.journalSlots
  );
}

function nothingTaken(status: SyncStatus): Answer {
  return { status: status, acknowledged: 0, lastMac: new Uint8Array(RECORD_MAC_BYTES), updates: [] };
}

/** What the handheld says of itself, for the report; nothing is decided by it. */
async function noteDevice(
  tx: StoreTransaction,
  context: DepotContext,
  device: Device,
  request: SyncRequest,
): Promise<void> {
  const battery = request.battery === BATTERY_UNKNOWN ? undefined : request.battery;
  await tx.devices.update(device.id, {
    lastSync_s: context.clock.now_s(),
    battery: battery,
    firmware: request.firmware,
    clock_s: request.time_s,
  });
}

/** A handheld loads a manifest only with everything acknowledged, so its older ones are over. */
async function retireOlder(tx: StoreTransaction, active: Manifest): Promise<void> {
  for (const other of await tx.manifests.ofDevice(active.device)) {
    if (other.journalEpoch < active.journalEpoch && !other.closed) {
      await tx.manifests.update(other.device, other.journalEpoch, { closed: true });
    }
  }
}

/** Remembers what the handheld has stored; a number never queued is one the depot has lost, or a forgery. */
async function noteUpdates(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  lastUpdate: number,
): Promise<void> {
  const { device, journalEpoch } = manifest;
  const now = await tx.manifests.find(device, journalEpoch);
  const queued = now?.updatesQueued ?? 0;
  if (lastUpdate > queued) {
    const text = `handheld ${device} names update ${lastUpdate}; ${queued} were queued`;
    await raiseAlarm(tx, context.clock.now_s(), "unknown update", { device: device, journalEpoch: journalEpoch }, text);
  } else if (lastUpdate > manifest.updatesStored) {
    await tx.manifests.update(device, journalEpoch, { updatesStored: lastUpdate });
  }
}

/** The next updates as queued, but for the tries of a new code: other handhelds may have made some since. */
async function nextUpdates(tx: StoreTransaction, context: DepotContext, request: SyncRequest): Promise<Uint8Array[]> {
  const { device, journalEpoch, lastUpdate } = request;
  const next: Uint8Array[] = [];
  for (const { bytes } of await tx.manifests.updates(device, journalEpoch, lastUpdate, UPDATES_PER_REPLY)) {
    const update = decodeUpdate(bytes);
    const code = await tx.codes.find(update.newCode); // only a Replace names one
    const known = code && { ...update, triesKnown: code.triesKnown };
    next.push(known ? encodeUpdate(context.hash, known, journalEpoch) : bytes);
  }
  return next;
}
