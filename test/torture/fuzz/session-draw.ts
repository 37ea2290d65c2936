// Sessions for the service port to fuzz with: a host that has the key proves it and seals its frames, and now and then does
// something else: leaves a seal out or spoils it, uses a sequence twice, proves nothing. By SPEC.md §10.1 to §10.3 alone.
import { crc32 } from "node:zlib";
import { Command, FRAME_MAX } from "../../../src/shared/wire/service-frame.ts";
import { DEVICE, KEY_EPOCH, testKey } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHmac } from "./fast-hash.ts";
import { spoil } from "./spoil.ts";

/** The handheld's nonce in every session of these runs. */
export const NONCE = new Uint8Array(16).fill(0x6e);

const SEALED = 0x40;
const HOST_NONCE = Buffer.alloc(16, 0x31);
const WINDOW = 65_535;

/** A command and its data, before any seal. */
export type Wanted = readonly [command: number, data: Uint8Array];

/** Who the host says it is. */
export interface Host {
  name: "dock" | "technician";
  open: Uint8Array;
  prove: Uint8Array;
  /** HMAC under the session's key. */
  mac: (data: Uint8Array) => Uint8Array;
}

function hostOf(name: "dock" | "technician", role: number): Host {
  const head = Buffer.alloc(10);
  head[0] = 1;
  head[1] = role;
  head.writeUInt32LE(DEVICE, 2);
  head.writeUInt32LE(KEY_EPOCH, 6);
  const said = Buffer.concat([head, HOST_NONCE, NONCE]);
  const roleMac = fastHmac(testKey(name));
  const under = (what: string): Uint8Array => roleMac(Buffer.concat([Buffer.from(`parola.${what}`), said]));
  return {
    name,
    open: Buffer.concat([Buffer.from([1, role]), HOST_NONCE]),
    prove: under("h").subarray(0, 16),
    mac: fastHmac(under("s")),
  };
}

/** The two that hold a key. */
export const HOSTS: readonly Host[] = [hostOf("dock", 1), hostOf("technician", 2)];

/** A frame whose CRC holds. */
export function sequencedFrame(sequence: number, command: number, data: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(10 + data.length);
  frame[0] = 0xa5;
  frame.writeUInt16LE(1 + data.length, 1);
  frame.writeUInt16LE(sequence, 3);
  frame[5] = command;
  frame.set(data, 6);
  frame.writeUInt32LE(crc32(frame.subarray(1, 6 + data.length)), 6 + data.length);
  return new Uint8Array(frame);
}

function covered(sequence: number, command: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(3);
  head.writeUInt16LE(sequence, 0);
  head[2] = command;
  return Buffer.concat([head, payload]);
}

function sealedFrame(dice: Dice, host: Host, sequence: number, [command, data]: Wanted): Uint8Array {
  const byte = (command & 0x3f) | SEALED;
  const payload = dice.oneIn(12) && data.length > 0 ? spoil(dice, data, 1, { stretch: true }) : data; // sealed all the same
  const seal = Buffer.from(host.mac(covered(sequence, byte, payload)).subarray(0, 8));
  if (dice.oneIn(24)) seal[dice.below(8)]! ^= 1 << dice.below(8);
  return sequencedFrame(sequence, byte, Buffer.concat([payload, seal]).subarray(0, FRAME_MAX - 1));
}

/** The frames of a host that wants these commands: in a session, mostly. */
export function sessionFrames(dice: Dice, wanted: readonly Wanted[]): Uint8Array[] {
  const host = dice.pick(HOSTS);
  let sequence = dice.oneIn(8) ? dice.below(WINDOW) : 0;
  const frames = [sequencedFrame(901, Command.Open, host.open), sequencedFrame(902, Command.Prove, host.prove)];
  if (dice.oneIn(12)) frames.splice(dice.below(2), 1);
  if (dice.oneIn(16)) frames.splice(1, 1, sequencedFrame(902, Command.Prove, dice.bytes(16)));
  for (const one of wanted) {
    if (!dice.oneIn(16)) sequence = (sequence + 1 + (dice.oneIn(8) ? dice.below(9) : 0)) & WINDOW;
    const isOpen = one[0] < Command.Provision ? dice.oneIn(2) : dice.oneIn(16);
    frames.push(isOpen ? sequencedFrame(sequence, ...one) : sealedFrame(dice, host, sequence, one));
  }
  return frames;
}

/** A frame as it stands in a stream. */
export interface SentFrame {
  at: number;
  end: number;
  sequence: number;
  command: number;
  data: Uint8Array;
}

/** Frames in a stream whose CRC holds, wherever they begin: by a reader that shares nothing with the one under test. */
export function sentFrames(stream: Uint8Array): SentFrame[] {
  const view = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const found: SentFrame[] = [];
  for (let at = view.indexOf(0xa5); at >= 0 && at + 10 <= stream.length; at = view.indexOf(0xa5, at + 1)) {
    const length = view.readUInt16LE(at + 1);
    const end = at + 9 + length;
    if (length < 1 || length > FRAME_MAX || end > stream.length) continue;
    if (view.readUInt32LE(end - 4) !== crc32(stream.subarray(at + 1, end - 4))) continue;
    const data = stream.subarray(at + 6, end - 4);
    found.push({ at, end, sequence: view.readUInt16LE(at + 3), command: stream[at + 5]!, data });
  }
  return found;
}

/** Whose seal a frame carries, and what is under it; undefined when it carries none that holds. */
export function openSeal({ sequence, command, data }: SentFrame): { host: Host; payload: Uint8Array } | undefined {
  if ((command & SEALED) === 0 || data.length < 8) return undefined;
  const payload = data.subarray(0, data.length - 8);
  const seal = data.subarray(data.length - 8);
  const host = HOSTS.find(
    ({ mac }) => Buffer.compare(mac(covered(sequence, command, payload)).subarray(0, 8), seal) === 0,
  );
  return host === undefined ? undefined : { host, payload };
}
