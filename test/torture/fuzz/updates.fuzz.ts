// Fuzzes the updates file and the storing of updates: arbitrary bytes give a fault or a list, in a bounded number of
// reads, and no update that was altered is ever followed.
import { crc32 } from "node:zlib";
import type { Code } from "../../../firmware/app/manifest/manifest.ts";
import { createUpdates, Updates } from "../../../firmware/app/sync/updates.ts";
import { BLANK_UPDATE, encodeUpdate, UPDATE, UPDATE_HEADER, type Update } from "../../../src/shared/wire/update.ts";
import { type Dice, SeededDice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { MemoryFlash } from "./memory-flash.ts";
import { hexOf, spoil, writeNumber } from "./spoil.ts";

const FILE = "upd";
const SLOTS = 6;
const EPOCH = 33;
const CODES = 4;
const BYTES = 64;
/** The header, a binary search for the end, each slot once. */
const READS_OPEN = 1 + 4 + SLOTS;
const STORE_FAULTS: readonly number[] = [0, 102, 103, 104, 508, 509, 510];

interface UpdatesInput {
  honest: Uint8Array;
  file: Uint8Array;
  /** An update that the depot sends next. */
  next: Uint8Array;
  isNextAltered: boolean;
  /** Whether the checks were put right after the lie. */
  isSealed: boolean;
}

const covered = Buffer.alloc(64);

function checkOf(update: Uint8Array): number {
  covered.set(update.subarray(0, 60), 0);
  covered.writeUInt32LE(EPOCH, 60);
  return crc32(covered);
}

function holds(update: Uint8Array): boolean {
  return update.length === BYTES && Buffer.from(update).readUInt32LE(60) === checkOf(update);
}

function slotOf(file: Uint8Array, slot: number): Uint8Array {
  return file.subarray(16 + BYTES * slot, 16 + BYTES * (slot + 1));
}

function isErased(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0xff) return false;
  return true;
}

function honestUpdate(dice: Dice, number: number): Uint8Array {
  const code = 1001 + dice.below(CODES);
  const update: Update = { ...BLANK_UPDATE, number, kind: 1 + dice.below(3), code, parcel: code - 1000 };
  if (update.kind === 2) Object.assign(update, { newCode: 2000 + number, tagBits: 11, tag: 77, day: 20_781 });
  if (update.kind === 3) update.releaseIndex = dice.below(2);
  return encodeUpdate(fastHash, update, EPOCH);
}

/** What a day stores, with a torn slot now and then. */
function honestFile(dice: Dice): Uint8Array {
  const flash = new MemoryFlash();
  createUpdates(flash, fastHash, FILE, SLOTS, EPOCH);
  const file = flash.contents().get(FILE)!.slice();
  let number = 1;
  const used = dice.below(SLOTS + 1);
  for (let slot = 0; slot < used; slot++) {
    const update = honestUpdate(dice, number);
    if (dice.oneIn(6)) update.fill(0xff, 8 * (1 + dice.below(6)));
    else number++;
    file.set(update, 16 + BYTES * slot);
  }
  return file;
}

const HONEST: readonly Uint8Array[] = Array.from({ length: 60 }, (_, i) => {
  const dice = new SeededDice();
  dice.reset(5, 6, i);
  return honestFile(dice);
});
/** Every update that was ever sent, as text: nothing else is followed. */
const SENT = new Set(HONEST.flatMap((file) => Array.from({ length: SLOTS }, (_, slot) => textOf(slotOf(file, slot)))));

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function lieInSlot(dice: Dice, file: Uint8Array): void {
  const [, offset, length] = dice.pick(UPDATE);
  const value = length > 4 ? dice.below(2 ** 32) : dice.oneIn(2) ? dice.below(9) : dice.odd(2 ** (8 * length) - 1);
  writeNumber(file, 16 + BYTES * dice.below(SLOTS) + offset, Math.min(length, 4), value);
}

function draw(dice: Dice): UpdatesInput {
  const honest = dice.pick(HONEST);
  const isSealed = dice.oneIn(3);
  let file: Uint8Array = honest.slice();
  for (let steps = dice.below(4); steps > 0; steps--) {
    if (dice.oneIn(2)) lieInSlot(dice, file);
    else if (dice.oneIn(10)) file = spoil(dice, file, 1, { fields: UPDATE_HEADER, stretch: true });
    else file = spoil(dice, file, 1, { others: [dice.pick(HONEST)], stretch: false });
  }
  for (let slot = 0; isSealed && slot < SLOTS; slot++) {
    const update = slotOf(file, slot);
    if (update.length === BYTES && !isErased(update)) writeNumber(update, 60, 4, checkOf(update));
  }
  const sent = honestUpdate(dice, 1 + dice.below(SLOTS + 1));
  const next = dice.oneIn(3) ? spoil(dice, sent, 1, { fields: UPDATE, stretch: true }) : sent;
  return { honest, file, next, isNextAltered: Buffer.compare(sent, next) !== 0, isSealed };
}

/** Whether no erased slot stands before a used one: a binary search then finds the one end there is. */
function fillsInOrder(file: Uint8Array): boolean {
  for (let slot = 0; slot < SLOTS - 1; slot++) {
    if (isErased(slotOf(file, slot)) && !isErased(slotOf(file, slot + 1))) return false;
  }
  return true;
}

/** Numbers of the updates that a file holds, and the last one stored in order, found out by SPEC.md §7 alone. */
function independent(file: Uint8Array): { numbers: number[]; last: number } {
  const numbers: number[] = [];
  let last = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const update = slotOf(file, slot);
    if (isErased(update)) break;
    if (!holds(update)) continue;
    const number = Buffer.from(update).readUInt32LE(0);
    numbers.push(number);
    if (number === last + 1) last++;
  }
  return { numbers, last };
}

function openUpdates(flash: MemoryFlash): { updates: Updates; fault: number } {
  const updates = new Updates(flash, fastHash, FILE, SLOTS, EPOCH);
  return { updates, fault: updates.open() };
}

function checkFollowed(updates: Updates, input: UpdatesInput): void {
  const seen: number[] = [];
  updates.each((update) => void seen.push(update.number));
  if (fillsInOrder(input.file)) {
    const { numbers, last } = independent(input.file);
    must(updates.last === last, `last ${updates.last}, not ${last}`);
    must(seen.join() === numbers.join(), `updates ${seen.join()}, not ${numbers.join()}`);
  }
  for (let slot = 0; slot < SLOTS && !input.isSealed; slot++) {
    const update = slotOf(input.file, slot);
    must(!holds(update) || SENT.has(textOf(update)), `slot ${slot}: an altered update is followed`);
  }
}

function follow(updates: Updates): void {
  for (let id = 1001; id < 1001 + CODES; id++) {
    const salt = new Uint8Array(16);
    const code: Code = {
      id,
      row: id - 1001,
      salt,
      tag: 5,
      tagBits: 11,
      day: 1,
      triesKnown: 0,
      releasesKnown: 0,
      flags: 0,
    };
    const current = updates.current(code, CODES, (one) => one.id === 1002);
    must(id !== 1002 || (current.id === 1002 && current.flags === 0), "an accepted code was replaced");
    must(Number.isInteger(current.id) && Number.isInteger(current.row), "a code's numbers");
  }
}

function storeNext(updates: Updates, flash: MemoryFlash, { next, isNextAltered, file }: UpdatesInput): number {
  const before = updates.last;
  const fault = updates.store(next);
  must(STORE_FAULTS.includes(fault), `fault ${fault} of storing`);
  must(fault !== 0 || holds(next), "stored an update whose check does not hold");
  if (isNextAltered && !holds(next)) must(fault === 509, `an altered update: ${fault}`);
  const after = flash.contents().get(FILE)!;
  must(after.length === file.length && updates.last >= before, "an update was lost");
  for (let i = 0; i < file.length; i++)
    must(after[i] === file[i] || file[i] === 0xff, `byte ${i} was programmed twice`);
  flash.budget = Infinity;
  if (fault === 0) must(openUpdates(flash).updates.last >= updates.last, "what was stored is not there after a start");
  return fault;
}

function give(flash: MemoryFlash, input: UpdatesInput): string {
  flash.put(new Map([[FILE, input.file]]), READS_OPEN);
  const { updates, fault } = openUpdates(flash);
  const isHeader = Buffer.compare(input.file.subarray(0, 16), input.honest.subarray(0, 16)) === 0;
  must(fault === (isHeader ? 0 : 301), `fault ${fault}`);
  must(!flash.isChanged(), "opening wrote");
  if (fault !== 0) return `${fault}`;
  flash.budget = flash.reads + SLOTS + 2;
  checkFollowed(updates, input);
  flash.budget = flash.reads + CODES * (SLOTS + 2);
  follow(updates);
  flash.budget = flash.reads + 4;
  return `${fault} then ${storeNext(updates, flash, input)}`;
}

function show({ file, next, isSealed }: UpdatesInput): string {
  return JSON.stringify({ isSealed, next: hexOf(next), file: hexOf(file, 500) });
}

/** Updates on the handheld. */
export const fuzzUpdates = fuzzSweep({
  name: "fuzz-updates",
  title:
    "any bytes in the updates' file, any update to store: a fault or the list as sent, nothing altered is followed",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: ["0 then 0", "0 then 508", "0 then 509", "0 then 510", "301"],
  open: (): FuzzTarget<UpdatesInput> => {
    const flash = new MemoryFlash();
    return { draw, give: (input) => give(flash, input), show };
  },
});
