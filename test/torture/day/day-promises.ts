// What must hold after any power cut, checked from outside: no try given back, every result confirmed on screen there
// exactly once, at most the last one unconfirmed, a handheld that starts, and a day that can be finished and booked.
import assert from "node:assert/strict";
import type { DayRig } from "./day-rig.ts";
import { finishSpare, type Operation } from "./day-script.ts";
import { type DaySays, daySays, resultWords } from "./day-says.ts";

/** What was so before an operation began. */
export interface Before {
  says: DaySays | undefined;
  /** Results that the depot held, by journal epoch. */
  booked: Map<number, string[]>;
}

/** How far a cut operation had come. */
export interface HowFar {
  /** What it says is done was on the screen. */
  wasShown: boolean;
  /** Digits may have been compared. */
  wasCompared: boolean;
}

/** Notes what is so now. */
export function noteBefore(rig: DayRig): Before {
  return { says: daySays(rig), booked: bookedResults(rig) };
}

function bookedResults(rig: DayRig): Map<number, string[]> {
  const booked = new Map<number, string[]>();
  for (const epoch of rig.depot.epochs()) {
    booked.set(
      epoch,
      rig.depot.bodies(epoch).flatMap((body) => resultWords(body) ?? []),
    );
  }
  return booked;
}

/** All that is known of a journal's results: on the handheld while it is there, else at the depot. */
function resultsOf(epoch: number, says: DaySays | undefined, booked: Map<number, string[]>): string[] {
  return says?.journalEpoch === epoch ? says.results : (booked.get(epoch) ?? []);
}

/** What holds at once after the restart behind a cut (or a whole operation). */
export function checkPromises(rig: DayRig, operation: Operation, before: Before, far: HowFar): void {
  assert.ok(rig.drawn().startsWith("PAROLA"), `it starts: ${rig.drawn()}`);
  assert.ok(!rig.drawn().includes("STOPPED"), `it goes on: ${rig.drawn()}`);
  const says = daySays(rig);
  checkTries(before.says, says, operation, far);
  const booked = bookedResults(rig);
  const epochs = new Set([...booked.keys(), ...before.booked.keys()]);
  if (says !== undefined) epochs.add(says.journalEpoch);
  for (const epoch of epochs) {
    const wanted = resultsOf(epoch, before.says, before.booked);
    const have = resultsOf(epoch, says, booked);
    assert.deepEqual(have.slice(0, wanted.length), wanted, `results of journal ${epoch}`);
    const more = have.slice(wanted.length);
    const allowed = before.says?.journalEpoch === epoch ? operation.results : [];
    assert.deepEqual(more, allowed.slice(0, more.length), `journal ${epoch}: nothing invented`);
    if (far.wasShown && epoch === before.says?.journalEpoch)
      assert.equal(more.length, allowed.length, "shown, so there");
  }
}

function checkTries(before: DaySays | undefined, after: DaySays | undefined, operation: Operation, far: HowFar): void {
  if (before === undefined || after === undefined) return;
  for (const [code, was] of before.spent) {
    const is = after.spent.get(code);
    if (is === undefined) continue;
    const made = code === operation.tries && far.wasCompared ? 1 : 0;
    assert.ok(is.tries >= was.tries + made, `code ${code}: ${was.tries} + ${made} tries became ${is.tries}`);
    assert.ok(is.isAccepted || !was.isAccepted, `code ${code} is no longer spent`);
    if (code !== operation.tries && operation.isAtDock !== true) {
      assert.ok(is.tries <= was.tries + 1, `code ${code}: ${was.tries} tries became ${is.tries} by themselves`);
    }
  }
}

/** Who had to help before the day could go on. */
export type Helper = "nobody" | "dock" | "dock with a new key" | "technician";

/**
 * Finishes the day from wherever a cut left it: load if need be, one more parcel, sync; then the books must be right.
 * @returns who had to help
 */
export function finishDay(rig: DayRig, operation: Operation, before: Before): Helper {
  const helper = operation.isAtDock === true ? bringBack(rig, operation) : "nobody";
  checkTries(before.says, daySays(rig), operation, { wasShown: false, wasCompared: false });
  finishSpare(rig);
  const fault = rig.sync();
  assert.equal(fault, 0, `the last sync: fault ${fault}`);
  const says = daySays(rig);
  assert.ok(says !== undefined);
  assert.deepEqual(bookedResults(rig).get(says.journalEpoch), says.results, "the books are the journal");
  assert.equal(rig.depot.acknowledged(says.journalEpoch), says.end);
  return helper;
}

/** The dock's order; where a cut compaction left what no dock can mend, a technician erases the flash and begins anew. */
export function bringBack(rig: DayRig, operation: Operation): Helper {
  const hadKey = rig.hello().device !== 0;
  const fault = rig.dock((keyEpoch) => operation.seal(rig, keyEpoch));
  if (fault === 0) return hadKey ? "dock" : "dock with a new key";
  assert.ok(!hadKey, `the dock does not bring it back: fault ${fault}`);
  rig.eraseFlash();
  rig.boot();
  const again = rig.dock((keyEpoch) => operation.seal(rig, keyEpoch));
  assert.equal(again, 0, `not even an erased flash: fault ${again}`);
  return "technician";
}
