// The depot's people while rounds are out: new codes, postponed parcels, releases, the day's close, and handhelds loaded
// at the dock, also in the middle of the day, with a new manifest or with another round.
import { randomBytes } from "node:crypto";
import { FrameClient } from "../../../src/dock/frame-client.ts";
import { DockError } from "../../../src/dock/dock-error.ts";
import { type LoadCallbacks, loadHandheld } from "../../../src/dock/load-handheld.ts";
import { sendManifest } from "../../../src/dock/send-manifest.ts";
import { openSession, SessionRefused } from "../../../src/dock/service-session.ts";
import type { SealedManifest } from "../../../src/depot/seal/seal-manifest.ts";
import { Role } from "../../../src/shared/wire/service-session.ts";
import { decodeManifestHeader } from "../../../src/shared/wire/manifest.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { keyOf } from "./intake.ts";
import type { SimHandheld } from "./sim-handheld.ts";
import { DAY, isRefusal, type SimParcel, type World } from "./world.ts";

const URL = "http://depot.test:8080";

/** The depot died, or was down, while something was fetched from it. */
class NoDepot extends Error {
  constructor() {
    super("no depot");
  }
}

/** Reads a parcel's code as its buyer does, and the salt that the test needs to know an exact proof. */
export async function learnCode(world: World, parcel: SimParcel): Promise<void> {
  if (!parcel.needsCode) return;
  const { depot, store } = world.failing;
  const codes = await store.transaction((tx) => tx.codes.ofParcel(parcel.id));
  const live = codes.find(({ state }) => state === "live");
  const { code } = await depot.track(parcel.tracking);
  if (live === undefined || code === undefined || world.codes.has(live.id)) return;
  world.codes.set(live.id, { digits: code, salt: live.salt });
  parcel.digits.push(code);
}

/** A new code for a parcel, for its day or for another one. */
export async function reissue(world: World, parcel: SimParcel, forDay?: number): Promise<void> {
  const day = world.books.dayOf(parcel.id);
  const days = forDay === undefined ? { day } : { day, forDay };
  let isDone = false;
  const wasOpen = world.books.isOpen(parcel.id);
  try {
    await world.atDepot(
      (depot) => depot.reissue(parcel.tracking, days),
      () => {
        isDone = true;
        if (forDay !== undefined && forDay !== day) world.books.move(parcel.id, forDay);
      },
    );
  } catch (error) {
    if (!isRefusal(error) || wasOpen) throw error;
  }
  world.note(forDay === undefined ? "reissued" : "postponed", `${parcel.tracking} ${isDone ? "done" : "not done"}`);
  if (isDone) await learnCode(world, parcel);
}

/** Answer to a challenge that the courier reads out; undefined when the depot refuses, or dies. */
export async function tellRelease(
  world: World,
  { device, active }: SimHandheld,
  tracking: string | undefined,
  challenge: string,
): Promise<string | undefined> {
  const wish = { device, tracking, day: active?.day ?? DAY, challenge, online: false };
  const told = await refusable(world, () =>
    world.atDepot(
      (depot) => depot.release(wish),
      () => undefined,
    ),
  );
  world.note("release told", `${device} ${tracking ?? "device"} ${told === undefined ? "not" : "done"}`);
  return told?.answer;
}

/** A release as an update. */
export async function queueRelease(world: World, { device, active }: SimHandheld, parcel: SimParcel): Promise<void> {
  const tracking = world.draw.chance(85) ? parcel.tracking : undefined;
  const wish = { device, tracking, day: active?.day ?? DAY, challenge: undefined, online: true };
  const queued = await refusable(world, () =>
    world.atDepot(
      (depot) => depot.release(wish),
      () => undefined,
    ),
  );
  world.note("release queued", `${device} ${tracking ?? "device"} ${queued === undefined ? "not" : "done"}`);
}

async function refusable<T>(world: World, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    world.note("depot refused", `F${error.number}`);
    return undefined;
  }
}

/** Books a handheld as lost: what it still sends is taken, what it carries gets new codes. */
export async function markLost(world: World, { device }: SimHandheld): Promise<void> {
  let isDone = false;
  await world.atDepot(
    (depot) => depot.markLost(device),
    () => {
      isDone = true;
      world.intake.lose(device);
    },
  );
  world.note("booked as lost", `${device} ${isDone ? "done" : "not done"}`);
  if (isDone) for (const parcel of world.parcels) await learnCode(world, parcel);
}

/** Closes a day; what is not delivered moves on. */
export async function closeDay(world: World, day: number, next: number): Promise<boolean> {
  let isDone = false;
  await world.atDepot(
    (depot) => depot.closeDay(day, next),
    () => {
      isDone = true;
      world.books.closeDay(day, next);
      world.intake.closeDay(day);
    },
  );
  world.note("day closed", isDone ? "done" : "not done");
  if (isDone) for (const parcel of world.parcels) await learnCode(world, parcel);
  return isDone;
}

/** What a handheld is to be loaded with. */
export interface LoadWish {
  day: number;
  round: string;
  /** Seal a new manifest even when the one sealed before still holds. */
  again: boolean;
  /** Only send the manifest: whoever loads does not ask for results first. The handheld has to refuse, if it has any. */
  hasty: boolean;
}

/** Loads a handheld at the dock, as `parola load` does; whether it was loaded. */
export async function load(world: World, handheld: SimHandheld, wish: LoadWish): Promise<boolean> {
  const client = new FrameClient(handheld.plugIn(), nodeHash);
  const { device } = handheld;
  const isArmed = world.draw.chance(30);
  if (isArmed) handheld.armCut(world.draw.cut(60));
  else handheld.disarmCut(); // maintenance may run: the one step that a power cut hurts
  let words = "";
  try {
    words = wish.hasty
      ? await sendOnly(world, handheld, client, wish)
      : await loadAll(world, handheld, client, wish, !isArmed);
  } catch (error) {
    const isLost = isRefusal(error) && world.intake.isLost(device);
    const isRefused = error instanceof SessionRefused; // the depot died before it gave the key
    if (!(error instanceof NoDepot || error instanceof DockError || isRefused || isLost)) throw error;
    words = `broken off (${error.message})`;
  }
  handheld.lookForManifest();
  world.note("loaded", `${device} ${wish.round} ${words.split(/[:;]/).slice(0, 2).join(":")}`);
  return words.startsWith("ready") || words.startsWith("already");
}

async function loadAll(
  world: World,
  handheld: SimHandheld,
  client: FrameClient,
  wish: LoadWish,
  maintenance: boolean,
): Promise<string> {
  const { device } = handheld;
  const callbacks: LoadCallbacks = {
    sync: (request) => syncAtDock(world, device, request),
    portKey: (number, keyEpoch) => dockKey(world, number, keyEpoch),
    keyFile: () => keyFile(world, device),
    manifest: () => seal(world, device, wish),
    progress: () => lookAt(handheld),
  };
  return (await loadHandheld(client, callbacks, { device, maintenance })).words;
}

async function sendOnly(world: World, handheld: SimHandheld, client: FrameClient, wish: LoadWish): Promise<string> {
  const manifest = await seal(world, handheld.device, wish);
  lookAt(handheld);
  const roleKey = (number: number, keyEpoch: number): Promise<Uint8Array | undefined> =>
    dockKey(world, number, keyEpoch);
  await openSession(client, { role: Role.Dock, roleKey, random: (length) => randomBytes(length) });
  const fault = await sendManifest(client, manifest, () => lookAt(handheld));
  return fault === 0 ? "ready in haste" : `refused in haste: F${fault}`;
}

/** What stands in flash before a load, or maintenance, may erase it. */
function lookAt(handheld: SimHandheld): void {
  handheld.witness.look(handheld.image);
  handheld.witness.lookAtLedger(handheld.image);
}

async function syncAtDock(world: World, device: number, request: Uint8Array): Promise<Uint8Array | undefined> {
  await world.pass(world.draw.between(1, 300));
  const { status, body } = await world.ask(device, request, true);
  return status === 200 ? body : undefined;
}

function dockKey(world: World, device: number, keyEpoch: number): Promise<Uint8Array | undefined> {
  return world.atDepot(
    (depot) => depot.portKey(device, keyEpoch, "dock"),
    () => undefined,
  );
}

/** The key file; the test keeps the sync key in it. */
async function keyFile(world: World, device: number): Promise<Uint8Array | undefined> {
  const given = await world.atDepot(
    (depot) => depot.provisionKeyFile(device, URL),
    () => undefined,
  );
  return given?.keyFile;
}

/** Seals a manifest that nobody loads yet: what happens until then is in no bit of it. */
export async function sealAhead(world: World, { device }: SimHandheld, wish: LoadWish): Promise<void> {
  try {
    await seal(world, device, { ...wish, again: true });
  } catch (error) {
    const isLost = isRefusal(error) && world.intake.isLost(device);
    if (!isLost && !(error instanceof NoDepot)) throw error;
  }
}

async function seal(world: World, device: number, { day, round, again }: LoadWish): Promise<Uint8Array> {
  const sealed = await world.atDepot(
    (depot) => (again ? depot.sealManifest(device, day, round) : depot.manifestFor(device, day, round)),
    (value) => {
      if (value !== undefined) opened(world, value);
    },
  );
  if (sealed === undefined) throw new NoDepot();
  return sealed.bytes;
}

function opened(world: World, sealed: SealedManifest): void {
  const { device, journalEpoch, sequence, day } = sealed;
  const { validFrom_s, validUntil_s } = decodeManifestHeader(sealed.bytes);
  world.intake.opened({ device, journalEpoch, sequence, day, validFrom_s, validUntil_s });
  world.note("sealed", keyOf(device, journalEpoch));
}
