// The judge of what a power cut left: the flash is read before the handheld sees it, the handheld is started on it, its
// results go to the depot, the day is finished, and everything is held against the tally.
import assert from "node:assert/strict";
import { type RecordBody, RecordType } from "../../../src/shared/wire/journal.ts";
import { Courier } from "./courier.ts";
import { SPARE } from "./cut-round.ts";
import { type ReadDay, type ReadFlash, readFlash } from "../../support/flash-reader.ts";
import type { World } from "./stage.ts";
import type { Tally } from "./tally.ts";

/** The handheld starts and shows something. @param mayStop whether it may say that the day cannot go on */
export async function startOn(
  { handheld, flash, around }: World,
  mayStop = false,
): Promise<{ courier: Courier; shown: string }> {
  handheld.setFlash(flash);
  const bench = await handheld.start();
  await bench.link(false);
  const shown = (await bench.screen()).join("\n");
  assert.match(shown, /^PAROLA /, "the first screen comes");
  if (!mayStop) assert.doesNotMatch(shown, /STOPPED/, "the day goes on");
  return { courier: new Courier(bench, around), shown };
}

/** What the flash must hold, whatever happened: Storage that is left alone at boot. */
export function readable(flash: Uint8Array): ReadFlash {
  const read = readFlash(flash);
  assert.ok(read.isValid, "Storage is corrupt: the interpreter erases everything at its next start");
  return read;
}

/** No try was given back: every verdict seen or recorded is counted, and every confirmed acceptance is spent. */
export function checkSpent(day: ReadDay, tally: Tally, when: string): void {
  const { spent } = day;
  assert.ok(spent !== undefined, `${when} the ledger can be read`);
  for (const [code, { tries }] of spent) {
    const seen = tally.tries.get(code) ?? 0;
    assert.ok(tries >= seen, `${when} code ${code} has ${tries} tries, ${seen} verdicts were seen`);
  }
  const judged = (day.journal ?? []).filter(
    ({ body }) => body?.type === RecordType.Accepted || body?.type === RecordType.Wrong,
  );
  for (const [code, { triesHere }] of spent) {
    const told = judged.filter(({ state, body }) => state !== "void" && body?.code === code).length;
    assert.ok(triesHere >= told, `${when} code ${code} has ${triesHere} tries here, records tell of ${told}`);
  }
  for (const code of tally.accepted) {
    assert.ok(spent.get(code)?.isAccepted ?? true, `${when} code ${code} is not spent; it was accepted`);
  }
}

/** Nothing of what one flash counted is missing in a later one. */
export function checkKept(earlier: ReadDay, later: ReadDay, when: string): void {
  for (const [code, { tries, isAccepted }] of earlier.spent ?? []) {
    const now = later.spent?.get(code);
    if (now === undefined) continue;
    assert.ok(now.tries >= tries, `${when} code ${code} has ${now.tries} tries, ${tries} were counted before`);
    assert.ok(now.isAccepted || !isAccepted, `${when} code ${code} is not spent any more`);
  }
}

/** The parcel index says of each parcel what its last record says. */
function checkIndex({ handedOver }: ReadDay, records: readonly RecordBody[]): void {
  assert.ok(handedOver !== undefined, "the parcel index can be read in the end");
  const last = new Map<number, RecordType>();
  for (const { type, parcel } of records) {
    if (type === RecordType.HandedOver || type === RecordType.Reversed) last.set(parcel, type);
  }
  const told = [...last].filter(([, type]) => type === RecordType.HandedOver).map(([parcel]) => parcel);
  assert.deepEqual([...handedOver].sort(), told.sort(), "the parcels that count as handed over");
}

/** Another parcel is accepted and handed over, everything is sent, and all books agree. */
export async function finishDay(courier: Courier, world: World): Promise<void> {
  const { round, books, tally } = courier.around;
  await courier.deliver(SPARE);
  await courier.sync();
  const day = readFlash(world.handheld.flash()).day;
  assert.ok(day?.journal !== undefined, "the day can be read in the end");
  assert.equal(day.header.sequence, round.header.sequence, "the round is the one that was loaded");
  for (const { slot, state } of day.journal)
    assert.ok(state === "valid" || state === "void", `slot ${slot} is ${state}`);
  const records = day.journal.flatMap(({ state, body }) => (state === "valid" && body !== undefined ? [body] : []));
  tally.check(round, records, "the journal");
  assert.deepEqual(books.booked(round), records, "the depot has what the journal has");
  for (const known of books.known()) tally.check(known, books.booked(known), "the depot");
  checkIndex(day, records);
  const triesHere = [...(day.spent?.values() ?? [])].reduce((sum, one) => sum + one.triesHere, 0);
  assert.ok((records.at(-1)?.triesInAll ?? 0) >= triesHere, "every try is told of");
  checkSpent(day, tally, "in the end");
}

/** A cut during the day: nothing given back, nothing lost, nothing doubled, and the day can be finished. */
export async function judgeDay(world: World): Promise<string> {
  const cut = readable(world.flash).day;
  assert.ok(cut !== undefined, "the day is there");
  checkSpent(cut, world.around.tally, "in the cut");
  const { courier } = await startOn(world);
  await courier.sync();
  const mended = readFlash(world.handheld.flash()).day;
  assert.ok(mended !== undefined, "the day is there after the start");
  checkKept(cut, mended, "after the start");
  await finishDay(courier, world);
  return "went on";
}
