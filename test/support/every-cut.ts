// Runs an operation on a loaded day with the power failing at every place, and in the recovery behind it as well, and
// checks what must hold after any cut.
import assert from "node:assert/strict";
import { dayFiles } from "../../firmware/app/files.ts";
import { RecordType } from "../../src/shared/wire/journal.ts";
import { type ReadSlot, readJournal } from "./journal-reader.ts";
import { type Cut, cutPoints, untilPowerCut } from "./test-host.ts";
import { testKey } from "./test-round.ts";
import { UnitDay, type UnitOptions } from "./unit-day.ts";

/** What a day looked like before the operation. */
export interface Before {
  tries: number[];
  unit: UnitDay;
}

/** A day after a cut and a restart. */
export interface After {
  unit: UnitDay;
  slots: ReadSlot[];
  cut: Cut | undefined;
  /** Whether the operation came to its end. */
  isFinished: boolean;
  /** What the operation gave, if it did. */
  result: unknown;
}

/** What an independent reader finds in a day's journal. */
export function slotsOf(unit: UnitDay): ReadSlot[] {
  const { flash } = unit.board;
  const file = flash.read(dayFiles(unit.day.slot).journal, 0, 1 << 20);
  const { journalEpoch } = unit.day.manifest.header;
  return readJournal(file, { journalEpoch, recordKey: testKey("record"), start: unit.day.manifest.mac().slice(0, 16) });
}

function triesOf(unit: UnitDay): number[] {
  const { codes, updateSlots } = unit.day.manifest.header;
  return Array.from({ length: codes + updateSlots }, (_, row) => unit.day.ledger.spent(row).tries);
}

/** What holds after any cut: no try back, a journal without gaps, and all files of one mind. */
function checkAlways(before: number[], after: After): void {
  const { unit, slots } = after;
  assert.equal(unit.day.stopped, 0, "the day goes on");
  const tries = triesOf(unit);
  before.forEach((count, row) => assert.ok(tries[row]! >= count, `row ${row}: a try was given back`));
  for (const { slot, state } of slots) assert.ok(state === "valid" || state === "void", `slot ${slot} is ${state}`);
  assert.equal(unit.day.journal.end, slots.length);
  slots.forEach(({ slot, state }) => assert.equal(unit.day.journal.isValid(slot), state === "valid"));
  const bodies = slots.flatMap(({ body }) => body ?? []);
  const told = bodies.at(-1)?.triesInAll ?? 0;
  assert.equal(unit.day.ledger.triesInAll(), told, "every try is told of");
  for (const body of bodies) {
    if (body.type !== RecordType.Accepted) continue;
    const row = unit.day.manifest.indexOfCode(body.code);
    if (row >= 0) assert.equal(unit.day.ledger.spent(row).accepted, true, "a recorded acceptance is spent");
  }
  for (let index = 0; index < unit.day.manifest.header.parcels; index++) {
    const { id } = unit.day.manifest.parcel(index);
    const last = bodies.filter((body) => body.parcel === id && isHandover(body.type)).at(-1);
    assert.equal(unit.day.index.state(index).handedOver, last?.type === RecordType.HandedOver, `parcel ${id}`);
  }
}

function isHandover(type: RecordType): boolean {
  return type === RecordType.HandedOver || type === RecordType.Reversed;
}

/**
 * Cuts the power at every byte of every write of an operation, and for some of them again in the restart.
 * @param prepared flash image on which the operation starts; it is not changed
 * @param check what else must hold
 */
export function everyCut(
  prepared: Uint8Array,
  operation: (unit: UnitDay) => unknown,
  check: (after: After) => void,
  options: UnitOptions = {},
): void {
  const clean = new UnitDay(prepared.slice(), options);
  const before = triesOf(clean);
  const skipped = clean.host.writes.length;
  operation(clean);
  const writes = clean.host.writes.slice(skipped);
  assert.ok(writes.length > 0, "the operation writes");
  for (const cut of cutPoints(writes)) {
    const image = prepared.slice();
    const run = runCut(image, operation, cut, options);
    checkRestarts(image, before, { ...run, cut }, check, cut.bytes % 5 === 0);
  }
}

type Run = Pick<After, "isFinished" | "result" | "cut">;

function runCut(image: Uint8Array, operation: (unit: UnitDay) => unknown, cut: Cut, options: UnitOptions): Run {
  const unit = new UnitDay(image, options);
  unit.host.cut = { write: unit.host.writes.length + cut.write, bytes: cut.bytes };
  let result: unknown;
  const died = untilPowerCut(() => (result = operation(unit)));
  return { isFinished: !died, result, cut };
}

function checkRestarts(
  image: Uint8Array,
  before: number[],
  run: Run,
  check: (after: After) => void,
  again: boolean,
): void {
  const cutImage = image.slice();
  const name = JSON.stringify(run.cut);
  try {
    const restarted = restart(image, run);
    const { length } = restarted.unit.host.writes;
    assert.equal(restart(image, run).unit.host.writes.length, 0, "a second start has nothing left to do");
    checkAlways(before, restarted);
    check(restarted);
    if (!again) return;
    for (let write = 1; write <= length; write++) {
      for (const bytes of [0, 3, 1000]) {
        const twice = cutImage.slice();
        untilPowerCut(() => restart(twice, run, { write, bytes }));
        const after = restart(twice, run);
        checkAlways(before, after);
        check(after);
      }
    }
  } catch (error) {
    throw new Error(`cut at ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function restart(image: Uint8Array, run: Run, cut?: Cut): After {
  const unit = new UnitDay(image, cut === undefined ? {} : { cut });
  unit.afterDrawing();
  return { unit, slots: slotsOf(unit), ...run };
}
