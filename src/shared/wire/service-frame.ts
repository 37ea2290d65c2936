// Frames of the bench and dock port, SPEC.md §10: length, command, data, CRC-32. One answer for each frame.
// A stream of any bytes is survived: whatever does not check is answered with a fault or dropped.
import { concatBytes, copyBytes, readU16, readU32, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Hash } from "../crypto/hash.ts";
import type { Field } from "./field.ts";

/** Bytes of command and data in one frame, at most. */
export const FRAME_MAX = 4096;
/** Set in the command byte of an answer. */
export const ANSWER_BIT = 0x80;

/** What a frame asks for; SPEC.md §10.2. */
export const enum Command {
  /** Who is there: answer {@link decodeHello}. */
  Hello = 0x01,
  /** Bench: one key, one byte. */
  Key = 0x02,
  /** Bench: raw bytes into the scanner's line. */
  Scan = 0x03,
  /** Bench: the view on the display as text. */
  Screen = 0x04,
  /** Bench: the display's pixels: width u16, height u16, rows of bits. */
  Pixels = 0x05,
  /** Bench: radio link, one byte, 0 down, 1 up. */
  Link = 0x06,
  /** Bench: interpreter variables in use, u32, 0 when unknown. */
  Variables = 0x07,
  /** Key file, and its MAC by the technician key when the handheld has a key already. */
  Provision = 0x10,
  /** The manifest's head. */
  LoadBegin = 0x12,
  /** Offset u32, then the manifest's bytes from there. */
  LoadData = 0x13,
  /** All data sent: verify and switch. */
  LoadCommit = 0x14,
  /** Answer: a sync request. */
  SyncRequest = 0x15,
  /** A sync reply. */
  SyncReply = 0x16,
  /** Retire a finished day and compact the flash. */
  Maintenance = 0x17,
}

/** A frame that was read. */
export interface Frame {
  command: number;
  data: Uint8Array;
}

/** Silence after which an unfinished frame is forgotten, SPEC.md §10.1. */
export const FRAME_SILENCE_MS = 2000;

/** Encodes a frame. */
export function encodeFrame(hash: Hash, command: number, data: Uint8Array): Uint8Array {
  const frame = zeros(3 + data.length + 4);
  writeU16(frame, 0, 1 + data.length);
  frame[2] = command;
  frame.set(data, 3);
  writeU32(frame, 3 + data.length, hash.crc32(frame.subarray(2, 3 + data.length)));
  return frame;
}

/** An answer's data: fault number, then what the command gives. */
export function answerData(fault: number, data: Uint8Array | undefined): Uint8Array {
  const head = zeros(2);
  writeU16(head, 0, fault);
  return data === undefined ? head : concatBytes([head, data]);
}

/** Collects a byte stream into frames; keeps at most one unfinished frame. */
export class FrameReader {
  private hash: Hash;
  private pending: Uint8Array;

  constructor(hash: Hash) {
    this.hash = hash;
    this.pending = zeros(0);
  }

  /** Forgets an unfinished frame: the driver calls this after a silence, SPEC.md §10.1. */
  reset(): void {
    this.pending = zeros(0);
  }

  /**
   * Takes bytes as they come.
   * @returns the frames that are complete; a frame that does not check comes back with command 0
   */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let data = this.pending.length > 0 ? concatBytes([this.pending, bytes]) : bytes;
    while (data.length >= 2) {
      const length = readU16(data, 0);
      if (length < 1 || length > FRAME_MAX) {
        frames.push({ command: 0, data: zeros(0) });
        data = zeros(0); // no way to find the next frame in these bytes
        break;
      }
      if (data.length < length + 6) break;
      const good = readU32(data, 2 + length) === this.hash.crc32(data.subarray(2, 2 + length));
      frames.push({ command: good ? data[2] : 0, data: good ? copyBytes(data, 3, length - 1) : zeros(0) });
      data = copyBytes(data, length + 6, data.length - length - 6);
    }
    this.pending = copyBytes(data, 0, data.length);
    return frames;
  }
}

/** SPEC.md §10.2.1; the board's name follows, to the end of the data. */
export const HELLO: readonly Field[] = [
  ["device", 0, 4],
  ["key epoch", 4, 4],
  ["manifest sequence", 8, 4],
  ["journal epoch", 12, 4],
  ["unsent", 16, 4],
  ["free", 20, 4],
  ["firmware", 24, 4],
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
  /** Board's name. */
  board: string;
}

/** Encodes the answer to Hello. */
export function encodeHello(hello: Hello): Uint8Array {
  const bytes = zeros(28 + hello.board.length);
  writeU32(bytes, 0, hello.device);
  writeU32(bytes, 4, hello.keyEpoch);
  writeU32(bytes, 8, hello.sequence);
  writeU32(bytes, 12, hello.journalEpoch);
  writeU32(bytes, 16, hello.unsent);
  writeU32(bytes, 20, hello.free);
  writeU32(bytes, 24, hello.firmware);
  for (let i = 0; i < hello.board.length; i++) bytes[28 + i] = hello.board.charCodeAt(i);
  return bytes;
}

/** Decodes the answer to Hello. */
export function decodeHello(bytes: Uint8Array): Hello {
  let board = "";
  for (let i = 28; i < bytes.length; i++) board += String.fromCharCode(bytes[i]);
  return {
    device: readU32(bytes, 0),
    keyEpoch: readU32(bytes, 4),
    sequence: readU32(bytes, 8),
    journalEpoch: readU32(bytes, 12),
    unsent: readU32(bytes, 16),
    free: readU32(bytes, 20),
    firmware: readU32(bytes, 24),
    board: board,
  };
}
