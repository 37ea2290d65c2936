// The scripted hour at the doors: wrong tries, the right code, handovers, reasons, a lock and its release by phone and by
// update, a replaced and a withdrawn code, a handover taken back, syncs at the dock.
import { releaseAnswer } from "../../../src/shared/crypto/release.ts";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../../src/shared/wire/update.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { DAY, parcelIdAt, testKey, testSalt, testTag, wrongDigits } from "../../support/test-round.ts";
import type { Courier, Errand } from "./courier.ts";
import {
  ABSENT,
  manifestCode,
  NEW_CODE,
  PLAIN,
  RELEASED,
  REPLACED,
  TAKEN_BACK,
  UPDATED,
  WITHDRAWN,
} from "./cut-round.ts";
import { judgeDay } from "./judge.ts";
import type { Scene } from "./stage.ts";

const TAG_BITS = 11;

/** Digits that a parcel's code refuses, different each time. */
function wrong(errand: Errand, count: number): string[] {
  return wrongDigits(manifestCode(errand), errand.digits, count);
}

async function lock(courier: Courier, errand: Errand): Promise<void> {
  for (const digits of wrong(errand, 3)) await courier.tryCode(errand, digits, /^WRONG CODE|^LOCKED/);
}

async function releaseByPhone(courier: Courier, errand: Errand): Promise<void> {
  const { journalEpoch } = courier.around.round.header;
  const right = releaseAnswer(nodeHash, testKey("release"), { journalEpoch, code: manifestCode(errand), index: 0 });
  const off = String((Number(right) + 1) % 100_000_000).padStart(8, "0");
  await courier.callDepot();
  await courier.answer(errand, off, false);
  await courier.answer(errand, right, true);
}

/** What the depot does while the courier is out. */
function office({ around: { books, round } }: Courier): void {
  const at = (errand: Errand): { code: number; parcel: number } => ({
    code: manifestCode(errand),
    parcel: parcelIdAt(errand.place),
  });
  const { code, digits } = NEW_CODE;
  const fresh = {
    newCode: code,
    tagBits: TAG_BITS,
    tag: testTag(code, digits),
    salt: testSalt(code, digits),
    day: DAY,
  };
  books.queue(round, { kind: UpdateKind.Replace, ...at(REPLACED), ...fresh });
  books.queue(round, { kind: UpdateKind.Void, ...at(WITHDRAWN) });
  books.queue(round, { kind: UpdateKind.Release, ...at(UPDATED), releaseIndex: 0 });
}

async function morning(courier: Courier): Promise<void> {
  for (const digits of wrong(TAKEN_BACK, 2)) await courier.tryCode(TAKEN_BACK, digits, /^WRONG CODE/);
  await courier.deliver(TAKEN_BACK);
  await courier.scan(PLAIN, /No code needed/);
  await courier.handOver(PLAIN);
  await courier.scan(ABSENT, /No code needed/);
  await courier.note(ABSENT, Reason.NotHome);
  await lock(courier, RELEASED);
  await releaseByPhone(courier, RELEASED);
  for (const digits of wrong(RELEASED, 1)) await courier.tryCode(RELEASED, digits, /^WRONG CODE/);
  await courier.tryCode(RELEASED, RELEASED.digits, /^ACCEPTED/, RecordType.Accepted);
  for (const digits of wrong(REPLACED, 1)) await courier.tryCode(REPLACED, digits, /^WRONG CODE/);
  await lock(courier, UPDATED);
}

async function afternoon(courier: Courier): Promise<void> {
  await courier.deliver(NEW_CODE);
  await courier.scan(WITHDRAWN, /^CODE REPLACED/);
  await courier.note(WITHDRAWN, Reason.NoCode);
  await courier.deliver(UPDATED);
  await courier.takeBack(TAKEN_BACK);
}

/** The hour, from a loaded handheld to all results at the depot. */
export const HOUR: Scene = {
  name: "hour",
  isMended: true,
  prepare: (around) => around,
  async play(courier) {
    await courier.sync();
    await morning(courier);
    office(courier);
    const { round } = courier.around;
    await courier.sync([{ round, type: RecordType.Released, parcel: parcelIdAt(UPDATED.place) }]);
    await afternoon(courier);
    await courier.sync();
  },
  judge: judgeDay,
};
