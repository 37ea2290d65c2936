// Flash contents of handhelds in the midst of a day, for fuzzing: new, with wrong tries, an acceptance and a handover, with
// updates and a release, locked, and with a finished day behind them.
import { DoorCheck } from "../../../firmware/app/door/door-check.ts";
import { writePast } from "../../../firmware/app/dock/past.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { BLANK_UPDATE, encodeUpdate, UpdateKind } from "../../../src/shared/wire/update.ts";
import { DAY, NOON_S, testKeyFile, testSalt, testTag, wrongDigits } from "../../support/test-round.ts";
import { fastHash } from "./fast-hash.ts";
import { newDay, type OpenDay } from "./loaded-day.ts";
import { EXAMPLES, FEW } from "./manifest-draw.ts";
import type { Files } from "./memory-flash.ts";

const EPOCH = 501;

/** Types digits at the door of a parcel, and seals the record. */
function tryAt({ board, day, time, recorder }: OpenDay, tracking: string, digits: string): void {
  new DoorCheck(board, day, time, recorder).tryCode(day.manifest.find(tracking)!, digits);
  recorder.seal();
}

function wrong(open: OpenDay, count: number): void {
  for (const digits of wrongDigits(1001, "123456", count)) tryAt(open, "X1", digits);
}

function handOver({ day, recorder }: OpenDay, tracking: string): void {
  const parcel = day.manifest.find(tracking)!;
  recorder.write({ type: RecordType.HandedOver, parcel: parcel.id, code: 0 }, parcel.index);
  recorder.seal();
}

function update(open: OpenDay): void {
  const salt = testSalt(2001, "654321");
  const replace = {
    kind: UpdateKind.Replace,
    code: 1003,
    parcel: 3,
    newCode: 2001,
    salt,
    tag: testTag(2001, "654321"),
  };
  const updates = [
    { ...BLANK_UPDATE, ...replace, number: 1, tagBits: 11, day: DAY },
    { ...BLANK_UPDATE, kind: UpdateKind.Release, code: 1001, parcel: 1, number: 2 },
  ];
  for (const one of updates) open.day.updates.store(encodeUpdate(fastHash, one, EPOCH));
}

const LIVES: readonly ((open: OpenDay) => void)[] = [
  () => undefined,
  (open) => wrong(open, 2),
  (open) => {
    wrong(open, 1);
    tryAt(open, "X3", FEW[2]!.code!);
    handOver(open, "X3");
    handOver(open, "RR473124829IT");
  },
  (open) => {
    wrong(open, 3);
    update(open);
    tryAt(open, "X3", "654321");
  },
  (open) => {
    writePast(open.board, { sequence: 0, sealedAt_s: NOON_S - 86_400, validUntil_s: NOON_S - 43_200 });
    handOver(open, "RR473124829IT");
    open.recorder.write({ type: RecordType.NotDelivered, parcel: 1, reason: 1 }, 0);
  },
];

/** Files of each handheld, its key among them. */
export function livedDays(): Files[] {
  return LIVES.map((live) => {
    const open = newDay(EXAMPLES[1]!);
    live(open);
    return new Map([["key", testKeyFile()], ...open.flash.contents()]);
  });
}
