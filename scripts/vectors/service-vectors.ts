// Vectors of the service port: frames, session, what a handheld says of itself; and of the boot record. SPEC.md §10, §11.1.
import { crc32, fixedBytes, hex, hmac, join, text, u16, u32, u8, zeros } from "./encode.ts";
import { DEVICE, DOCK_KEY, KEY_EPOCH } from "./key-vectors.ts";
import { JOURNAL_EPOCH, SEQUENCE } from "./manifest-vectors.ts";
import { STANDING_REPLY } from "./sync-vectors.ts";

const ROLE_DOCK = 1;
const HOST_NONCE = fixedBytes("host nonce", 16);
const DEVICE_NONCE = fixedBytes("device nonce", 16);
const SAID = join(u8(1), u8(ROLE_DOCK), u32(DEVICE), u32(KEY_EPOCH), HOST_NONCE, DEVICE_NONCE);
const SESSION_KEY = hmac(DOCK_KEY, text("parola.s"), SAID);

function encodeFrame(sequence: number, command: number, data: Buffer): Buffer {
  const covered = join(u16(1 + data.length), u16(sequence), u8(command), data);
  return join(u8(0xa5), covered, u32(crc32(covered)));
}

function frame(sequence: number, command: number, data: Buffer): object {
  return { sequence, command, data: hex(data), bytes: hex(encodeFrame(sequence, command, data)) };
}

function sealed(sequence: number, command: number, payload: Buffer): object {
  const byte = command | 0x40;
  const seal = hmac(SESSION_KEY, u16(sequence), u8(byte), payload).subarray(0, 8);
  return { sequence, command: byte, payload: hex(payload), data: hex(join(payload, seal)) };
}

export function frameVectors(): object {
  const hello = join(
    u32(DEVICE),
    u32(KEY_EPOCH),
    u32(SEQUENCE),
    u32(JOURNAL_EPOCH),
    u32(6),
    u32(40000),
    u32(0x000102),
    u8(64),
    u8(1),
    zeros(2),
    text("linux"),
  );
  const settings = join(text("it"), u16(3), u8(7), u8(2), zeros(2));
  const diagnostics = join(...[401, 2, 17, 885, 20782, 304, 5].map(u16), u8(1), text("b"), text("2v29 a"));
  return {
    spec: "§10",
    frames: [
      frame(1, 0x01, zeros(0)),
      frame(2, 0x02, u8(10)),
      frame(0x1234, 0x13, join(u32(2048), fixedBytes("piece", 32))),
      frame(3, 0x16, STANDING_REPLY),
      frame(65535, 0x13, Buffer.alloc(4095, 0xa5)),
      frame(1, 0x81, join(u16(0), hello)),
      frame(0, 0x92, u16(207)),
    ],
    hello: {
      device: DEVICE,
      keyEpoch: KEY_EPOCH,
      sequence: SEQUENCE,
      journalEpoch: JOURNAL_EPOCH,
      unsent: 6,
      free: 40000,
      firmware: 0x000102,
      battery: 64,
      docked: true,
      board: "linux",
      bytes: hex(hello),
    },
    settings: { language: "it", boardRevision: 3, volume: 7, backlight: 2, bytes: hex(settings) },
    diagnostics: {
      stopped: 401,
      failedProofs: 2,
      journalEnd: 17,
      journalSlots: 885,
      day: 20782,
      parcels: 304,
      deviceFailures: 5,
      link: true,
      slot: "b",
      about: "2v29 a",
      bytes: hex(diagnostics),
    },
  };
}

export function sessionVectors(): object {
  const deviceProof = hmac(DOCK_KEY, text("parola.d"), SAID).subarray(0, 16);
  return {
    spec: "§10.2",
    roleKey: hex(DOCK_KEY),
    role: ROLE_DOCK,
    hostNonce: hex(HOST_NONCE),
    open: hex(join(u8(1), u8(ROLE_DOCK), HOST_NONCE)),
    transcript: hex(SAID),
    challenge: {
      version: 1,
      role: ROLE_DOCK,
      device: DEVICE,
      keyEpoch: KEY_EPOCH,
      deviceNonce: hex(DEVICE_NONCE),
      proof: hex(deviceProof),
      bytes: hex(join(u8(1), u8(ROLE_DOCK), u32(DEVICE), u32(KEY_EPOCH), DEVICE_NONCE, deviceProof)),
    },
    hostProof: hex(hmac(DOCK_KEY, text("parola.h"), SAID).subarray(0, 16)),
    sessionKey: hex(SESSION_KEY),
    sealed: [
      sealed(1, 0x1a, zeros(0)),
      sealed(2, 0x13, join(u32(448), fixedBytes("piece", 64))),
      sealed(65535, 0x9a, u16(0)),
    ],
  };
}

export function bootVectors(): object {
  const cell = (kind: number, slot: string, length: number, sum: number): object => {
    const covered = join(u8(kind), text(slot), u16(0), u32(length), u32(sum));
    return { kind, slot, length, sum, bytes: hex(join(covered, u32(crc32(covered)))) };
  };
  return {
    spec: "§11.1",
    cells: [cell(1, "a", 44030, 0x12345678), cell(2, "a", 44030, 0x12345678), cell(3, "b", 51200, 0xfedcba98)],
  };
}
