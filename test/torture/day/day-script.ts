// The day that the sweeps cut into: load, 240 parcels, wrong tries, locks, releases, updates, syncs, a second load in
// mid-day, maintenance, the next morning. Each operation says what it may leave behind and what confirms it on screen.
import { Key } from "../../../hal/contract/keypad.ts";
import { releaseAnswer } from "../../../src/shared/crypto/release.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  codeIdAt,
  DAY,
  DEVICE,
  manyParcels,
  parcelIdAt,
  type SealedRound,
  sealRound,
  testKey,
  testSalt,
  testTag,
  wrongDigits,
} from "../../support/test-round.ts";
import type { DayRig } from "./day-rig.ts";
import { daySays } from "./day-says.ts";

export const PARCELS = 240;
/** Every fourth parcel has a code. */
export const PROTECTED_EVERY = 4;
/** A protected parcel that the day leaves alone: a day that can still be finished hands it over. */
export const SPARE = PARCELS - PROTECTED_EVERY;
const ROUND = manyParcels(PARCELS, PROTECTED_EVERY);
/** The code that takes another one's place in mid-day. */
const NEW_CODE = 9001;
const NEW_DIGITS = "135790";

/** One thing that happens in the day. */
export interface Operation {
  name: string;
  run(rig: DayRig): void;
  /** Results it leaves in the journal, in order. */
  results: readonly string[];
  /** Code on which it counts one try. */
  tries?: number;
  /** Text that tells the courier that it is done. */
  shows?: string;
  /** Whether it happens at the dock, where a manifest may change. */
  isAtDock?: boolean;
  /** The round of that moment, sealed for a key epoch with what the depot knows: to load when a cut left none. */
  seal(rig: DayRig, keyEpoch: number): SealedRound;
}

/** What the depot would seal now: the round of a day, with the tries and results it has been told of. */
function sealNow(rig: DayRig, day: number, keyEpoch: number, load: number): SealedRound {
  const told = new Map<number, { tries: number; isAccepted: boolean }>();
  const handedOver = new Set<number>();
  for (const body of rig.depot.everything()) {
    const one = told.get(body.code) ?? { tries: 0, isAccepted: false };
    told.set(body.code, {
      tries: Math.max(one.tries, body.tries),
      isAccepted: one.isAccepted || body.type === RecordType.Accepted,
    });
    if (body.type === RecordType.HandedOver) handedOver.add(body.parcel);
    if (body.type === RecordType.Reversed) handedOver.delete(body.parcel);
  }
  const parcels = ROUND.map((parcel, index) => ({
    ...parcel,
    triesKnown: told.get(codeIdAt(index))?.tries ?? 0,
    isAccepted: told.get(codeIdAt(index))?.isAccepted ?? false,
    isHandedOver: handedOver.has(parcelIdAt(index)),
  }));
  // Sequences rise with each load, over all key epochs.
  return sealRound({ parcels, day, keyEpoch, sequence: load + 10 * (keyEpoch - 1), updateSlots: 8 });
}

const today = (load: number) => (rig: DayRig, keyEpoch: number) => sealNow(rig, DAY, keyEpoch, load);
const digitsOf = (index: number): string => ROUND[index]?.code ?? "";
const labelOf = (index: number): string => ROUND[index]?.tracking ?? "";

function type(rig: DayRig, index: number, digits: string): void {
  rig.home(Key.Back);
  rig.scan(labelOf(index));
  rig.press(Key.Enter, ...[...digits].map(Number), Key.Enter);
}

/** Operations on one parcel of the list. */
const at = (index: number, load = 2) => {
  const parcel = parcelIdAt(index);
  const code = codeIdAt(index);
  const seal = today(load);
  return {
    wrong: (nth: number): Operation => ({
      name: `wrong try ${nth} on ${parcel}`,
      run: (rig) => type(rig, index, wrongDigits(code, digitsOf(index), nth)[nth - 1] ?? ""),
      results: [],
      tries: code,
      seal,
    }),
    accept: (digits = digitsOf(index), id = code): Operation => ({
      name: `right code on ${parcel}`,
      run: (rig) => type(rig, index, digits),
      results: [`accepted ${parcel}`],
      tries: id,
      shows: "ACCEPTED YES Code is right",
      seal,
    }),
    handOver: (): Operation => ({
      name: `handover of ${parcel}`,
      run: (rig) => {
        rig.home(Key.Back);
        rig.scan(labelOf(index));
        rig.press(Key.Enter);
      },
      results: [`handed over ${parcel}`],
      shows: "DONE",
      seal,
    }),
    takeBack: (): Operation => ({
      name: `taking back ${parcel}`,
      run: (rig) => {
        rig.home(Key.Back);
        rig.scan(labelOf(index));
        rig.press(Key.Reason, Key.Enter);
      },
      results: [`taken back ${parcel}`],
      shows: "UNDONE",
      seal,
    }),
    reason: (reason: number): Operation => ({
      name: `reason ${reason} of ${parcel}`,
      run: (rig) => {
        rig.home(Key.Back);
        rig.scan(labelOf(index));
        rig.press(Key.Reason, reason);
      },
      results: [`reason ${reason} of ${parcel}`],
      shows: "NOTED",
      seal,
    }),
    answer: (isRight: boolean, release: number): Operation => ({
      name: `${isRight ? "right" : "wrong"} release answer for ${parcel}`,
      run: (rig) => {
        const says = daySays(rig);
        const lock = { journalEpoch: says?.journalEpoch ?? 0, code, index: release };
        const right = releaseAnswer(nodeHash, testKey("release", DEVICE, says?.keyEpoch ?? 1), lock);
        rig.home(Key.Back);
        rig.scan(labelOf(index));
        rig.press(Key.Enter, ...[...(isRight ? right : "00000000")].map(Number), Key.Enter);
      },
      results: isRight ? [`released ${code}`] : [],
      seal,
    }),
  };
};

/** A sync at the dock, with updates queued before it. */
function sync(name: string, load: number, results: readonly string[] = [], queue?: (rig: DayRig) => void): Operation {
  return {
    name,
    run: (rig) => {
      queue?.(rig);
      const fault = rig.sync();
      if (fault !== 0) throw new Error(`sync: fault ${fault}`);
    },
    results,
    seal: today(load),
  };
}

function load(name: string, day: number, number: number): Operation {
  const seal = (rig: DayRig, keyEpoch: number): SealedRound => sealNow(rig, day, keyEpoch, number);
  return {
    name,
    run: (rig) => {
      const fault = rig.dock((keyEpoch) => seal(rig, keyEpoch));
      if (fault !== 0) throw new Error(`dock: fault ${fault}`);
    },
    results: [],
    isAtDock: true,
    seal,
  };
}

/** Queues what the depot decides in mid-day: one code void, one replaced, one lock released. */
function queueUpdates(rig: DayRig): void {
  const epoch = daySays(rig)?.journalEpoch ?? 0;
  if (rig.depot.queued(epoch) > 0) return;
  const replaced = { code: codeIdAt(16), parcel: parcelIdAt(16), newCode: NEW_CODE, tagBits: 11, day: DAY };
  const secret = { tag: testTag(NEW_CODE, NEW_DIGITS), salt: testSalt(NEW_CODE, NEW_DIGITS) };
  rig.depot.queue(epoch, { kind: UpdateKind.Void, code: codeIdAt(12), parcel: parcelIdAt(12) });
  rig.depot.queue(epoch, { kind: UpdateKind.Replace, ...replaced, ...secret });
  rig.depot.queue(epoch, { kind: UpdateKind.Release, code: codeIdAt(20), parcel: parcelIdAt(20), releaseIndex: 0 });
}

/** Handing over a stretch of the round as couriers do: codes where there are some. */
function stretch(from: number, to: number, number: number): Operation[] {
  return Array.from({ length: to - from }, (_, i) => from + i).flatMap((index) => {
    const parcel = at(index, number);
    return index % PROTECTED_EVERY === 0 ? [parcel.accept(), parcel.handOver()] : [parcel.handOver()];
  });
}

/**
 * The whole day, in order; its first operation loads today's round beside yesterday's.
 * @param parcels how many of the 240 are handed over one by one, from the 40th on: what makes it long
 */
export function dayScript(parcels = PARCELS): Operation[] {
  const [locked, busy, plain, other] = [at(0), at(4), at(1), at(8)];
  const far = Math.min(parcels, SPARE);
  const half = 40 + ((far - 40) >> 1);
  return [
    load("load at the dock", DAY, 2),
    ...[1, 2, 3].map((nth) => locked.wrong(nth)),
    locked.answer(false, 0),
    locked.answer(true, 0),
    locked.wrong(4),
    locked.accept(),
    locked.handOver(),
    busy.wrong(1),
    busy.accept(),
    busy.handOver(),
    busy.takeBack(),
    busy.handOver(),
    plain.reason(1),
    plain.handOver(),
    other.reason(5),
    ...[1, 2, 3].map((nth) => at(20).wrong(nth)),
    sync("sync with updates", 2, [`released ${codeIdAt(20)}`], queueUpdates),
    at(16).accept(NEW_DIGITS, NEW_CODE),
    at(20).accept(),
    ...stretch(40, half, 2),
    sync("sync in mid-day", 2),
    at(24).wrong(1),
    sync("sync before the second load", 2),
    load("second load in mid-day, with maintenance", DAY, 3),
    at(24, 3).wrong(2),
    at(24, 3).accept(),
    ...stretch(half, far, 3),
    sync("sync in the evening", 3),
    {
      ...load("the next morning: retire, maintenance, load", DAY + 1, 4),
      run: (rig) => {
        rig.wait(Math.max(0, (DAY + 1) * 86_400 + 6 * 3600 - rig.now_s()) * 1000);
        const fault = rig.dock((keyEpoch) => sealNow(rig, DAY + 1, keyEpoch, 4));
        if (fault !== 0) throw new Error(`dock: fault ${fault}`);
      },
    },
  ];
}

/** Yesterday's manifest, which stands on the handheld when the day begins. */
export function yesterday(): SealedRound {
  return sealRound({ parcels: ROUND.slice(0, 20), day: DAY - 1, sequence: 1, updateSlots: 8 });
}

/** Accepts and hands over the parcel that the day leaves alone. */
export function finishSpare(rig: DayRig): void {
  const parcel = at(SPARE);
  parcel.accept().run(rig);
  if (!rig.drawn().includes("ACCEPTED YES")) throw new Error(`the day does not go on: ${rig.drawn()}`);
  parcel.handOver().run(rig);
}
