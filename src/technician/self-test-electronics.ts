// The parts of the self-test that need nobody's hands: digest, flash, clock, battery, radio. What the handheld computes is
// compared with published vectors and with Node's own digests, never with itself.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { FaultNumber } from "../shared/faults.ts";
import { latin1Bytes, readU32 } from "../shared/wire/bytes.ts";
import { SelfTestPart } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { batteryWords, readDiagnostics } from "./handheld-facts.ts";
import type { PartOutcome, SelfTestWish } from "./self-test-wish.ts";
import { askTime } from "./set-time.ts";
import { ask, askHello, type TechnicianPort } from "./technician-port.ts";

const SHA256_BYTES = 32;
const RANDOM_BYTES = 1024;
const CLOCK_WAIT_MS = 2000;
/** Whole seconds are read: two readings may be one apart from the truth, and the cable takes its time. */
const CLOCK_TOLERANCE_S = 1.5;
const BATTERY_PERCENT_MIN = 20;
const BATTERY_UNKNOWN = 255;

/** FIPS 180-4's examples: text and its SHA-256. */
const VECTORS: readonly (readonly [string, string, string])[] = [
  ["the empty text", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ['"abc"', "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "two blocks",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
];
const CHECK_TEXT = "123456789";
const CHECK_SUM = 0xcbf43926;

async function digestOf(port: TechnicianPort, bytes: Uint8Array): Promise<{ sha256: string; sum: number }> {
  const data = new Uint8Array(1 + bytes.length);
  data[0] = SelfTestPart.Digest;
  data.set(bytes, 1);
  const answer = await ask(port, Command.SelfTest, data, { least: SHA256_BYTES + 4 });
  return { sha256: Buffer.from(answer.subarray(0, SHA256_BYTES)).toString("hex"), sum: readU32(answer, SHA256_BYTES) };
}

function wrongDigest(what: string): BenchError {
  return new BenchError(BenchFault.DigestWrong, `the handheld computes a wrong ${what}`);
}

/** SHA-256 and CRC-32 of published texts and of a random kilobyte. */
export async function checkDigest(port: TechnicianPort, { surroundings }: SelfTestWish): Promise<PartOutcome> {
  for (const [name, text, digest] of VECTORS) {
    if ((await digestOf(port, latin1Bytes(text))).sha256 !== digest) throw wrongDigest(`SHA-256 of ${name}`);
  }
  if ((await digestOf(port, latin1Bytes(CHECK_TEXT))).sum !== CHECK_SUM) throw wrongDigest(`CRC-32 of "${CHECK_TEXT}"`);
  const random = surroundings.random(RANDOM_BYTES);
  const { sha256, sum } = await digestOf(port, random);
  if (sha256 !== createHash("sha256").update(random).digest("hex")) throw wrongDigest("SHA-256 of a random kilobyte");
  if (sum !== crc32(random)) throw wrongDigest("CRC-32 of a random kilobyte");
  return { words: `${VECTORS.length + 1} published vectors and a random kilobyte` };
}

/** A scratch file written, read back and erased. */
export async function checkScratch(port: TechnicianPort): Promise<PartOutcome> {
  await ask(port, Command.SelfTest, new Uint8Array([SelfTestPart.Scratch]));
  return { words: "written, read back, erased" };
}

/** Sets a clock that is not set; the day may forbid the time, and its pace is judged all the same. */
async function setIfEstimated(port: TechnicianPort, now_s: number): Promise<string> {
  if (!(await askTime(port)).isEstimated) return "";
  const answer = await askTime(port, now_s).catch((error: unknown) => {
    if (error instanceof BenchError && error.number === FaultNumber.ClockOutOfRange) return undefined;
    throw error;
  });
  return answer === undefined ? "; warning: its time is only estimated" : "; it was not set, and is now";
}

/** Two seconds by the bench's clock are two seconds by the handheld's. */
export async function checkClock(port: TechnicianPort, { surroundings }: SelfTestWish): Promise<PartOutcome> {
  const note = await setIfEstimated(port, Math.floor(surroundings.now_ms() / 1000));
  const before_ms = surroundings.now_ms();
  const before = await askTime(port);
  await surroundings.pause(CLOCK_WAIT_MS);
  const after = await askTime(port);
  const elapsed_s = (surroundings.now_ms() - before_ms) / 1000;
  const ran_s = after.now_s - before.now_s;
  if (Math.abs(ran_s - elapsed_s) > CLOCK_TOLERANCE_S) {
    throw new BenchError(BenchFault.ClockPace, `the clock ran ${ran_s} s in ${elapsed_s.toFixed(1)} s`);
  }
  return { words: `ran ${ran_s} s in ${elapsed_s.toFixed(1)} s${note}` };
}

/** The charge, when the board can tell it. */
export async function checkBattery(port: TechnicianPort): Promise<PartOutcome> {
  const { battery } = await askHello(port);
  if (battery < BATTERY_PERCENT_MIN) {
    throw new BenchError(
      BenchFault.BatteryLow,
      `the battery is at ${battery} %, not ${BATTERY_PERCENT_MIN} %: charge it`,
    );
  }
  return { words: battery === BATTERY_UNKNOWN ? "this board cannot tell its charge" : batteryWords(battery) };
}

/** The radio link is up. */
export async function checkRadio(port: TechnicianPort, { hands }: SelfTestWish): Promise<PartOutcome> {
  if (hands === "bench") await port.request(Command.Link, new Uint8Array([1])); // not every board of a bench has it
  const { link } = await readDiagnostics(port);
  if (!link) {
    throw new BenchError(BenchFault.RadioDown, "the radio link is down: bring it into reach, or test with --no-radio");
  }
  return { words: "link up" };
}
