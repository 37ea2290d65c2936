// What the depot does, what goes to and fro between the two, and what happens at the dock.
import { strict as assert } from "node:assert";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { concatBytes } from "../../../src/shared/wire/bytes.ts";
import { MODEL_DEVICE, MODEL_ROUND, trackingOf } from "./real-depot.ts";
import type { LoadOutcome } from "./forecast.ts";
import type { Reply } from "./model-types.ts";
import type { CutWish, World } from "./world.ts";

const DAY_S = 86_400;
/** More updates than this are not queued for one manifest: the list's end is not the model's affair. */
const UPDATES_MAX = 24;
/** Parcels of a new round: five that need a code, three that do not. */
const NEW_ROUND = [true, true, false, true, true, false, true, false];

const LOAD_FAULTS: Record<LoadOutcome, number> = {
  loaded: 0,
  older: FaultNumber.ManifestOlder,
  "equal, other bytes": FaultNumber.ManifestEqualOtherBytes,
  "already loaded": FaultNumber.ManifestAlreadyLoaded,
  expired: FaultNumber.ManifestExpired,
  "not yet valid": FaultNumber.ManifestNotYetValid,
  unsent: FaultNumber.DockUnsent,
};

/** What becomes of an exchange on its way. */
export type Fate = "well" | "request lost" | "reply lost" | "request twice" | "reply twice" | "reply late" | "garbage";

/** Whether there is room for another update, or one for each parcel, to every open manifest. */
function hasUpdateRoom(world: World, isForAll = false): boolean {
  const open = world.model.depot.manifests.filter((one) => !one.isClosed);
  return open.every((one) => one.updates.length + (isForAll ? one.listed.length : 1) <= UPDATES_MAX);
}

/** Brings the round of a day, once. */
async function needRound(world: World, day: number): Promise<void> {
  const { depot } = world.model;
  if (world.rounds.has(day)) return;
  world.rounds.add(day);
  await world.depot.import(day, depot.parcels.length + 1, NEW_ROUND);
  depot.import(day, NEW_ROUND);
}

/** Seals a manifest of a day; its number. */
export async function seal(world: World, day: number): Promise<number> {
  await needRound(world, day);
  const real = await world.depot.use.sealManifest(MODEL_DEVICE, day, MODEL_ROUND);
  const model = world.model.depot.seal(day, world.depotNow_s());
  assert.deepEqual([real.sequence, real.journalEpoch, real.day], [model.number, model.number, model.day]);
  assert.equal(real.parcels, model.listed.length, "parcels listed");
  world.sealed.set(real.sequence, real.bytes);
  return real.sequence;
}

/** Loads a sealed manifest; without room for it, maintenance is all that is done. */
export function load(world: World, number: number, cut: CutWish | undefined): void {
  const bytes = world.sealed.get(number);
  if (bytes === undefined) return;
  world.steady();
  let fault: number = FaultNumber.None;
  const done = world.attempt(
    cut,
    () => (fault = world.handheld.load(bytes)),
    (model) => {
      const isFull = fault === FaultNumber.DockNeedsMaintenance;
      const loading = isFull ? model.clone() : model;
      return loading.load(loading.depot.manifests[number - 1]!);
    },
    "hidden",
  );
  if (done === undefined) return;
  if (fault === FaultNumber.DockNeedsMaintenance) {
    assert.equal(done.model, "loaded", "only room was missing");
    world.saw("load: no room");
    return maintain(world);
  }
  assert.equal(fault, LOAD_FAULTS[done.model], `the model says ${done.model}`);
  world.saw(`load: ${done.model}`);
  if (fault === FaultNumber.None) world.handheld.host.latest = undefined;
}

/** Compacts the flash; a finished day goes. */
export function maintain(world: World): void {
  world.steady();
  const { fault } = world.handheld.command(Command.Maintenance);
  world.handheld.wait(10);
  const isDone = world.model.maintain();
  assert.equal(fault, isDone ? 0 : FaultNumber.DockUnsent, "maintenance");
  world.saw(isDone ? "maintenance" : "maintenance refused");
  if (isDone) world.handheld.host.latest = undefined;
  world.check();
}

/** Gives the handheld another key, with everything acknowledged; what it held is gone, what the depot knows is not. */
export async function provisionAgain(world: World): Promise<void> {
  world.steady();
  if (world.model.handheld.isUnsent()) return;
  const wish = { again: true, heldKeyEpoch: world.keyEpoch };
  const { keyFile, mac } = await world.depot.use.provisionKeyFile(MODEL_DEVICE, "http://depot.test:8080", wish);
  world.model.depot.closeAll();
  world.keyEpoch++;
  const give = (): number => world.handheld.command(Command.Provision, concatBytes([keyFile, mac!])).fault;
  let fault = give();
  if (fault === FaultNumber.DockNeedsMaintenance) {
    maintain(world);
    await settle(world);
    fault = give();
  }
  world.handheld.wait(10);
  assert.equal(fault, 0, "provisioned");
  assert.ok(world.model.provision());
  world.sealed.clear();
  world.saw("provisioned again");
  world.handheld.host.latest = undefined;
  world.check();
}

/** The first key. */
export async function provision(world: World): Promise<void> {
  const { keyFile } = await world.depot.use.provisionKeyFile(MODEL_DEVICE, "http://depot.test:8080");
  assert.equal(world.handheld.command(Command.Provision, keyFile).fault, 0);
  world.facts();
  world.model.start();
  world.check();
}

/** What the handheld answers to a reply that it takes. */
function faultOf(world: World, told: Reply, isBelieved: boolean): number {
  world.saw(`reply: ${isBelieved ? (told.isClosed ? "closed" : "taken") : "clock refused"}`);
  if (!isBelieved) return FaultNumber.ClockOutOfRange;
  return told.isClosed ? FaultNumber.SyncClosed : FaultNumber.None;
}

/** A reply that was hurt on its way. */
function hurt(world: World, reply: Uint8Array): Uint8Array {
  const bytes = reply.slice(0, world.dice.chance(1, 3) ? world.dice.below(reply.length) : reply.length);
  if (bytes.length === reply.length) bytes[world.dice.below(bytes.length)]! ^= 1 << world.dice.below(8);
  return bytes;
}

/** One exchange at the dock. */
export async function syncAtDock(world: World, fate: Fate, cut: CutWish | undefined): Promise<void> {
  const { handheld } = world;
  world.steady();
  const request = handheld.command(Command.SyncRequest);
  assert.equal(request.fault, 0);
  handheld.made(request.data);
  if (fate === "request lost") return;
  if (fate === "request twice") await world.deliver(request.data);
  const { reply, told } = await world.deliver(request.data);
  if (fate === "garbage") assert.notEqual(handheld.command(Command.SyncReply, hurt(world, reply)).fault, 0, "refused");
  if (fate === "reply late") handheld.made(handheld.command(Command.SyncRequest).data);
  if (fate === "reply lost") return;
  const send = (): number => handheld.command(Command.SyncReply, reply).fault;
  if (fate === "reply late") {
    assert.equal(send(), FaultNumber.SyncStale, "a late reply");
  } else {
    const done = world.attempt(cut, send, (model) => model.take(told), "hidden");
    if (done === undefined) return;
    handheld.host.latest = undefined;
    assert.equal(done.real, faultOf(world, told, done.model), "the reply is taken");
    if (fate === "reply twice") assert.equal(send(), FaultNumber.SyncStale, "a reply counts once");
  }
}

/** Exchanges over the air, as the handheld itself makes them. */
export async function syncOverAir(world: World, fates: readonly Fate[], cut: CutWish | undefined): Promise<void> {
  const { host } = world.handheld;
  world.steady();
  host.linkUp = true;
  host.inputs!.linkUp();
  for (const fate of fates) {
    world.handheld.wait(25);
    if (host.posts.length === 0) world.handheld.wait(6000);
    const post = host.posts.shift();
    if (post === undefined) break;
    if (fate !== "reply late") await answerPost(world, post, fate, cut);
    else world.late.push(post);
    if (world.handheld.host !== host) return;
  }
}

type Post = World["late"][number];
const NOTHING = new Uint8Array(0);

/** Answers one request over the air. */
export async function answerPost(world: World, post: Post, fate: Fate, cut: CutWish | undefined): Promise<void> {
  const { host } = world.handheld;
  if (fate === "request lost") return post.done(0, NOTHING);
  if (fate === "request twice") await world.deliver(post.body);
  const { reply, told } = await world.deliver(post.body);
  if (fate === "reply lost") return post.done(world.dice.pick([0, 500, 502]), NOTHING);
  if (fate === "garbage") return post.done(200, hurt(world, reply));
  const isAwaited = host.latest === post.body;
  const done = world.attempt(
    cut,
    () => post.done(200, reply),
    (model) => isAwaited && model.take(told),
    "hidden",
  );
  if (done === undefined) return;
  if (isAwaited) host.latest = undefined;
}

/** What has come over the air by itself meanwhile is answered. */
export async function pump(world: World): Promise<void> {
  const { host } = world.handheld;
  const posts = [...world.late.splice(0), ...host.posts.splice(0)];
  for (const post of posts) if (world.handheld.host === host) await answerPost(world, post, "well", undefined);
}

/** Some request of the past comes to the depot again, or for the first time. */
export async function replay(world: World, pick: number): Promise<void> {
  const { requests } = world.handheld;
  const request = requests[pick % Math.max(1, requests.length)];
  if (request !== undefined) await world.deliver(request);
}

/** A new code for a parcel, for its day or the next one. */
export async function reissue(world: World, pick: number, later: number): Promise<void> {
  const { parcels } = world.model.depot;
  const parcel = parcels[pick % parcels.length];
  if (parcel === undefined || !hasUpdateRoom(world)) return;
  const forDay = parcel.day + later;
  const done = await world.depot.ask((depot) => depot.reissue(trackingOf(parcel.id), { forDay }));
  assert.equal(done !== undefined, world.model.depot.reissue(parcel.id, forDay), "reissued");
  world.saw(done === undefined ? "reissue refused" : "reissued");
}

/** A release as an update, for a parcel or the handheld. */
export async function releaseOnline(world: World, pick: number, isDevice: boolean): Promise<void> {
  const { parcels } = world.model.depot;
  const parcel = parcels[pick % parcels.length];
  if (parcel === undefined || !hasUpdateRoom(world)) return;
  const day = world.model.handheld.active?.day ?? world.today();
  const tracking = isDevice ? undefined : trackingOf(parcel.id);
  const wish = { device: MODEL_DEVICE, tracking, day, challenge: undefined, online: true };
  const done = await world.depot.ask((depot) => depot.release(wish));
  assert.equal(done !== undefined, world.model.depot.releaseOnline(day, isDevice ? 0 : parcel.id), "released online");
  world.saw(done === undefined ? "release online refused" : "released online");
}

/** Closes a day: what was not delivered moves to the next one. */
export async function closeDay(world: World, day: number): Promise<void> {
  if (!hasUpdateRoom(world, true)) return;
  await world.depot.ask((depot) => depot.closeDay(day, day + 1));
  world.model.depot.closeDay(day, day + 1);
}

/** The next morning: yesterday is closed, today's manifest is loaded. */
export async function nextMorning(world: World): Promise<void> {
  const next_s = (world.today() + 1) * DAY_S + 7 * 3600;
  world.handheld.skip(next_s - world.handheld.host.true_s());
  world.ahead.depot_s = 0;
  await syncAtDock(world, "well", undefined);
  await closeDay(world, world.today() - 1);
  const number = await seal(world, world.today());
  await settle(world);
  load(world, number, undefined);
}

/** Syncs until nothing waits. */
export async function settle(world: World): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await syncAtDock(world, "well", undefined);
    const { active, stored } = world.model.handheld;
    const waits = active !== undefined && !active.isClosed && stored < active.updates.length;
    if (!waits && !world.model.handheld.isUnsent()) return;
  }
  throw new Error("the sync does not end");
}
