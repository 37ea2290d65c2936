// Manifests to fuzz with: altered without the key, or absurd and sealed again with it, so that what lies behind the MAC is
// reached as well.
import type { Field } from "../../../src/shared/wire/field.ts";
import {
  CHUNK_BYTES,
  CODE_BYTES,
  DIGEST_BYTES,
  headBytes,
  HEADER_BYTES,
  MANIFEST_CODE,
  MANIFEST_HEADER,
  MANIFEST_MAC_BYTES,
  MANIFEST_PARCEL,
  PARCEL_BYTES,
} from "../../../src/shared/wire/manifest.ts";
import { manyParcels, sealRound, testKey, type TestRound } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash, fastHmac } from "./fast-hash.ts";
import { spoil, writeNumber } from "./spoil.ts";

/** What was done to a manifest. */
export type ManifestKind = "altered head" | "absurd head" | "absurd body" | "altered body";

/** A manifest, and what is asked of it. */
export interface ManifestInput {
  kind: ManifestKind;
  head: Uint8Array;
  body: Uint8Array;
  /** Tracking numbers, places and ids to look up. */
  tracking: string;
  place: number;
  id: number;
  digits: string;
}

/** A round that inputs are made from. */
export interface SealedExample {
  head: Uint8Array;
  body: Uint8Array;
  trackings: readonly string[];
  codes: readonly string[];
}

const macOf = fastHmac(testKey("manifest"));
const JOURNAL_SLOTS = 20;
/** Journals are small, so that a flash is made in no time. */
export const smallJournal = (bytes: Uint8Array): void => writeNumber(bytes, 60, 2, JOURNAL_SLOTS);
/** Three parcels, two of them protected. */
export const FEW = [
  { tracking: "X1", code: "123456" },
  { tracking: "RR473124829IT" },
  { tracking: "X3", code: "111111" },
];
const TWO_CHUNKS = manyParcels(36, 6).map((parcel, i) => ({ ...parcel, address: `${i} `.padEnd(40, "x") }));
const ROUNDS: readonly TestRound[] = [
  { parcels: FEW.slice(0, 1), updateSlots: 2, header: smallJournal },
  { parcels: FEW, updateSlots: 4, header: smallJournal },
  { parcels: TWO_CHUNKS, updateSlots: 4, header: smallJournal },
];
/** Numbers of the header that size files: kept small, since a flash has an end. */
const FILE_SIZES: readonly Field[] = [
  ["journal slots", 60, 2],
  ["update slots", 62, 2],
];

/** The sealed rounds behind the inputs. */
export const EXAMPLES: readonly SealedExample[] = ROUNDS.map((round) => {
  const { bytes, head } = sealRound(round);
  return {
    head,
    body: bytes.slice(head.length),
    trackings: round.parcels.map(({ tracking }) => tracking),
    codes: round.parcels.map(({ code }) => code ?? "000000"),
  };
});

/** Puts the right MAC behind header and digests. */
function withMac(head: Uint8Array): Uint8Array {
  const signed = head.subarray(0, Math.max(0, head.length - MANIFEST_MAC_BYTES));
  head.set(macOf(signed).subarray(0, head.length), signed.length);
  return head;
}

/** A head for a body: sizes, digests and MAC are right, all else comes from `header`. */
function sealedHead(header: Uint8Array, parcels: number, codes: number, body: Uint8Array): Uint8Array {
  const chunks = Math.ceil(body.length / CHUNK_BYTES);
  const head = new Uint8Array(headBytes(chunks));
  head.set(header.subarray(0, HEADER_BYTES), 0);
  writeNumber(head, 38, 2, parcels);
  writeNumber(head, 40, 2, codes);
  writeNumber(head, 48, 4, body.length - parcels * PARCEL_BYTES - codes * CODE_BYTES);
  writeNumber(head, 52, 4, head.length + body.length);
  writeNumber(head, 58, 2, chunks);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const digest = fastHash.sha256(body.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES));
    head.set(digest, HEADER_BYTES + chunk * DIGEST_BYTES);
  }
  return withMac(head);
}

/** Lies in the header that leave sizes and addressee alone. */
function oddPolicy(dice: Dice, head: Uint8Array): void {
  for (let n = dice.below(3); n > 0; n--) {
    const [, offset, length] = dice.pick(
      MANIFEST_HEADER.filter(([, at]) => (at >= 16 && at < 38) || (at >= 42 && at < 48)),
    );
    writeNumber(head, offset, length, dice.odd(2 ** (8 * length) - 1));
  }
  for (const [, offset, length] of FILE_SIZES) {
    if (dice.oneIn(6)) writeNumber(head, offset, length, dice.below(40));
  }
}

function absurdHead(dice: Dice, example: SealedExample): Uint8Array {
  if (dice.oneIn(8)) {
    // One digest too few or too many, all else as it was.
    const longer = new Uint8Array(example.head.length + (dice.oneIn(2) ? DIGEST_BYTES : -DIGEST_BYTES));
    longer.set(example.head.subarray(0, longer.length), 0);
    return withMac(longer);
  }
  const head = example.head.slice();
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const [, offset, length] = dice.pick(MANIFEST_HEADER);
    if (length <= 4) writeNumber(head, offset, length, dice.odd(2 ** (8 * length) - 1));
    else head.set(dice.bytes(length), offset);
  }
  if (!dice.oneIn(4)) head.set(example.head.subarray(0, 16), 0); // else magic, version and addressee hide the rest
  const chunks = head[58]! | (head[59]! << 8);
  const fitting = new Uint8Array(chunks < 8 ? headBytes(chunks) : head.length);
  fitting.set(head.subarray(0, fitting.length), 0);
  return withMac(fitting);
}

/** A body of so many parcels and codes, every field of which may lie; few keep their order. */
function absurdBody(dice: Dice, example: SealedExample): { parcels: number; codes: number; body: Uint8Array } {
  const parcelsThen = example.head[38]!;
  const codesThen = example.head[40]!;
  const parcels = dice.oneIn(4) ? dice.below(parcelsThen + 3) : parcelsThen;
  const codes = Math.min(parcels, dice.oneIn(4) ? dice.below(codesThen + 2) : codesThen);
  const body = dice.oneIn(6) ? spoil(dice, example.body, 2, { stretch: true }) : example.body.slice();
  const tables = parcels * PARCEL_BYTES + codes * CODE_BYTES;
  const whole = body.length >= tables ? body : new Uint8Array(tables + dice.below(20));
  if (whole !== body) whole.set(body, 0);
  for (let n = dice.below(6); n > 0; n--) {
    const ofParcel = dice.oneIn(2) || codes === 0;
    const fields = ofParcel ? MANIFEST_PARCEL : MANIFEST_CODE;
    const row = ofParcel
      ? dice.below(parcels + 1) * PARCEL_BYTES
      : parcels * PARCEL_BYTES + dice.below(codes) * CODE_BYTES;
    const [, offset, length] = dice.pick(fields);
    const value = length > 4 ? 0 : dice.oneIn(2) ? dice.below(whole.length) : dice.odd(2 ** (8 * length) - 1);
    writeNumber(whole, row + offset, Math.min(length, 4), value);
  }
  if (codes > 0 && dice.oneIn(6)) {
    const code = parcels * PARCEL_BYTES + dice.below(codes) * CODE_BYTES;
    writeNumber(whole, code + 20, 3, 0); // a tag of so many bits that anything might fit it
    whole[code + 23] = dice.pick([0, 25, 32, 64, 255, 1]);
  }
  return { parcels, codes, body: whole };
}

function drawSeal(dice: Dice, example: SealedExample): Pick<ManifestInput, "kind" | "head" | "body"> {
  const turn = dice.below(20);
  if (turn < 9) {
    const others = EXAMPLES.map(({ head }) => head);
    const head = spoil(dice, example.head, 1 + dice.below(3), { fields: MANIFEST_HEADER, others, stretch: true });
    return { kind: "altered head", head, body: example.body };
  }
  if (turn < 12) return { kind: "absurd head", head: absurdHead(dice, example), body: example.body };
  if (turn < 17) {
    const { parcels, codes, body } = absurdBody(dice, example);
    const header = example.head.slice();
    oddPolicy(dice, header);
    return { kind: "absurd body", head: sealedHead(header, parcels, codes, body), body };
  }
  return {
    kind: "altered body",
    head: example.head,
    body: spoil(dice, example.body, 1 + dice.below(2), { stretch: false }),
  };
}

/** A manifest and questions to it. */
export function drawManifest(dice: Dice): ManifestInput {
  const example = dice.pick(EXAMPLES);
  const sealed = drawSeal(dice, example);
  const at = dice.below(example.trackings.length);
  return {
    ...sealed,
    tracking: dice.oneIn(4) ? dice.pick(["", "X2", "A".repeat(35)]) : example.trackings[at]!,
    place: dice.oneIn(2) ? dice.odd(0xffff) : dice.below(4),
    id: dice.oneIn(2) ? dice.odd(0xffff_ffff) : 1001 + dice.below(4),
    digits: dice.oneIn(3) ? "654321" : example.codes[at]!,
  };
}
