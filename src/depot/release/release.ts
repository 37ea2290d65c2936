// Opens a lock without a network, design §3.3: checks the challenge the courier reads out, records that the depot told
// the answer, and returns it. The answer is never stored and never logged; at most two a lock and manifest.
import type { Lock } from "../../shared/crypto/release.ts";
import { releaseAnswer, releaseChallenge } from "../../shared/crypto/release.ts";
import { UpdateKind } from "../../shared/wire/update.ts";
import { dayText } from "../calendar.ts";
import type { DepotContext } from "../context.ts";
import { deviceOf, settingsOf } from "../context.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import type { Code, Manifest } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { queueUpdate } from "../sync/queue-update.ts";
import { normaliseTracking } from "../../shared/tracking-number.ts";

/** Which lock is to be opened. */
export interface ReleaseWish {
  device: number;
  /** Tracking number of the locked parcel; undefined: the whole handheld. */
  tracking: string | undefined;
  /** Delivery day of the manifest. */
  day: number;
  /** The eight digits on the handheld, when the courier reads them out. */
  challenge: string | undefined;
  /** Send it as an update instead of telling an answer. */
  online: boolean;
}

/** A release that was issued. */
export interface Release {
  device: number;
  journalEpoch: number;
  /** 0: the whole handheld. */
  code: number;
  index: number;
  /** Eight digits to read out; undefined when it was queued as an update. */
  answer: string | undefined;
}

/** A lock that the wish may mean. */
interface Candidate {
  manifest: Manifest;
  code: Code | undefined;
  /** Releases the lock had when the manifest was sealed. */
  firstIndex: number;
}

/**
 * Issues a release.
 * @throws DepotError 914 device unknown, 917 lost, 922 no lock like that, 923 no release left or code dead,
 *   924 the challenge is wrong, 925 the challenge is needed, 926 the list of updates is full
 */
export async function release(tx: StoreTransaction, context: DepotContext, wish: ReleaseWish): Promise<Release> {
  const device = await deviceOf(tx, wish.device);
  if (device.lost) throw new DepotError(DepotFault.DeviceLost, `handheld ${device.id} is booked as lost`);
  const { releasesPerLock } = await settingsOf(tx);
  const candidates = await candidatesOf(tx, wish);
  const { candidate, index } =
    wish.challenge === undefined
      ? await withoutChallenge(tx, candidates, releasesPerLock, wish.online)
      : byChallenge(context, candidates, releasesPerLock, wish.challenge);
  if (candidate.code?.state === "void" || candidate.code?.state === "spent") {
    const why = candidate.code.state === "void" ? "has been replaced: let the handheld sync" : "was accepted already";
    throw new DepotError(DepotFault.ReleaseSpent, `the code of that lock ${why}`);
  }
  await recordIssue(tx, context, candidate, index, wish.online);
  const answer = wish.online
    ? undefined
    : releaseAnswer(context.hash, keyOf(context, candidate), lockOf(candidate, index));
  const { manifest, code } = candidate;
  return {
    device: manifest.device,
    journalEpoch: manifest.journalEpoch,
    code: code?.id ?? 0,
    index: index,
    answer: answer,
  };
}

/** Every lock on the device's open manifests of that day that the wish can mean, newest manifest first. */
async function candidatesOf(tx: StoreTransaction, wish: ReleaseWish): Promise<Candidate[]> {
  const manifests = (await tx.manifests.ofDevice(wish.device)).filter((one) => one.day === wish.day && !one.closed);
  const candidates: Candidate[] = [];
  for (const manifest of manifests) {
    if (wish.tracking === undefined) candidates.push({ manifest: manifest, code: undefined, firstIndex: 0 });
    else candidates.push(...(await parcelLocks(tx, manifest, wish.tracking)));
  }
  if (candidates.length === 0) {
    const what = wish.tracking === undefined ? "" : `parcel ${wish.tracking} with a code in `;
    const text = `handheld ${wish.device} has no ${what}an open manifest of ${dayText(wish.day)}`;
    throw new DepotError(DepotFault.NoLock, text.replace("no an", "no"));
  }
  return candidates;
}

async function parcelLocks(tx: StoreTransaction, manifest: Manifest, tracking: string): Promise<Candidate[]> {
  const number = normaliseTracking(tracking);
  const ids = new Set((await tx.parcels.byTracking(number)).map((planned) => planned.parcel.id));
  const locks: Candidate[] = [];
  for (const id of ids) {
    for (const entry of await tx.manifests.entries(manifest.device, manifest.journalEpoch, id)) {
      if (entry.code === 0) continue;
      const code = await tx.codes.find(entry.code);
      locks.push({ manifest: manifest, code: code, firstIndex: entry.releasesKnown });
    }
  }
  return locks;
}

function lockOf(candidate: Candidate, index: number): Lock {
  return { journalEpoch: candidate.manifest.journalEpoch, code: candidate.code?.id ?? 0, index: index };
}

function keyOf(context: DepotContext, { manifest }: Candidate): Uint8Array {
  return context.subkey(manifest.device, manifest.keyEpoch, "release");
}

/** The challenge names journal, code and index all by itself. */
function byChallenge(
  context: DepotContext,
  candidates: readonly Candidate[],
  releasesPerLock: number,
  challenge: string,
): { candidate: Candidate; index: number } {
  const digits = challenge.replace(/\D/g, "");
  for (const candidate of candidates) {
    for (let index = 0; index < releasesPerLock; index++) {
      if (releaseChallenge(context.hash, keyOf(context, candidate), lockOf(candidate, index)) === digits) {
        return { candidate: candidate, index: index };
      }
    }
  }
  throw new DepotError(DepotFault.ChallengeWrong, "that challenge does not belong to this handheld, parcel and day");
}

/**
 * Without a challenge only a lock that cannot be mistaken for another is answered. An update goes to the newest
 * manifest's live code: there the handheld itself picks the right one.
 */
async function withoutChallenge(
  tx: StoreTransaction,
  candidates: readonly Candidate[],
  releasesPerLock: number,
  online: boolean,
): Promise<{ candidate: Candidate; index: number }> {
  const candidate = candidates.find(({ code }) => code === undefined || code.state === "live") ?? candidates[0];
  if (candidate === undefined || (candidates.length > 1 && !online)) throw needsChallenge("several locks fit");
  const { device, journalEpoch } = candidate.manifest;
  const issued = await tx.releases.ofLock(device, journalEpoch, candidate.code?.id ?? 0);
  if (issued.some((issue) => issue.usedAt_s === undefined)) {
    throw needsChallenge("a release was given already and the handheld has not told of it since");
  }
  const index = candidate.firstIndex + issued.length;
  if (index >= releasesPerLock) {
    throw new DepotError(DepotFault.ReleaseSpent, `that lock has had its ${releasesPerLock} releases`);
  }
  return { candidate: candidate, index: index };
}

function needsChallenge(why: string): DepotError {
  return new DepotError(DepotFault.ChallengeNeeded, `${why}: give the challenge the handheld shows`);
}

/** Asking again for an answer that was told (misheard on the phone) is not another release. */
async function recordIssue(
  tx: StoreTransaction,
  context: DepotContext,
  candidate: Candidate,
  index: number,
  online: boolean,
): Promise<void> {
  const { manifest, code } = candidate;
  const { device, journalEpoch } = manifest;
  const id = code?.id ?? 0;
  const issued = await tx.releases.ofLock(device, journalEpoch, id);
  const known = issued.find((issue) => issue.index === index);
  if (known !== undefined) {
    if (known.usedAt_s === undefined && !online) return;
    throw new DepotError(DepotFault.ReleaseSpent, "that release was given already");
  }
  if (online) {
    const update = { kind: UpdateKind.Release, code: id, parcel: code?.parcel ?? 0, releaseIndex: index };
    if (!(await queueUpdate(tx, context, manifest, update))) {
      throw new DepotError(DepotFault.UpdatesFull, `handheld ${device} takes no more updates before its next manifest`);
    }
  }
  await tx.releases.add({
    device: device,
    journalEpoch: journalEpoch,
    code: id,
    index: index,
    way: online ? "online" : "phone",
    issuedAt_s: context.clock.now_s(),
    usedAt_s: undefined,
  });
}
