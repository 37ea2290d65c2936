// Fuzzes the opening of a journal: arbitrary bytes in its file give a fault number or a journal, in a bounded number of
// reads; nothing that was written changes, and no altered record is one that the depot would take.
import { Journal } from "../../../firmware/app/journal/journal.ts";
import { testBody } from "../../support/unit-journal.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { drawJournal, IDENTITY, type JournalInput, SLOTS } from "./journal-draw.ts";
import { bodyHolds, isErasedSlot, slotAt, slotsTaken } from "./journal-oracle.ts";
import { MemoryFlash } from "./memory-flash.ts";
import { hexOf } from "./spoil.ts";

const FILE = "jrn";
/** What opening and appending may say: flash, journal's header, journal full. */
const FAULTS: readonly number[] = [0, 102, 103, 104, 401, 402];
const READS_OPEN = 6 * SLOTS + 40;
const READS_ASK = 8 * SLOTS + 40;

/** Bytes that were programmed stay as they are: only erased ones may change. */
function checkKept(before: Uint8Array, after: Uint8Array): void {
  must(before.length === after.length, "the file changed its size");
  for (let i = 0; i < before.length; i++) {
    must(before[i] === after[i] || before[i] === 0xff, `byte ${i} was programmed and is another one now`);
  }
}

/** The end is where a binary search may find it: an erased slot behind a used one. */
function checkEnd(file: Uint8Array, end: number, written: number): void {
  must(end >= 0 && end <= SLOTS, `end ${end}`);
  const found = end - written;
  must(found === 0 || !isErasedSlot(slotAt(file, found - 1)), "the end stands behind an erased slot");
  must(found === SLOTS || isErasedSlot(slotAt(file, found)), "the end stands before a used slot");
}

/** What a depot would take of it is what was written, or what boot itself sealed because its check held. */
function checkTaken(input: JournalInput, now: Uint8Array, sent: readonly number[]): number {
  const taken = slotsTaken(IDENTITY, now, sent);
  if (input.seal !== "none") return taken.length;
  for (const slot of taken) {
    const honest = slotAt(input.honest.file, slot);
    const isHonest = Buffer.compare(honest.subarray(0, 48), slotAt(now, slot).subarray(0, 48)) === 0;
    const isOfBoot = slot === sent.at(-1) && Buffer.compare(slotAt(input.file, slot), slotAt(now, slot)) !== 0;
    must(isHonest || isOfBoot || isSpliced(input, slot), `slot ${slot} was altered, and the depot takes it`);
  }
  return taken.length;
}

/** Whether a whole record of another honest journal with the same key stands there: its chain is the honest one's so far. */
function isSpliced({ file, honest }: JournalInput, slot: number): boolean {
  return bodyHolds(slotAt(file, slot), IDENTITY.journalEpoch, slot) && !honest.valid.has(slot);
}

/** Everything that is asked of an open journal. */
function ask(journal: Journal, flash: MemoryFlash): number[] {
  const sent: number[] = [];
  for (let slot = 0; slot < journal.end; slot++) {
    flash.budget = flash.reads + READS_ASK;
    if (journal.isValid(slot)) sent.push(slot);
  }
  for (const slot of sent) {
    // Whole, or damaged behind its MAC: then it is sent as it is, and the depot tells.
    const record = journal.read(slot);
    const hasMac = record.subarray(48).some((byte) => byte !== 0xff);
    must(hasMac || bodyHolds(record, IDENTITY.journalEpoch, slot), `slot ${slot} is valid with neither check nor MAC`);
  }
  flash.budget = flash.reads + 3 * READS_ASK;
  const handover = journal.handoverOf(3);
  must(handover === -1 || sent.includes(handover), "a handover in a slot that is not valid");
  must(journal.macBefore(journal.end, IDENTITY.start).length <= 16, "the MAC before the end"); // less in a cut file
  return sent;
}

function give(flash: MemoryFlash, input: JournalInput): string {
  flash.put(new Map([[FILE, input.file]]), READS_OPEN);
  const journal = new Journal(flash, fastHash, FILE, IDENTITY);
  const fault = journal.open();
  must(FAULTS.includes(fault), `fault ${fault}`);
  const isHeader = Buffer.compare(input.file.subarray(0, 32), input.honest.file.subarray(0, 32)) === 0;
  must((fault === 401) === !isHeader, `a header that ${isHeader ? "holds" : "does not hold"}: fault ${fault}`);
  const opened = flash.contents().get(FILE)!;
  checkKept(input.file, opened);
  const wroteSlot = journal.end > 0 && isErasedSlot(slotAt(input.file, journal.end - 1)) ? 1 : 0;
  checkEnd(input.file, journal.end, wroteSlot);
  const sent = ask(journal, flash);
  const taken = checkTaken(input, opened, sent);
  const isUntouched = Buffer.compare(input.file, input.honest.file) === 0;
  if (isUntouched) must(fault === 0 && taken === sent.length, "an honest journal is not taken whole");
  flash.budget = flash.reads + READS_ASK;
  const appended = journal.append(testBody(99)) || journal.seal();
  must(FAULTS.includes(appended), `fault ${appended} of an append`);
  checkKept(opened, flash.contents().get(FILE)!);
  const boot = opened === input.file ? "left" : wroteSlot === 1 ? "stated again" : "sealed";
  return `${input.seal} ${fault} ${isUntouched ? "honest " : ""}${boot}`;
}

function show({ file, seal }: JournalInput): string {
  return JSON.stringify({ seal, file: hexOf(file, 800) });
}

/** Journals on the handheld. */
export const fuzzJournal = fuzzSweep({
  name: "fuzz-journal",
  title: "any bytes in the journal's file: a fault or a journal, bounded reads, nothing altered that the depot takes",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: [
    ...["none 0 honest left", "none 0 honest sealed", "none 0 left", "none 0 stated again", "none 0 sealed"],
    ...["checks 0 left", "checks 0 stated again", "chain 0 left", "none 401 left"],
  ],
  open: (): FuzzTarget<JournalInput> => {
    const flash = new MemoryFlash();
    return { draw: drawJournal, give: (input) => give(flash, input), show };
  },
});
