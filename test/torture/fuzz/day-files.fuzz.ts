// Fuzzes the start of a handheld from arbitrary flash: key, past, manifest, ledger, index, updates and journal with any bytes
// in them, checks right or wrong. It starts, draws, judges, and asks the depot in a request that the depot can read; no
// wrong code is accepted, and what stood in the journal stays there.
import { crc32 } from "node:zlib";
import { Handheld } from "../../../firmware/app/handheld.ts";
import { readPast } from "../../../firmware/app/dock/past.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { latin1Text } from "../../../src/shared/wire/bytes.ts";
import { decodeHello } from "../../../src/shared/wire/service-data.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { requestSender, openRequest } from "../../../src/shared/wire/sync.ts";
import { type Answer, DockHand } from "../../support/dock-hand.ts";
import { DEVICE, KEY_EPOCH, NOON_S, testKey, wrongDigits } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { fuzzBoard, type FuzzBoard } from "./fuzz-board.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { bodyCheck } from "./journal-oracle.ts";
import { cellCheck } from "./ledger-oracle.ts";
import { livedDays } from "./lived-days.ts";
import type { Files } from "./memory-flash.ts";
import { hexOf, spoil, writeNumber } from "./spoil.ts";

interface FilesInput {
  files: Map<string, Uint8Array>;
  /** Names of the files that were spoiled. */
  spoiled: string[];
  /** Whether checks were made right again. */
  isSealed: boolean;
  isKeyHonest: boolean;
}

const EPOCH = 501;
/** Flash reads that a start, a scan or a sync may cost on these small days, whatever stands in the files. */
const READS_EVENT = 4000;
const WRONG = wrongDigits(1001, "123456", 1)[0]!;
const DAYS: readonly Files[] = livedDays();

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

/** Makes the CRC-32 of whatever stands in a file right again. */
function sealChecks(name: string, file: Uint8Array): void {
  if (name === "key" && file.length >= 128) writeNumber(file, 124, 4, crc32(file.subarray(0, 124)));
  if (name === "past" && file.length >= 16) writeNumber(file, 12, 4, crc32(file.subarray(0, 12)));
  if (name.startsWith("jrn")) writeNumber(file, 28, 4, crc32(file.subarray(0, 28)));
  for (let slot = 0, at = 32; name.startsWith("jrn") && at + 64 <= file.length; slot++, at += 64) {
    const record = file.subarray(at, at + 64);
    if (!isBlank(record)) writeNumber(record, 44, 4, bodyCheck(record, EPOCH, slot));
  }
  const isCells = name.startsWith("led") || name.startsWith("idx");
  for (let position = 0, at = 16; isCells && at + 8 <= file.length; position++, at += 8) {
    const cell = file.subarray(at, at + 8);
    if (!isBlank(cell)) writeNumber(cell, 4, 4, cellCheck(cell, EPOCH, position));
  }
  for (let at = 16; name.startsWith("upd") && at + 64 <= file.length; at += 64) {
    const update = file.subarray(at, at + 64);
    if (!isBlank(update)) writeNumber(update, 60, 4, crc32(Buffer.concat([update.subarray(0, 60), EPOCH_BYTES])));
  }
}

const EPOCH_BYTES = Buffer.from([EPOCH & 0xff, EPOCH >> 8, 0, 0]);

function draw(dice: Dice): FilesInput {
  const day = dice.pick(DAYS);
  const others = dice.pick(DAYS);
  const files = new Map(day);
  const isSealed = dice.oneIn(3);
  const spoiled: string[] = [];
  for (let n = dice.below(4); n > 0; n--) {
    const name = dice.pick([...day.keys(), "jrn.a", "jrn.a", "led.a"]);
    const file = files.get(name);
    if (file === undefined) continue;
    spoiled.push(name);
    if (dice.oneIn(30)) {
      files.delete(name);
      continue;
    }
    const bytes = spoil(dice, file, 1 + dice.below(3), { others: [others.get(name) ?? file], stretch: dice.oneIn(20) });
    if (isSealed) sealChecks(name, bytes);
    files.set(name, bytes);
  }
  return { files, spoiled, isSealed, isKeyHonest: !spoiled.includes("key") };
}

function within<T>({ flash }: FuzzBoard, run: () => T): T {
  flash.budget = flash.reads + READS_EVENT;
  return run();
}

/** One command and its answer. */
function ask(fuzz: FuzzBoard, command: Command): Answer {
  const exchange = (bytes: Uint8Array): Uint8Array => within(fuzz, () => fuzz.host.inputs!.service(bytes));
  return new DockHand(exchange, { hash: fastHash }).command(command);
}

/** Looks a parcel up, types digits that are wrong, and leaves. */
function visit(fuzz: FuzzBoard): string {
  const { host } = fuzz;
  const press = (key: number): void => {
    within(fuzz, () => host.inputs!.key(key));
    within(fuzz, () => host.clock.advance(500));
  };
  within(fuzz, () => host.inputs!.scan("X1\r"));
  within(fuzz, () => host.clock.advance(500));
  press(Key.Enter);
  for (const digit of WRONG) host.inputs!.key(Number(digit));
  press(Key.Enter);
  const screen = ask(fuzz, Command.Screen);
  return latin1Text(screen.data, 0, screen.data.length).split("\n")[0] ?? "";
}

/** A request that the depot can read, and a count of the unsent that is one. */
function checkSync(fuzz: FuzzBoard, { isKeyHonest }: FilesInput): void {
  const { device, unsent } = decodeHello(ask(fuzz, Command.Hello).data);
  must(unsent <= 0xffff, `${unsent | 0} records unsent`);
  const { fault, data } = ask(fuzz, Command.SyncRequest);
  must(fault === 0 || device === 0 || !isKeyHonest, `a sync request was refused with F${fault}`);
  if (fault !== 0) return;
  const request = data.slice();
  must(requestSender(request) !== undefined, "a request that is none");
  if (!isKeyHonest) return;
  must(openRequest(fastHash, testKey("sync", DEVICE, KEY_EPOCH), request) !== undefined, "a request no depot can read");
}

/** Success cells and acceptances, by their kinds alone: how many there are. */
function acceptances(files: Files): number {
  const journal = files.get("jrn.a") ?? new Uint8Array(0);
  let count = 0;
  for (let slot = 0, at = 32; at + 64 <= journal.length; slot++, at += 64) {
    const record = journal.subarray(at, at + 64);
    const isWhole = Buffer.from(record).readUInt32LE(44) === bodyCheck(record, EPOCH, slot);
    if (record[0] === 1 && isWhole && (record[1]! & 2) === 0) count++;
  }
  return count;
}

function checkKept(before: Files, after: Files): void {
  const journal = before.get("jrn.a");
  if (journal === undefined) return;
  const now = after.get("jrn.a");
  must(now?.length === journal.length, "the journal is gone");
  for (let i = 0; i < journal.length; i++)
    must(journal[i] === 0xff || now[i] === journal[i], `journal byte ${i} changed`);
}

function give(input: FilesInput): string {
  const fuzz = fuzzBoard();
  fuzz.host.setClock(NOON_S);
  fuzz.flash.put(input.files, READS_EVENT);
  const past = readPast(fuzz.board);
  must(past.sequence >= 0 && past.sealedAt_s >= 0, "past");
  new Handheld(fuzz.board).start();
  within(fuzz, () => fuzz.host.clock.advance(10));
  const before = acceptances(fuzz.flash.contents());
  const title = visit(fuzz);
  checkSync(fuzz, input);
  within(fuzz, () => fuzz.host.clock.advance(70_000));
  must(acceptances(fuzz.flash.contents()) === before, "wrong digits were accepted");
  checkKept(input.files, fuzz.flash.contents());
  return `${input.isSealed ? "checks" : "none"}: ${title}`;
}

function show({ files, spoiled, isSealed }: FilesInput): string {
  const shown = [...new Set(spoiled)].map((name) => `${name}: ${hexOf(files.get(name) ?? new Uint8Array(0), 1400)}`);
  return `${isSealed ? "checks right; " : ""}${shown.join("; ")}`;
}

/** A handheld started from arbitrary files. */
export const fuzzDayFiles = fuzzSweep({
  name: "fuzz-day-files",
  title: "a handheld starts from any flash, draws, judges and syncs; no wrong code passes, no record goes",
  inputs: 100_000,
  properties: 3_000,
  enough: 2_000,
  reaches: [
    ...["none: WRONG CODE", "none: FAULT", "none: LOCKED", "none: MEMORY NEARLY FULL"],
    ...["checks: WRONG CODE", "checks: FAULT", "checks: LOCKED", "checks: NOT TODAY"],
  ],
  open: (): FuzzTarget<FilesInput> => ({ draw, give, show }),
});
