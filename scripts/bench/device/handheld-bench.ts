// The part of the benchmark that runs on the interpreter: the app on the linux board's real parts, with keys pressed from
// here. It times verdicts and boots with the interpreter's clock, and their floors in the same run: bare Storage calls
// of the same number and size, the same hash blocks, one clear and one flip. Results go to the file `result.json`.
import type { Board } from "../../../hal/contract/board.ts";
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { createBoard } from "../../../firmware/boards/linux.board.ts";
import { Handheld } from "../../../firmware/app/handheld.ts";
import { latin1Bytes, readU16, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import { Reason, RecordType } from "../../../src/shared/wire/journal.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { headBytes } from "../../../src/shared/wire/manifest.ts";
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { Command, encodeFrame, type Frame, FrameReader, SEALED_BIT } from "../../../src/shared/wire/service-frame.ts";
import {
  decodeChallenge,
  encodeOpen,
  Role,
  seal,
  sessionHmac,
  transcript,
} from "../../../src/shared/wire/service-session.ts";

const STEP_BYTES = 1024;
const BOOTS = 10;
const SOON_MS = 1000;
/** A parcel in the middle of the manifest, by the depot's id. */
const ATTEMPTED = 1153;

/** A boot's calls to its parts, to be repeated bare. */
interface Calls {
  reads: number[];
  hashed: number[];
}

const storage = require("Storage");
const board: Board = createBoard();
let press: (key: number) => void = () => undefined;
let scan: (label: string) => void = () => undefined;
let take: (bytes: Uint8Array) => void = () => undefined;
let answered: Frame | undefined;
let waiting: (() => void)[] = [];

function runTimers(): void {
  const due = waiting;
  waiting = [];
  for (const then of due) then();
}

board.keypad = { onKey: (pressed) => void (press = pressed) };
board.scanner = { onScan: (scanned) => void (scan = scanned) };
board.service = {
  onConnect: (connect) => {
    const reader = new FrameReader(board.hash);
    take = connect((bytes) => void (answered = reader.push(bytes)[0]));
  },
};
board.started = () => undefined;
board.flash.tidy = () => FaultNumber.None; // the benchmark's own files are strange to the handheld: they would go
board.link = { isUp: () => false, onUp: () => undefined, post: () => undefined };
board.clock.after = (delay_ms, then) => {
  if (delay_ms > SOON_MS) return { cancel: () => undefined }; // time-outs and syncs never come due here
  waiting.push(then);
  return { cancel: () => void (waiting = waiting.filter((one) => one !== then)) };
};

let sessionKey: Uint8Array | undefined;
let sequence = 0;

/** One command, sealed once there is a session; the answer's data behind the fault. */
function ask(command: number, data: Uint8Array): Uint8Array {
  const key = sessionKey;
  const byte = key ? command | SEALED_BIT : command;
  take(encodeFrame(board.hash, ++sequence, byte, key ? seal(board.hash, key, sequence, byte, data) : data));
  const answer = answered ? answered.data : zeros(2);
  const fault = readU16(answer, 0);
  if (fault !== 0) throw new Error("command " + command + ": fault " + fault);
  return answer.subarray(2);
}

function openSession(keyFile: Uint8Array): void {
  const roleKey = subkey(board.hash, keyFile.subarray(16, 48), "technician");
  const nonce = zeros(16);
  const challenge = decodeChallenge(new Uint8Array(ask(Command.Open, encodeOpen(Role.Technician, nonce))));
  if (!challenge) throw new Error("no challenge");
  const said = transcript(challenge, nonce);
  ask(Command.Prove, sessionHmac(board.hash, roleKey, "h", said).subarray(0, 16));
  sessionKey = sessionHmac(board.hash, roleKey, "s", said);
  sequence = 0;
}

function load(): void {
  const keyFile = board.flash.read("bench.key", 0, 128);
  ask(Command.Provision, keyFile);
  openSession(keyFile);
  const bytes = board.flash.size("bench.man");
  const head = headBytes(readU16(board.flash.read("bench.man", 58, 2), 0));
  ask(Command.LoadBegin, board.flash.read("bench.man", 0, head));
  for (let at = head; at < bytes; at += STEP_BYTES) {
    const part = board.flash.read("bench.man", at, STEP_BYTES);
    const data = zeros(4 + part.length);
    writeU32(data, 0, at);
    data.set(part, 4);
    ask(Command.LoadData, data);
  }
  ask(Command.LoadCommit, zeros(0));
}

function seconds(run: () => void): number {
  const start = getTime();
  run();
  return getTime() - start;
}

/** One accepted code: everything up to the confirming key is not timed. */
function verdict(line: string): number {
  const [tracking, code] = line.split(" ");
  scan(tracking);
  runTimers();
  press(Key.Enter);
  for (let i = 0; i < code.length; i++) press(+code[i]);
  const taken = seconds(() => press(Key.Enter));
  runTimers();
  press(Key.Back);
  runTimers();
  return taken;
}

const scratch = { name: "scratch", at: 16 };

/** What a verdict cannot do without: a try, a body, a success (8, 48, 8 bytes), one hash block, one clear and flip. */
function verdictFloor(block: Uint8Array, cell: Uint8Array, body: Uint8Array): void {
  storage.write(scratch.name, cell, scratch.at);
  board.hash.sha256(block);
  storage.write(scratch.name, body, scratch.at + 8);
  storage.write(scratch.name, cell, scratch.at + 56);
  scratch.at += 64;
  board.display.clear();
  board.display.flip();
}

function counted(calls: Calls): void {
  const flash = board.flash;
  const hash = board.hash;
  const wrapped: Flash = {
    create: (name, size, head) => flash.create(name, size, head),
    size: (name) => flash.size(name),
    read: (name, offset, length) => {
      calls.reads.push(length);
      return flash.read(name, offset, length);
    },
    sum: (name, length) => flash.sum(name, length),
    append: (name, offset, data) => flash.append(name, offset, data),
    erase: (name) => flash.erase(name),
    free: () => flash.free(),
    compact: () => flash.compact(),
    tidy: (known) => flash.tidy(known),
  };
  const wrappedHash: Hash = {
    sha256: (data) => {
      calls.hashed.push(data.length);
      return hash.sha256(data);
    },
    crc32: (data) => hash.crc32(data),
  };
  board.flash = wrapped;
  board.hash = wrappedHash;
  boot();
  board.flash = flash;
  board.hash = hash;
}

/** Up to the first drawn screen; what may wait for it comes later, as in the field. */
function boot(): void {
  waiting = [];
  new Handheld(board).start();
}

function bootFloor(calls: Calls): void {
  for (const length of calls.reads) storage.read("bench.man", 0, length);
  for (const length of calls.hashed) board.hash.sha256(zeros(length));
  board.display.clear();
  board.display.flip();
}

function timesBoot(): number {
  return seconds(() => {
    for (let i = 0; i < BOOTS; i++) boot();
  });
}

/**
 * Writes attempts on one parcel, so that the last record, which a boot looks into, is of the same kind in every journal.
 * @param records how many; 0 fills the journal down to its reserve
 * @returns slots in use
 */
function writeAttempts(records: number): number {
  const handheld = new Handheld(board);
  handheld.start();
  const services = handheld.services();
  if (!services) throw new Error("no day");
  for (let i = 0; records === 0 ? services.day.journal.hasRoom() : i < records; i++) {
    services.recorder.write({ type: RecordType.NotDelivered, reason: Reason.Closed, parcel: ATTEMPTED }, -1);
  }
  services.recorder.seal();
  runTimers();
  return services.day.journal.end;
}

function journalEnd(): number {
  const handheld = new Handheld(board);
  handheld.start();
  const services = handheld.services();
  return services ? services.day.journal.end : 0;
}

function main(): void {
  const options = ("" + storage.read("bench.options")).split(" "); // verdicts, floors, boots (0 or 1)
  const verdicts = +options[0];
  const floors = +options[1];
  new Handheld(board).start();
  load();
  runTimers();
  const idle = process.memory().usage;
  const codes = ("" + storage.read("bench.codes")).split("\n");
  boot();
  runTimers();
  let emptyBoot_s = 0;
  if (options[2] === "1") {
    writeAttempts(1);
    emptyBoot_s = timesBoot();
    runTimers();
  }
  let verdict_s = 0;
  for (let i = 0; i < verdicts; i++) verdict_s += verdict(codes[i]);
  storage.write(scratch.name, zeros(16), 0, 16 + floors * 64);
  const block = zeros(30);
  const cell = latin1Bytes("12345678");
  const body = latin1Bytes("123456789012345678901234567890123456789012345678");
  const floor_s = seconds(() => {
    for (let i = 0; i < floors; i++) verdictFloor(block, cell, body);
  });
  const accepted = journalEnd() - (options[2] === "1" ? 1 : 0);
  const result: number[] = [idle, verdict_s, floor_s, emptyBoot_s, 0, 0, 0, 0, accepted];
  if (options[2] === "1") {
    result[6] = writeAttempts(0);
    result[4] = timesBoot();
    const calls: Calls = { reads: [], hashed: [] };
    counted(calls);
    result[5] = seconds(() => {
      for (let i = 0; i < BOOTS; i++) bootFloor(calls);
    });
    result[7] = calls.reads.length;
  }
  require("fs").writeFileSync("result.json", "[" + result.join(",") + "]");
}

/** The Linux build grows its variables, but not for flat strings: these come from what it has. Boards have 12,000 and more. */
function growVariables(): void {
  let filler: number[] | undefined = [];
  for (let i = 0; i < 8000; i++) filler.push(i);
  filler = undefined;
}

try {
  growVariables();
  main();
} catch (error) {
  require("fs").writeFileSync("error.txt", "" + error); // the console is off
}
quit();
