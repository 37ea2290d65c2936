// Frames of the service port, SPEC.md §10.1: mark, length, sequence, command, data, CRC-32. One answer for each frame.
// A stream of any bytes is survived: what does not check is dropped, and the next frame is found behind it.
import { concatBytes, copyBytes, readU16, readU32, writeU16, writeU32, zeros } from "./bytes.ts";
import type { Hash } from "../crypto/hash.ts";

/** First byte of every frame. */
export const FRAME_MARK = 0xa5;
/** Bytes of command and data in one frame, at most. */
export const FRAME_MAX = 4096;
/** Bytes of a frame besides its data. */
export const FRAME_OVERHEAD_BYTES = 10;
/** Set in the command byte of an answer. */
export const ANSWER_BIT = 0x80;
/** Set in the command byte of a sealed frame and of its answer, SPEC.md §10.3. */
export const SEALED_BIT = 0x40;
/** Silence after which an unfinished frame is given up, SPEC.md §10.1. */
export const FRAME_SILENCE_MS = 500;

/** Bytes in front of the data: mark, length, sequence, command. */
const HEAD_BYTES = 6;

/** What a frame asks for; SPEC.md §10.4. */
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
  /** A host asks for a session: version, role, nonce. */
  Open = 0x08,
  /** The host's proof, which opens it. */
  Prove = 0x09,
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
  /** Read or set the clock. */
  Time = 0x18,
  /** Read or keep the device's settings. */
  Settings = 0x19,
  /** How the handheld does. */
  Diagnostics = 0x1a,
  /** One part of the self-test, SPEC.md §10.5. */
  SelfTest = 0x1b,
  /** The interpreter's console, one byte, 1 open, 0 closed. */
  Console = 0x1c,
  /** Start anew. */
  Reboot = 0x1d,
  /** Forget key, days and settings. */
  Wipe = 0x1e,
  /** Bytes and CRC-32 of the active manifest, read anew. */
  LoadCheck = 0x1f,
  /** The flash itself, for a new bundle, SPEC.md §10.4.4. */
  Slot = 0x20,
}

/** A frame that was read. */
export interface Frame {
  /** 0…65,535. */
  sequence: number;
  /** Command byte as it stands, with its bits for sealed and answer. */
  command: number;
  /** A view of the bytes that came. */
  data: Uint8Array;
  /** Its CRC-32, which tells it from every other frame. */
  sum: number;
}

/** Encodes a frame. `data` has at most 4,095 bytes. */
export function encodeFrame(hash: Hash, sequence: number, command: number, data: Uint8Array): Uint8Array {
  const end = HEAD_BYTES + data.length;
  const frame = zeros(end + 4);
  frame[0] = FRAME_MARK;
  writeU16(frame, 1, 1 + data.length);
  writeU16(frame, 3, sequence);
  frame[5] = command;
  frame.set(data, HEAD_BYTES);
  writeU32(frame, end, hash.crc32(frame.subarray(1, end)));
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
  /** Bytes that wait, in the pieces they came in: joining them at every piece would take longer than the line. */
  private pieces: Uint8Array[];
  private held: number;
  /** Bytes to be held before it is worth looking again. */
  private wanted: number;

  constructor(hash: Hash) {
    this.hash = hash;
    this.pieces = [];
    this.held = 0;
    this.wanted = 0;
  }

  /** Takes bytes as they come; returns the frames that are complete. */
  push(bytes: Uint8Array): Frame[] {
    this.pieces.push(bytes);
    this.held += bytes.length;
    return this.held < this.wanted ? [] : this.look(0);
  }

  /** After a silence, SPEC.md §10.1: gives up the frame that is waited for, and returns those found behind its mark. */
  giveUp(): Frame[] {
    let frames: Frame[] = [];
    while (this.held > 0) frames = frames.concat(this.look(1));
    return frames;
  }

  /** Reads what is held, from `at` on; what may become a frame stays. */
  private look(at: number): Frame[] {
    const frames: Frame[] = [];
    const data = this.pieces.length === 1 ? this.pieces[0] : concatBytes(this.pieces);
    while (at < data.length) {
      if (data[at] !== FRAME_MARK) {
        at++;
        continue;
      }
      if (data.length - at < 3) {
        this.wanted = 3;
        break;
      }
      const length = readU16(data, at + 1);
      const bytes = length + FRAME_OVERHEAD_BYTES - 1;
      const isLength = length >= 1 && length <= FRAME_MAX;
      if (isLength && data.length - at < bytes) {
        this.wanted = bytes;
        break;
      }
      const end = at + bytes - 4;
      const sum = isLength ? readU32(data, end) : 0;
      if (!isLength || sum !== this.hash.crc32(data.subarray(at + 1, end))) {
        at++; // not a frame's mark; the next one may be among the bytes behind it
        continue;
      }
      frames.push({
        sequence: readU16(data, at + 3),
        command: data[at + 5],
        data: data.subarray(at + HEAD_BYTES, end), // no copy: the interpreter takes as long for one as the line does
        sum: sum,
      });
      at += bytes;
    }
    this.held = data.length - at;
    this.pieces = this.held > 0 ? [copyBytes(data, at, this.held)] : [];
    if (this.held === 0) this.wanted = 0;
    return frames;
  }
}
