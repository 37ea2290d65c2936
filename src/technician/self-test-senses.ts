// The parts of the self-test that need hands, eyes and ears, or a board with the bench's commands: keypad, scanner,
// display, sounder. Keys and labels are read from the handheld's Input part, never taken on a person's word.
import { FaultNumber } from "../shared/faults.ts";
import { latin1Bytes, latin1Text, readU16 } from "../shared/wire/bytes.ts";
import { SelfTestPart } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError, handheldError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import type { PartOutcome, SelfTestWish } from "./self-test-wish.ts";
import { ask, type TechnicianPort } from "./technician-port.ts";

/** The 16 keys by number, as printed on them; 0…9 are the digits. */
const KEY_NAMES = [..."0123456789", "Enter", "Back", "Up", "Down", "Menu", "Reason"];
const POLL_MS = 100;
/** Presses a person has for one key: a slip of the finger is no fault of the keypad. */
const TRIES = 2;
/** Tones by number, as in `Tone`, SPEC.md §10.5: what is heard and seen. */
const TONES: readonly (readonly [number, string])[] = [
  [2, "one short beep, green"],
  [3, "two low tones, red"],
  [4, "one long tone, red"],
  [5, "two short beeps, amber"],
];
const PATTERNS = ["all dark", "all lit", "in upright bars"];
const BAR_PIXELS = 8;
const OTHER_LABEL = /^PAROLA-(\d{1,10})$/;

interface Input {
  keys: number[];
  label: string;
}

/** Keys and label since the last look. */
async function readInput(port: TechnicianPort): Promise<Input> {
  const data = await ask(port, Command.SelfTest, new Uint8Array([SelfTestPart.Input]), { least: 1 });
  const end = 1 + (data[0] ?? 0);
  return { keys: [...data.subarray(1, end)], label: latin1Text(data, end, data.length - end) };
}

/** Looks until there is something, or patience ends. */
async function awaitInput<T>(
  port: TechnicianPort,
  { surroundings, patience_ms }: SelfTestWish,
  find: (input: Input) => T | undefined,
): Promise<T | undefined> {
  const end_ms = surroundings.now_ms() + patience_ms;
  for (;;) {
    const found = find(await readInput(port));
    if (found !== undefined || surroundings.now_ms() >= end_ms) return found;
    await surroundings.pause(POLL_MS);
  }
}

function keyName(key: number): string {
  return KEY_NAMES[key] ?? `number ${key}`;
}

/** What became of one key: undefined when it is right. */
async function tryKey(port: TechnicianPort, wish: SelfTestWish, key: number): Promise<string | undefined> {
  const { hands } = wish;
  let wrong: string | undefined;
  for (let left = hands === "bench" ? 1 : TRIES; left > 0; left--) {
    if (hands === "bench") await ask(port, Command.Key, new Uint8Array([key]));
    else hands?.tell(`press ${keyName(key)}${wrong === undefined ? "" : " once more"}`);
    const keys = await awaitInput(port, wish, (input) => (input.keys.length > 0 ? input.keys : undefined));
    if (keys === undefined) return wrong ?? `key ${keyName(key)} did not answer`;
    if (keys.length === 1 && keys[0] === key) return undefined;
    const isBounce = keys.every((heard) => heard === key);
    const heard = keys.map(keyName).join(", ");
    wrong = isBounce ? `key ${keyName(key)} answered ${keys.length} times` : `key ${keyName(key)} answered as ${heard}`;
  }
  return wrong;
}

/** Each of the 16 keys in turn; all are tried, and every bad one is named. */
export async function checkKeypad(port: TechnicianPort, wish: SelfTestWish): Promise<PartOutcome> {
  await readInput(port); // from here on keys go to the test; what was pressed before is nobody's
  const bad: string[] = [];
  for (let key = 0; key < KEY_NAMES.length; key++) {
    const wrong = await tryKey(port, wish, key);
    if (wrong !== undefined) bad.push(wrong);
  }
  if (bad.length > 0) throw new BenchError(BenchFault.KeypadKey, bad.join("; "));
  return { words: `${KEY_NAMES.length} keys` };
}

/** Any label is good; the label of another handheld is not: one of the two is stuck to the wrong one. */
export async function checkScanner(port: TechnicianPort, wish: SelfTestWish): Promise<PartOutcome> {
  const { hands, ownLabel } = wish;
  await readInput(port);
  if (hands === "bench") await ask(port, Command.Scan, latin1Bytes(`${ownLabel}\r`));
  else hands?.tell("scan the label on its back, or any other");
  const label = await awaitInput(port, wish, (input) => (input.label === "" ? undefined : input.label));
  if (label === undefined) throw new BenchError(BenchFault.ScannerLabel, "no label was read");
  const other = label === ownLabel ? null : OTHER_LABEL.exec(label);
  if (other !== null) {
    throw new BenchError(
      BenchFault.ScannerLabel,
      `this is the label of handheld ${other[1]}: one of them is stuck wrong`,
    );
  }
  if (hands === "bench" && label !== ownLabel) {
    throw new BenchError(BenchFault.ScannerLabel, "another label was read than was sent");
  }
  return { words: label === ownLabel ? "read its own label" : `read a label of ${label.length} characters` };
}

/** Whether a picture, width u16, height u16, rows of bits, is the pattern, in either bit order of a row. */
function isPattern(picture: Uint8Array, pattern: number): boolean {
  const width = readU16(picture, 0);
  const height = readU16(picture, 2);
  const rows = picture.subarray(4);
  if (width === 0 || rows.length !== (width * height) / 8) return false;
  if (pattern < 2) return rows.every((byte) => byte === (pattern === 0 ? 0x00 : 0xff));
  // Bars of 8 pixels lie on whole bytes: lit, dark, lit, …
  return rows.every((byte, at) => byte === ((at % (width / BAR_PIXELS)) % 2 === 0 ? 0xff : 0x00));
}

/** Looks through the bench's command; undefined when the board cannot show its pixels. */
async function seePattern(port: TechnicianPort, pattern: number): Promise<boolean | undefined> {
  const { fault, data } = await port.request(Command.Pixels);
  if (fault === FaultNumber.DockUnknownCommand) return undefined;
  if (fault !== 0) throw handheldError(fault);
  return isPattern(data, pattern);
}

/** Each pattern in turn. */
export async function checkDisplay(port: TechnicianPort, { hands }: SelfTestWish): Promise<PartOutcome> {
  const bad: string[] = [];
  let isUnwitnessed = false;
  for (const [pattern, name] of PATTERNS.entries()) {
    await ask(port, Command.SelfTest, new Uint8Array([SelfTestPart.Pattern, pattern]));
    if (hands === undefined) continue;
    const isSeen = hands === "bench" ? await seePattern(port, pattern) : await hands.confirm(`the display is ${name}?`);
    if (isSeen === undefined) isUnwitnessed = true;
    else if (!isSeen) bad.push(name);
  }
  if (bad.length > 0) throw new BenchError(BenchFault.DisplayPattern, `the display does not show: ${bad.join(", ")}`);
  if (isUnwitnessed) return { words: "patterns drawn; this board cannot show its pixels", isUnwitnessed };
  return { words: `${PATTERNS.length} patterns` };
}

/** Each tone with its light. */
export async function checkSounder(port: TechnicianPort, { hands }: SelfTestWish): Promise<PartOutcome> {
  const bad: string[] = [];
  for (const [tone, name] of TONES) {
    await ask(port, Command.SelfTest, new Uint8Array([SelfTestPart.Tone, tone]));
    if (hands === undefined || hands === "bench") continue;
    if (!(await hands.confirm(`heard and seen: ${name}?`))) bad.push(name);
  }
  if (bad.length > 0) throw new BenchError(BenchFault.SounderTone, `not heard or seen: ${bad.join("; ")}`);
  if (hands === "bench") return { words: `${TONES.length} tones played; nobody listened`, isUnwitnessed: true };
  return { words: `${TONES.length} tones with their lights` };
}
