// The round of the interpreter's sweeps: a handful of parcels, a few protected, each with its part in the scripted hour;
// the manifests that are sealed of it, and the handheld's keys.
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { concatBytes } from "../../../src/shared/wire/bytes.ts";
import { decodeKeyFile, encodeKeyFile } from "../../../src/shared/wire/key-file.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { codeIdAt, DEVICE, sealRound, type SealedRound, testKey, testKeyFile } from "../../support/test-round.ts";
import type { Errand } from "./courier.ts";

/** A place where nothing listens: the handheld's own syncs over the air fail at once. */
const NO_DEPOT = "http://127.0.0.1:9";

function errand(place: number, digits: string): Errand {
  return { place, tracking: `TBA10000000700${place}`, digits };
}

/** Two wrong codes, the right one, handed over, taken back. */
export const TAKEN_BACK = errand(0, "271828");
/** Locked, released by phone, wrong once more, then right; kept. */
export const RELEASED = errand(1, "314159");
/** Its code is replaced during the day. */
export const REPLACED = errand(2, "161803");
/** Its code is withdrawn during the day. */
export const WITHDRAWN = errand(3, "141421");
/** Locked, and released by an update. */
export const UPDATED = errand(4, "173205");
/** Protected, and left alone until after the power cut. */
export const SPARE = errand(5, "223606");
/** Needs no code: handed over. */
export const PLAIN = errand(6, "");
/** Needs no code: nobody is at home. */
export const ABSENT = errand(7, "");

const ERRANDS = [TAKEN_BACK, RELEASED, REPLACED, WITHDRAWN, UPDATED, SPARE, PLAIN, ABSENT];

/** The code that takes the place of {@link REPLACED}'s. */
export const NEW_CODE: Errand & { code: number } = { ...REPLACED, digits: "244948", code: 2001 };

/** Seals the round's n-th manifest; all but the first know the code that was replaced. */
export function sealed(sequence: number, keyEpoch = 1): SealedRound {
  const parcels = ERRANDS.map((errand) => {
    const { tracking, digits, code } = errand === REPLACED && sequence > 1 ? NEW_CODE : errand;
    if (digits === "") return { tracking };
    return { tracking, code: digits, ...(code === undefined ? {} : { codeId: code }) };
  });
  return sealRound({ parcels, sequence, keyEpoch });
}

/** The manifest code of a parcel. */
export function manifestCode({ place }: Errand): number {
  return codeIdAt(place);
}

function keyFile(keyEpoch: number): Uint8Array {
  const file = decodeKeyFile(nodeHash, testKeyFile(DEVICE, keyEpoch));
  if (file === undefined) throw new Error("the test's key file is damaged");
  return encodeKeyFile(nodeHash, { ...file, depotUrl: NO_DEPOT });
}

/** Key file of the handheld's first key. */
export const FIRST_KEY = keyFile(1);
/** Key file of its second key. */
export const SECOND_KEY = keyFile(2);
/** The second key as a handheld that has the first one takes it. */
export const KEY_CHANGE = concatBytes([SECOND_KEY, hmac(nodeHash, testKey("technician", DEVICE, 1), [SECOND_KEY])]);
