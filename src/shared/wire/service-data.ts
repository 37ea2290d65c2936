// What a handheld says of itself over the service port: Hello, settings, diagnostics. SPEC.md §10.4 and §10.5.
import { latin1Bytes, latin1Text, readU16, readU32, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Field } from "./field.ts";

/** Bytes of Hello in front of the board's name. */
export const HELLO_BYTES = 32;

/** SPEC.md §10.4.1; the board's name follows, to the end of the data. */
export const HELLO: readonly Field[] = [
  ["device", 0, 4],
  ["key epoch", 4, 4],
  ["manifest sequence", 8, 4],
  ["journal epoch", 12, 4],
  ["unsent", 16, 4],
  ["free", 20, 4],
  ["firmware", 24, 4],
  ["battery", 28, 1],
  ["docked", 29, 1],
  ["reserved", 30, 2],
];

/** What a handheld says of itself. */
export interface Hello {
  /** 0 when it has no key yet. */
  device: number;
  keyEpoch: number;
  /** 0 when no manifest is active. */
  sequence: number;
  journalEpoch: number;
  /** Records that the depot has not acknowledged. */
  unsent: number;
  /** Free bytes of flash. */
  free: number;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number;
  /** Percent, 255 unknown. */
  battery: number;
  /** On the dock's supply. */
  docked: boolean;
  /** Board's name. */
  board: string;
}

/** Encodes the answer to Hello. */
export function encodeHello(hello: Hello): Uint8Array {
  const bytes = zeros(HELLO_BYTES + hello.board.length);
  writeU32(bytes, 0, hello.device);
  writeU32(bytes, 4, hello.keyEpoch);
  writeU32(bytes, 8, hello.sequence);
  writeU32(bytes, 12, hello.journalEpoch);
  writeU32(bytes, 16, hello.unsent);
  writeU32(bytes, 20, hello.free);
  writeU32(bytes, 24, hello.firmware);
  bytes[28] = hello.battery;
  bytes[29] = hello.docked ? 1 : 0;
  bytes.set(latin1Bytes(hello.board), HELLO_BYTES);
  return bytes;
}

/** Decodes the answer to Hello, at least {@link HELLO_BYTES} long. */
export function decodeHello(bytes: Uint8Array): Hello {
  return {
    device: readU32(bytes, 0),
    keyEpoch: readU32(bytes, 4),
    sequence: readU32(bytes, 8),
    journalEpoch: readU32(bytes, 12),
    unsent: readU32(bytes, 16),
    free: readU32(bytes, 20),
    firmware: readU32(bytes, 24),
    battery: bytes[28],
    docked: bytes[29] === 1,
    board: latin1Text(bytes, HELLO_BYTES, bytes.length - HELLO_BYTES),
  };
}

/** Bytes of the settings. */
export const SETTINGS_BYTES = 8;

/** SPEC.md §10.4.2. */
export const SETTINGS: readonly Field[] = [
  ["language", 0, 2],
  ["board revision", 2, 2],
  ["volume", 4, 1],
  ["backlight", 5, 1],
  ["reserved", 6, 2],
];

/** A device's own settings. */
export interface Settings {
  /** Two lower-case letters, ISO 639-1. */
  language: string;
  /** As printed on the board, 0 unknown. */
  boardRevision: number;
  /** 0 silent … 10 loud. */
  volume: number;
  /** 0 off … 10 bright. */
  backlight: number;
}

/** Encodes settings. */
export function encodeSettings(settings: Settings): Uint8Array {
  const bytes = zeros(SETTINGS_BYTES);
  bytes.set(latin1Bytes(settings.language), 0);
  writeU16(bytes, 2, settings.boardRevision);
  bytes[4] = settings.volume;
  bytes[5] = settings.backlight;
  return bytes;
}

/** Whether every value of encoded settings is in its range. */
export function settingsHold(bytes: Uint8Array): boolean {
  for (let i = 0; i < 2; i++) if (bytes[i] < 0x61 || bytes[i] > 0x7a) return false;
  return bytes.length === SETTINGS_BYTES && bytes[4] <= 10 && bytes[5] <= 10;
}

/** Decodes settings; undefined when a value is out of its range. */
export function decodeSettings(bytes: Uint8Array): Settings | undefined {
  if (!settingsHold(bytes)) return undefined;
  return {
    language: latin1Text(bytes, 0, 2),
    boardRevision: readU16(bytes, 2),
    volume: bytes[4],
    backlight: bytes[5],
  };
}

/** Bytes of Diagnostics in front of the text. */
export const DIAGNOSTICS_BYTES = 16;

/** SPEC.md §10.4.3; interpreter's version and bundle's slot follow as text. */
export const DIAGNOSTICS: readonly Field[] = [
  ["stopped", 0, 2],
  ["failed proofs", 2, 2],
  ["journal end", 4, 2],
  ["journal slots", 6, 2],
  ["day", 8, 2],
  ["parcels", 10, 2],
  ["device failures", 12, 2],
  ["link", 14, 1],
  ["slot", 15, 1],
];

/** How a handheld does. */
export interface Diagnostics {
  /** Fault that stopped the day, 0 none. */
  stopped: number;
  /** Wrong proofs and seals since it started. */
  failedProofs: number;
  /** Slot behind the last record. */
  journalEnd: number;
  journalSlots: number;
  /** The manifest's day, 0 without one. */
  day: number;
  parcels: number;
  /** Tries that count against the device limit. */
  deviceFailures: number;
  link: boolean;
  /** Letter of the manifest's slot, "" without one. */
  slot: string;
  /** Interpreter's version and bundle's slot. */
  about: string;
}

/** Encodes the answer to Diagnostics. */
export function encodeDiagnostics(facts: Diagnostics): Uint8Array {
  const bytes = zeros(DIAGNOSTICS_BYTES + facts.about.length);
  const numbers = [
    facts.stopped,
    facts.failedProofs,
    facts.journalEnd,
    facts.journalSlots,
    facts.day,
    facts.parcels,
    facts.deviceFailures,
  ];
  for (let i = 0; i < numbers.length; i++) writeU16(bytes, 2 * i, numbers[i]);
  bytes[14] = facts.link ? 1 : 0;
  bytes.set(latin1Bytes(facts.slot), 15);
  bytes.set(latin1Bytes(facts.about), DIAGNOSTICS_BYTES);
  return bytes;
}

/** Decodes the answer to Diagnostics, at least {@link DIAGNOSTICS_BYTES} long. */
export function decodeDiagnostics(bytes: Uint8Array): Diagnostics {
  return {
    stopped: readU16(bytes, 0),
    failedProofs: readU16(bytes, 2),
    journalEnd: readU16(bytes, 4),
    journalSlots: readU16(bytes, 6),
    day: readU16(bytes, 8),
    parcels: readU16(bytes, 10),
    deviceFailures: readU16(bytes, 12),
    link: bytes[14] === 1,
    slot: bytes[15] === 0 ? "" : latin1Text(bytes, 15, 1),
    about: latin1Text(bytes, DIAGNOSTICS_BYTES, bytes.length - DIAGNOSTICS_BYTES),
  };
}

/** What Slot does, SPEC.md §10.4.4. */
export const enum SlotStep {
  Sizes = 0,
  Read = 1,
  Erase = 2,
  Program = 3,
  Sum = 4,
}

/** Parts of the self-test, SPEC.md §10.5. */
export const enum SelfTestPart {
  End = 0,
  Digest = 1,
  Scratch = 2,
  Pattern = 3,
  Tone = 4,
  Input = 5,
}
