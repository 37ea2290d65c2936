// Seals the manifest of one handheld for one day and round, and keeps its bytes. Each seal takes a new sequence and a
// new journal epoch of that device; neither is ever given out twice.
import { copyBytes } from "../../shared/wire/bytes.ts";
import { decodeManifestHeader, headBytes, MANIFEST_MAC_BYTES } from "../../shared/wire/manifest.ts";
import { RECORD_MAC_BYTES } from "../../shared/wire/journal.ts";
import { dayStart_s, dayText, noonOffset_min } from "../calendar.ts";
import type { DepotContext } from "../context.ts";
import { checkInService, deviceOf, settingsOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Code, Manifest, PlannedParcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { UPDATE_SLOTS } from "../sync/queue-update.ts";
import type { ManifestParcel } from "./manifest-builder.ts";
import { buildManifest } from "./manifest-builder.ts";

/** A manifest ready to be loaded. */
export interface SealedManifest {
  device: number;
  day: number;
  round: string;
  sequence: number;
  journalEpoch: number;
  keyEpoch: number;
  parcels: number;
  codes: number;
  /** As SPEC.md §4 states them. */
  bytes: Uint8Array;
}

/**
 * Seals a new manifest.
 * @throws DepotError 914 device unknown, 917 lost, 918 no such round, 919 too many parcels
 */
export async function sealManifest(
  tx: StoreTransaction,
  context: DepotContext,
  deviceId: number,
  day: number,
  round: string,
): Promise<SealedManifest> {
  const device = await deviceOf(tx, deviceId);
  checkInService(device);
  const planned = await listedParcels(tx, day, round);
  if (planned.length === 0) {
    throw new DepotError(DepotFault.RoundUnknown, `no round "${round}" on ${dayText(day)}`);
  }
  const carried = await carriedCodes(tx, planned);
  const settings = await settingsOf(tx);
  const content = {
    device: device.id,
    keyEpoch: device.keyEpoch,
    sequence: device.lastSequence + 1,
    journalEpoch: device.lastJournalEpoch + 1,
    sealedAt_s: context.clock.now_s(),
    validFrom_s: dayStart_s(day, settings.timeZone),
    validUntil_s: dayStart_s(day + 1, settings.timeZone),
    day: day,
    utcOffset_min: noonOffset_min(day, settings.timeZone),
    round: round,
    updateSlots: UPDATE_SLOTS,
    policy: settings,
    parcels: planned.map((entry) => manifestParcel(entry, carried.get(entry.parcel.id))),
  };
  const key = context.subkey(device.id, device.keyEpoch, "manifest");
  const bytes = buildManifest(context.hash, key, content);
  const manifest: Manifest = {
    device: device.id,
    journalEpoch: content.journalEpoch,
    sequence: content.sequence,
    keyEpoch: device.keyEpoch,
    day: day,
    round: round,
    sealedAt_s: content.sealedAt_s,
    validFrom_s: content.validFrom_s,
    validUntil_s: content.validUntil_s,
    journalSlots: decodeManifestHeader(bytes).journalSlots,
    closed: false,
    acknowledged: 0,
    chain: chainStart(bytes),
    updatesQueued: 0,
    updatesStored: 0,
  };
  await keep(tx, manifest, bytes, planned, carried);
  return sealedOf(manifest, bytes);
}

/** What a caller gets of a manifest that is kept. */
export function sealedOf(manifest: Manifest, bytes: Uint8Array): SealedManifest {
  const header = decodeManifestHeader(bytes);
  return {
    device: manifest.device,
    day: manifest.day,
    round: manifest.round,
    sequence: manifest.sequence,
    journalEpoch: manifest.journalEpoch,
    keyEpoch: manifest.keyEpoch,
    parcels: header.parcels,
    codes: header.codes,
    bytes: bytes,
  };
}

/** A round's parcels: withdrawn and replanned ones are not due; one moved to another day is listed, "not today". */
export async function listedParcels(tx: StoreTransaction, day: number, round: string): Promise<PlannedParcel[]> {
  return (await tx.parcels.ofDay(day)).filter(
    ({ plan }) => plan.round === round && (plan.outcome === "current" || plan.outcome === "moved"),
  );
}

/** Of each parcel the code its handheld must know: the spent one, else the live one, else the newest void one. */
async function carriedCodes(tx: StoreTransaction, planned: readonly PlannedParcel[]): Promise<Map<number, Code>> {
  const rank = { spent: 2, live: 1, void: 0 };
  const carried = new Map<number, Code>();
  const day = planned[0]?.plan.day ?? 0;
  const wanted = new Set(planned.map((entry) => entry.parcel.id));
  for (const code of await tx.codes.ofDay(day)) {
    const other = carried.get(code.parcel);
    if (!wanted.has(code.parcel)) continue;
    if (other === undefined || rank[code.state] >= rank[other.state]) carried.set(code.parcel, code);
  }
  return carried;
}

function manifestParcel({ parcel, plan }: PlannedParcel, code: Code | undefined): ManifestParcel {
  return {
    id: parcel.id,
    tracking: parcel.tracking,
    address: parcel.address,
    stop: plan.stop,
    needsCode: parcel.needsCode,
    isHandedOver: parcel.status === "delivered",
    code:
      code === undefined ? undefined : { ...code, isVoid: code.state === "void", isAccepted: code.state === "spent" },
  };
}

/** The journal's chain of MACs starts from the manifest's own. */
function chainStart(bytes: Uint8Array): Uint8Array {
  const mac = headBytes(decodeManifestHeader(bytes).chunks) - MANIFEST_MAC_BYTES;
  return copyBytes(bytes, mac, RECORD_MAC_BYTES);
}

async function keep(
  tx: StoreTransaction,
  manifest: Manifest,
  bytes: Uint8Array,
  planned: readonly PlannedParcel[],
  carried: ReadonlyMap<number, Code>,
): Promise<void> {
  const { device, journalEpoch } = manifest;
  const entries = planned.map(({ parcel }) => {
    const code = carried.get(parcel.id);
    return {
      device: device,
      journalEpoch: journalEpoch,
      parcel: parcel.id,
      code: code?.id ?? 0,
      releasesKnown: code?.releasesKnown ?? 0,
    };
  });
  await tx.manifests.add(manifest, bytes, entries);
  await tx.devices.update(device, { lastSequence: manifest.sequence, lastJournalEpoch: journalEpoch });
}

/**
 * The manifest to load: the newest open one of that device and day in its present key epoch while it lists the round's
 * parcels (what changed since in their codes comes as updates, while there is room for them), or a new one.
 * @param round needed only when the day has several rounds and the device has none of them, assigned or sealed, yet
 */
export async function manifestFor(
  tx: StoreTransaction,
  context: DepotContext,
  deviceId: number,
  day: number,
  round: string | undefined,
): Promise<SealedManifest> {
  const device = await deviceOf(tx, deviceId);
  checkInService(device);
  const all = await tx.manifests.ofDevice(deviceId);
  const ofDay = all.filter((manifest) => manifest.day === day);
  const assigned = (await tx.assignments.find(deviceId, day))?.round;
  const name = round ?? assigned ?? ofDay[0]?.round ?? (await onlyRound(tx, day));
  const newest = ofDay[0];
  const isOpen = newest?.closed === false && newest.updatesQueued < UPDATE_SLOTS;
  // While an older one is open the handheld may still work with that: tries on codes that came to it as updates are in no
  // bit of a manifest sealed before them. The first sync under a newer manifest closes the older ones.
  const isBehind = all.some(
    (other) => !other.closed && newest !== undefined && other.journalEpoch < newest.journalEpoch,
  );
  if (isOpen && !isBehind && newest.round === name && newest.keyEpoch === device.keyEpoch) {
    const bytes = await tx.manifests.bytes(deviceId, newest.journalEpoch);
    if (bytes !== undefined && (await listsAll(tx, newest))) return sealedOf(newest, bytes);
  }
  return sealManifest(tx, context, deviceId, day, name);
}

/** Whether a manifest still lists exactly the parcels of its round: later ones may have joined since. */
async function listsAll(tx: StoreTransaction, manifest: Manifest): Promise<boolean> {
  const listed = new Set((await tx.manifests.allEntries(manifest.device, manifest.journalEpoch)).map((e) => e.parcel));
  const due = await listedParcels(tx, manifest.day, manifest.round);
  return due.length === listed.size && due.every(({ parcel }) => listed.has(parcel.id));
}

async function onlyRound(tx: StoreTransaction, day: number): Promise<string> {
  const names = (await tx.parcels.rounds(day)).map((round) => round.name);
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const found = names.length === 0 ? "no round" : `several rounds (${names.join(", ")}): name one`;
  throw new DepotError(DepotFault.RoundUnknown, `${found} on ${dayText(day)}`);
}
