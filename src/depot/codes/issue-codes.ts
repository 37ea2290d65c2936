// Issues codes: one live code for each protected parcel, for its delivery day. A code belongs to one parcel for ever
// and its id is never given out again.
import type { DepotContext } from "../context.ts";
import { settingsOf } from "../context.ts";
import type { Code, Parcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { drawCode } from "./draw-code.ts";

/**
 * Draws, encrypts and stores one new live code for each parcel.
 * @param day delivery day the codes are good for
 * @returns the codes, in the parcels' order
 */
export async function issueCodes(
  tx: StoreTransaction,
  context: DepotContext,
  parcels: readonly Parcel[],
  day: number,
): Promise<Code[]> {
  if (parcels.length === 0) return [];
  const { tagBits } = await settingsOf(tx);
  const first = await tx.nextId("code", parcels.length);
  const codes = parcels.map((parcel, at) => newCode(context, parcel.id, first + at, day, tagBits));
  await tx.codes.add(codes);
  return codes;
}

function newCode(context: DepotContext, parcel: number, id: number, day: number, tagBits: number): Code {
  const drawn = drawCode(context.hash, context.entropy, tagBits);
  return {
    id: id,
    parcel: parcel,
    day: day,
    state: "live",
    salt: drawn.salt,
    tag: drawn.tag,
    tagBits: drawn.tagBits,
    box: context.vault.seal(drawn.digits, id, parcel),
    triesKnown: 0,
    releasesKnown: 0,
    successor: undefined,
    madeAt_s: context.clock.now_s(),
    endedAt_s: undefined,
  };
}

/** The parcel's live code, if it has one. */
export async function liveCode(tx: StoreTransaction, parcel: number): Promise<Code | undefined> {
  return (await tx.codes.ofParcel(parcel)).find((code) => code.state === "live");
}
