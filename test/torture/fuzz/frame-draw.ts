// Streams for the service port to fuzz with: frames with every command and any data, some spoiled after their CRC was made
// and some before it, in pieces of any size.
import { crc32 } from "node:zlib";
import { Command, FRAME_MAX } from "../../../src/shared/wire/service-frame.ts";
import type { Dice } from "./dice.ts";
import { spoil } from "./spoil.ts";

/** A stream, in the pieces in which it arrives. */
export interface Pieces {
  pieces: Uint8Array[];
}

/** A frame whose CRC holds: mark, length, sequence, command, data, CRC-32, by SPEC.md §10.1 alone. */
export function frameOf(command: number, data: Uint8Array, sequence = 1): Uint8Array {
  const frame = Buffer.alloc(10 + data.length);
  frame[0] = 0xa5;
  frame.writeUInt16LE(1 + data.length, 1);
  frame.writeUInt16LE(sequence, 3);
  frame[5] = command;
  frame.set(data, 6);
  frame.writeUInt32LE(crc32(frame.subarray(1, 6 + data.length)), 6 + data.length);
  return new Uint8Array(frame);
}

/** A stream cut into pieces: whole, bytes, or anything between. */
export function inPieces(dice: Dice, stream: Uint8Array): Uint8Array[] {
  const way = dice.below(4);
  if (way === 0) return [stream];
  const pieces: Uint8Array[] = [];
  const most = stream.length > 512 ? 256 : way === 1 ? 1 : way === 2 ? 8 : 64;
  for (let at = 0; at < stream.length;) {
    const length = 1 + dice.below(most);
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** A frame that was perhaps spoiled, with or without its CRC made right again. */
export function spoiledFrame(dice: Dice, command: number, data: Uint8Array, sequence = 1): Uint8Array {
  switch (dice.below(6)) {
    case 0:
      return spoil(dice, frameOf(command, data, sequence), 1 + dice.below(2), { stretch: true });
    case 1: {
      const frame = frameOf(command, data, sequence);
      // A lie about the length: the frame that follows is swallowed or cut.
      const length = dice.oneIn(4) ? dice.odd(0xffff) : Math.max(0, data.length + dice.below(9) - 3);
      frame[1] = length & 0xff;
      frame[2] = length >> 8;
      return frame;
    }
    case 2:
      return frameOf(
        command,
        spoil(dice, data, 1 + dice.below(2), { stretch: true }).subarray(0, FRAME_MAX - 1),
        sequence,
      );
    default:
      return frameOf(command, data, sequence);
  }
}

/** Every command there is, and some there are not. */
export const COMMANDS: readonly Command[] = [
  Command.Hello,
  Command.Key,
  Command.Scan,
  Command.Screen,
  Command.Pixels,
  Command.Link,
  Command.Variables,
  Command.Open,
  Command.Prove,
  Command.Provision,
  Command.LoadBegin,
  Command.LoadData,
  Command.LoadCommit,
  Command.SyncRequest,
  Command.SyncReply,
  Command.Maintenance,
  Command.Time,
  Command.Settings,
  Command.Diagnostics,
  Command.SelfTest,
  Command.Console,
  Command.Reboot,
  Command.Wipe,
  Command.LoadCheck,
];

/** A frame that a stream holds. */
export interface FoundFrame {
  at: number;
  end: number;
  sequence: number;
  command: number;
  data: Uint8Array;
}

/** Frames in a stream whose CRC holds, wherever they begin: by a reader that shares nothing with the one under test. */
export function framesIn(stream: Uint8Array): FoundFrame[] {
  const view = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const found: FoundFrame[] = [];
  for (let at = stream.indexOf(0xa5); at >= 0 && at + 10 <= stream.length; at = stream.indexOf(0xa5, at + 1)) {
    const length = view.readUInt16LE(at + 1);
    const end = at + 9 + length;
    if (length < 1 || length > FRAME_MAX || end > stream.length) continue;
    if (view.readUInt32LE(end - 4) !== crc32(stream.subarray(at + 1, end - 4))) continue;
    const data = stream.subarray(at + 6, end - 4);
    found.push({ at, end, sequence: view.readUInt16LE(at + 3), command: stream[at + 5]!, data });
  }
  return found;
}
