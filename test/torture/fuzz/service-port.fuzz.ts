// Fuzzes a whole handheld at its service port: frames with every command and any data, cut, spoiled, left out, doubled,
// with keys and scans between them. Every frame gets one answer, nothing is acted on without its proof, and what the
// depot has not acknowledged stays in the flash.
import { crc32 } from "node:zlib";
import { Handheld } from "../../../firmware/app/handheld.ts";
import { Command, FRAME_SILENCE_MS } from "../../../src/shared/wire/service-frame.ts";
import { NOON_S, testKey } from "../../support/test-round.ts";
import { fastHmac } from "./fast-hash.ts";
import { fuzzBoard, type FuzzBoard } from "./fuzz-board.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { drawPort, type PortEvent, type PortInput, SEALED_HEADS } from "./port-draw.ts";
import { type FoundFrame, frameOf, framesIn } from "./frame-draw.ts";
import { NONCE, openSeal } from "./session-draw.ts";
import { hexOf } from "./spoil.ts";
import type { Files } from "./memory-flash.ts";

/** Faults that an answer may carry. */
const FAULTS: ReadonlySet<number> = new Set([
  ...[0, 101, 102, 103, 104, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 213, 301, 302, 401, 402],
  ...[503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 602, 701, 702, 703, 704, 705, 706, 801, 802, 803],
  ...[212, 707, 708, 709, 710, 711],
]);
const HELLO = frameOf(Command.Hello, new Uint8Array(0), 999);
/** Flash reads that one event may cost on these small days. */
const READS_EVENT = 1500;
const technicianMac = fastHmac(testKey("technician"));
const syncMac = fastHmac(testKey("sync"));

type Sent = FoundFrame[];

function happen({ host, flash }: FuzzBoard, event: PortEvent): Uint8Array {
  flash.budget = flash.reads + READS_EVENT;
  const inputs = host.inputs!;
  let answer: Uint8Array = new Uint8Array(0);
  if (event.what === "bytes") answer = inputs.service(event.bytes);
  if (event.what === "key") inputs.key(event.key);
  if (event.what === "scan") inputs.scan(event.text);
  host.clock.advance(event.what === "wait" ? event.ms : 2);
  return answer;
}

/** Each answer is a frame with a known fault, and answers a frame that is in the stream. */
function checkAnswers(answers: Uint8Array, sent: Sent): string {
  let at = 0;
  let last = "silence";
  const asked = new Map<number, number>();
  for (const { command } of sent) asked.set(command, (asked.get(command) ?? 0) + 1);
  while (at < answers.length) {
    const [frame] = framesIn(answers.subarray(at));
    must(frame?.at === 0, "an answer is no frame");
    must((frame.command & 0x80) !== 0 && frame.data.length >= 2, "an answer without bit or fault");
    const fault = Buffer.from(frame.data).readUInt16LE(0);
    must(FAULTS.has(fault), `fault ${fault}`);
    const command = frame.command & 0x7f;
    const left = asked.get(command) ?? 0;
    must(left > 0, `command ${command} was answered, and no such frame was sent`);
    asked.set(command, left - 1);
    if (fault !== 702) last = `${command.toString(16)} ${fault}`;
    at += frame.end;
  }
  return last;
}

/** Whether what stands under a seal proves by its own MAC that the depot, or its technician, sent it. */
function isProven(command: Command, data: Uint8Array): boolean {
  if (command === Command.Provision) {
    return data.length === 160 && Buffer.compare(technicianMac(data.subarray(0, 128)), data.subarray(128)) === 0;
  }
  if (command === Command.LoadBegin) return SEALED_HEADS.has(Buffer.from(data).toString("latin1"));
  const end = data.length - 32;
  return end >= 64 && Buffer.compare(syncMac(data.subarray(0, end)), data.subarray(end)) === 0;
}

/** Whether what was programmed is still there: in the file, or not at all when it may be gone. */
function isKept(before: Uint8Array | undefined, after: Uint8Array | undefined): boolean {
  if (before === undefined) return true;
  if (after?.length !== before.length) return false;
  for (let i = 0; i < before.length; i++) if (before[i] !== 0xff && after[i] !== before[i]) return false;
  return true;
}

/** Without the proofs that would allow it, no file of worth changes but by being written on. */
function checkFiles({ found }: PortInput, after: Files, sent: Sent): void {
  const sealed = sent.flatMap((frame) => {
    const opened = openSeal(frame);
    return opened === undefined ? [] : [{ command: frame.command & 0x3f, ...opened }];
  });
  const proves = (command: Command): boolean =>
    sealed.some((one) => one.command === command && isProven(command, one.payload));
  const files = found.files;
  const wipes = sealed.some(
    ({ command, host, payload }) =>
      command === Command.Wipe &&
      host.name === "technician" &&
      (payload[0] === 1 || found.unsent === 0 || proves(Command.SyncReply)),
  );
  if (wipes) return;
  if (files.has("key") && !proves(Command.Provision)) {
    must(isKept(files.get("key"), after.get("key")), "the key changed without the technician's MAC");
  }
  const key = after.get("key");
  if (key !== undefined) must(crc32(key.subarray(0, 124)) === Buffer.from(key).readUInt32LE(124), "a key that is none");
  if (!proves(Command.LoadBegin)) must(!after.has("man.b"), "a manifest came without its MAC");
  const mayEnd =
    proves(Command.SyncReply) || (found.unsent === 0 && (proves(Command.LoadBegin) || proves(Command.Provision)));
  if (mayEnd) return;
  for (const name of ["man.a", "jrn.a", "led.a", "upd.a", "idx.a"]) {
    must(isKept(files.get(name), after.get(name)), `${name} was not kept, and the depot has not acknowledged it`);
  }
}

function give(input: PortInput): string {
  const fuzz = fuzzBoard();
  fuzz.board.entropy = { random: () => NONCE };
  fuzz.host.setClock(NOON_S);
  fuzz.flash.put(input.found.files, READS_EVENT);
  new Handheld(fuzz.board).start();
  const answers = input.events.map((event) => happen(fuzz, event));
  const sent = framesIn(input.stream);
  const outcome = checkAnswers(new Uint8Array(Buffer.concat(answers)), sent);
  checkFiles(input, fuzz.flash.contents(), sent);
  happen(fuzz, { what: "wait", ms: 2 * FRAME_SILENCE_MS });
  must(happen(fuzz, { what: "bytes", bytes: HELLO }).length > 30, "it does not say hello any more");
  return outcome;
}

function show({ found, events }: PortInput): string {
  const shown = events.map((event) => (event.what === "bytes" ? hexOf(event.bytes, 64) : JSON.stringify(event)));
  return `${found.name}: ${shown.join(" | ")}`;
}

/** A handheld's service port. */
export const fuzzServicePort = fuzzSweep({
  name: "fuzz-service-port",
  title: "any frames, keys and scans: one answer each, nothing without its proof, nothing unsent lost, and it lives on",
  inputs: 300_000,
  properties: 5_000,
  enough: 20_000,
  reaches: [
    ...[
      "1 0",
      "41 0",
      "8 0",
      "8 801",
      "9 0",
      "9 708",
      "10 0",
      "10 802",
      "10 707",
      "50 0",
      "50 710",
      "50 803",
      "50 704",
    ],
    ...["52 0", "52 201", "52 203", "52 204", "52 209", "52 213", "52 707", "53 0", "53 206", "53 703"],
    ...["54 0", "54 206", "54 703", "54 704", "55 0", "56 0", "56 505", "56 506", "57 0", "57 704"],
    ...[
      "58 0",
      "58 602",
      "59 0",
      "59 710",
      "5a 0",
      "5b 0",
      "5b 701",
      "5c 0",
      "5d 0",
      "5e 0",
      "5e 704",
      "5f 0",
      "5f 212",
      "60 0",
      "60 701",
    ],
    "silence",
  ],
  open: (): FuzzTarget<PortInput> => ({ draw: drawPort, give, show }),
});
