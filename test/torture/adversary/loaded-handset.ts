// Handhelds as they leave the depot in the morning: with a key, a manifest and the depot's time, everything from the real
// depot and through the service port.
import { codeDigest, tagOf } from "../../../src/shared/crypto/code-digest.ts";
import { DAY } from "../../support/test-round.ts";
import type { Books } from "./books.ts";
import { fastHash } from "./fast-digest.ts";
import { Handset, type StartOptions, type SyncTo } from "./handset.ts";

/** The depot's end of a sync. */
export function syncTo(books: Books): SyncTo {
  return (request) => books.depot.handleSync(request);
}

/** Adds a handheld, loads it for a day, and syncs it once. */
export async function loadedHandset(
  books: Books,
  device: number,
  day = DAY,
  options: StartOptions = {},
): Promise<Handset> {
  const key = await books.addDevice(device);
  const handset = new Handset(new Map([["key", key]]), { chance: device, ...options });
  await load(books, handset, device, day);
  return handset;
}

/** Loads the manifest that a handheld is due, and syncs it. */
export async function load(books: Books, handset: Handset, device: number, day = DAY): Promise<void> {
  const { bytes } = await books.depot.manifestFor(device, day);
  const fault = handset.load(bytes);
  if (fault !== 0) throw new Error(`the manifest does not load: F${fault}`);
  const synced = await handset.sync(syncTo(books));
  if (synced !== 0) throw new Error(`the first sync fails: F${synced}`);
}

/** Digits that the tag of a parcel's code refuses, the n-th of many. */
export function wrongDigits(handset: Handset, tracking: string, n = 0): string {
  const { salt, tag, tagBits } = handset.code(tracking);
  for (let number = 271_828, found = 0; ; number += 7) {
    const digits = String(number % 1_000_000).padStart(6, "0");
    if (tagOf(codeDigest(fastHash, salt, digits), tagBits) !== tag && found++ === n) return digits;
  }
}

/** Wrong digits until the code is locked. */
export function lock(handset: Handset, tracking: string): void {
  for (let n = 0; n < 3; n++) handset.tryCode(tracking, wrongDigits(handset, tracking, n));
}

/** Kinds of the alarms raised so far. */
export async function alarmsOf(books: Books): Promise<string[]> {
  return (await books.depot.alarms()).map(({ kind }) => kind);
}

/** Status of a parcel in the books of a day. */
export async function statusOf(books: Books, tracking: string, day = DAY): Promise<string> {
  return (await books.depot.report(day)).lines.find((line) => line.tracking === tracking)?.status ?? "absent";
}
