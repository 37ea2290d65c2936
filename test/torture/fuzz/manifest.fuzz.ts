// Fuzzes the manifest: a head that is not bit for bit what was sealed is refused; an authentic one that states absurd
// things neither crashes nor hangs the handheld, and a body that was altered opens no door.
import { createHash } from "node:crypto";
import { TrustedTime } from "../../../firmware/app/clock/trusted-time.ts";
import { type Day, openActiveDay } from "../../../firmware/app/day.ts";
import { Loader } from "../../../firmware/app/dock/loader.ts";
import { DoorCheck } from "../../../firmware/app/door/door-check.ts";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { Manifest, type Parcel } from "../../../firmware/app/manifest/manifest.ts";
import { Recorder } from "../../../firmware/app/records.ts";
import { sameBytes } from "../../../src/shared/wire/bytes.ts";
import { CodeFlag, checkManifestHead, ParcelFlag } from "../../../src/shared/wire/manifest.ts";
import { DEVICE, KEY_EPOCH, testKey } from "../../support/test-round.ts";
import { fastHash } from "./fast-hash.ts";
import { fuzzBoard, type FuzzBoard } from "./fuzz-board.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { KEYS, newDay, putDay } from "./loaded-day.ts";
import { drawManifest, EXAMPLES, type ManifestInput } from "./manifest-draw.ts";
import type { MemoryFlash } from "./memory-flash.ts";
import { hexOf } from "./spoil.ts";

const KEY = testKey("manifest");
const FILE = "man.a";
/** What a head may be refused for. */
const REFUSALS: readonly number[] = [201, 202, 203, 204, 205, 206];

/** Sizes of a header, read and compared without the code under test. */
function sizesHold(head: Uint8Array): boolean {
  const view = Buffer.from(head);
  const [parcels, codes, chunks] = [view.readUInt16LE(38), view.readUInt16LE(40), view.readUInt16LE(58)];
  const body = parcels * 16 + codes * 32 + view.readUInt32LE(48);
  const total = 128 + 32 * chunks + body;
  const fits = view.readUInt16LE(56) === 2048 && chunks === Math.ceil(body / 2048) && view.readUInt32LE(52) === total;
  return fits && head.length === 128 + 32 * chunks && parcels <= 512 && codes <= parcels;
}

function checkHead({ kind, head }: ManifestInput): number {
  const fault = checkManifestHead(fastHash, KEY, head, DEVICE, KEY_EPOCH);
  must(fault === 0 || REFUSALS.includes(fault), `fault ${fault}`);
  if (kind === "altered head") {
    const isSealed = EXAMPLES.some((example) => sameBytes(example.head, head));
    must((fault === 0) === isSealed, isSealed ? `a sealed head is refused with ${fault}` : "an altered head is taken");
  } else if (kind !== "absurd head") must(fault === 0, `sealed right, refused with ${fault}`);
  if (fault === 0) must(sizesHold(head), "taken with sizes that disagree");
  return fault;
}

/** Reads that one question to a day may cost: all parcels once with their texts, a search, every chunk. */
function allowance(day: Day): number {
  const { parcels, chunks, updateSlots } = day.manifest.header;
  return 80 + 4 * parcels + 4 * chunks + 2 * updateSlots;
}

/** Whether digits fit a code, by the text of SPEC.md §2.1 alone. */
function fitsTag(day: Day, parcel: Parcel, digits: string): boolean {
  const { salt, tag, tagBits } = day.manifest.code(parcel.codeIndex);
  const digest = createHash("sha256").update("parola.1").update(salt).update(digits).digest();
  return tagBits >= 1 && tagBits <= 24 && digest.readUIntBE(0, 3) >> (24 - tagBits) === tag;
}

function checkAccepted(day: Day, parcel: Parcel, digits: string): void {
  const code = day.manifest.code(parcel.codeIndex);
  must(!day.manifest.damaged, "accepted from a damaged manifest");
  must(fitsTag(day, parcel, digits), `accepted with ${code.tagBits} tag bits that do not fit`);
  must((code.flags & (CodeFlag.Void | CodeFlag.Accepted)) === 0, "accepted a dead or spent code");
  must((parcel.flags & (ParcelFlag.Protected | ParcelFlag.HandedOver)) === ParcelFlag.Protected, "accepted needlessly");
  must(code.day === day.manifest.header.day, "accepted a code of another day");
  const last = day.journal.last;
  must(last?.type === 1 && last.code === code.id && last.parcel === parcel.id, "accepted without its record");
}

function ask(day: Day, flash: MemoryFlash, input: ManifestInput): Parcel | undefined {
  const { manifest } = day;
  const { parcels, codes } = manifest.header;
  flash.budget = flash.reads + allowance(day);
  const found = manifest.find(input.tracking);
  must(found === undefined || found.tracking === input.tracking, "found another number");
  flash.budget = flash.reads + allowance(day);
  must(
    manifest.indexOfParcel(input.id) < parcels && manifest.indexOfCode(input.id) < codes,
    "a place outside its table",
  );
  if (parcels === 0) return found;
  const parcel = manifest.parcel(input.place % parcels);
  must(parcel.codeIndex < codes, "a code behind the table");
  must(typeof parcel.tracking === "string" && parcel.tracking.length <= 255, "a tracking number is text");
  must(typeof parcel.address === "string" && parcel.address.length <= 255, "an address is text");
  return found ?? parcel;
}

/** Judges a parcel and tries digits on it. */
function tryDoor(fuzz: FuzzBoard, day: Day, input: ManifestInput, parcel: Parcel): string {
  const time = new TrustedTime(fuzz.board.clock);
  time.setFloor(day.manifest.header.sealedAt_s, true);
  const recorder = new Recorder(fuzz.board, time, day);
  const door = new DoorCheck(fuzz.board, day, time, recorder);
  fuzz.flash.budget = fuzz.flash.reads + 4 * allowance(day);
  const before = door.judge(parcel).kind;
  const { kind, number } = door.tryCode(parcel, input.digits);
  must(kind >= VerdictKind.Accepted && kind <= VerdictKind.AskCode && number >= 0, `verdict ${kind} ${number}`);
  if (kind === VerdictKind.Accepted) checkAccepted(day, parcel, input.digits);
  if (input.kind === "altered body" && (before === VerdictKind.AskCode || before === VerdictKind.NoCodeNeeded)) {
    const honest = honestDay(input).manifest.parcel(parcel.index);
    must(JSON.stringify(honest) === JSON.stringify(parcel), "a door opens for a parcel that was altered");
  }
  recorder.seal();
  return `verdict ${kind}`;
}

const honestDays = new Map<Uint8Array, Day>();

/** The day of the sealed example behind an input. */
function honestDay({ head }: ManifestInput): Day {
  let day = honestDays.get(head);
  if (day === undefined) honestDays.set(head, (day = newDay(EXAMPLES.find((one) => one.head === head)!).day));
  return day;
}

function refusedByLoader({ board, flash }: FuzzBoard, head: Uint8Array, fault: number): void {
  flash.put(new Map());
  const time = new TrustedTime(board.clock);
  const loader = new Loader({ board, keys: KEYS, time, day: undefined, unsent: () => 0 });
  must(loader.begin(head) === fault, "the loader says something else");
  must(loader.data(head.length, new Uint8Array(8)) === 703 && loader.commit() === 703, "a refused load goes on");
  must(!flash.isChanged(), "a refused load wrote");
}

function give(fuzz: FuzzBoard, input: ManifestInput): string {
  const { kind, head, body, place } = input;
  const fault = checkHead(input);
  if (fault !== 0) {
    if (place % 4 === 0) refusedByLoader(fuzz, head, fault);
    return `${kind} ${fault}`;
  }
  const header = Buffer.from(head);
  if (header.readUInt32LE(52) !== head.length + body.length) return `${kind} of another size`;
  if (header.readUInt16LE(60) > 64 || header.readUInt16LE(62) > 64) return `${kind} with large files`;
  putDay(fuzz.flash, head, body);
  fuzz.flash.budget = fuzz.flash.reads + 100 + 4 * header.readUInt16LE(62);
  const day = openActiveDay(fuzz.board, KEYS);
  must(day !== undefined, "committed and sealed, not opened");
  const parcel = ask(day, fuzz.flash, input);
  const outcome = parcel === undefined ? "no parcel" : tryDoor(fuzz, day, input, parcel);
  if (kind === "altered body") {
    fuzz.flash.budget = Infinity;
    const isWhole = EXAMPLES.some((one) => one.head === head && sameBytes(one.body, body));
    must(new Manifest(fuzz.flash, fastHash, FILE, head).allChunksHold() === isWhole, "an altered body checks");
  }
  return `${kind} ${outcome}`;
}

function show({ head, body, ...rest }: ManifestInput): string {
  return JSON.stringify({ ...rest, head: hexOf(head), body: hexOf(body) });
}

/** Manifests: heads, bodies, and what the door makes of them. */
export const fuzzManifest = fuzzSweep({
  name: "fuzz-manifest",
  title: "no altered manifest is taken; an authentic absurd one neither crashes nor hangs, and opens no wrong door",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: [
    ...REFUSALS.map((fault) => `altered head ${fault}`),
    ...["201", "202", "203", "204", "206"].map((fault) => `absurd head ${fault}`),
    ...[1, 2, 3, 6, 8, 11, 12].map((verdict) => `absurd body verdict ${verdict}`),
    "altered body verdict 14",
  ],
  open: (): FuzzTarget<ManifestInput> => {
    const fuzz = fuzzBoard();
    return { draw: drawManifest, give: (input) => give(fuzz, input), show };
  },
});
