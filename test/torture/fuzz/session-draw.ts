// Sessions for the service port to fuzz with: a host that has the key proves it and seals its frames, and now and then does
// something else: leaves a seal out or spoils it, uses a sequence twice, proves nothing. By SPEC.md §10.1 to §10.3 alone.
import { Command, FRAME_MAX } from "../../../src/shared/wire/service-frame.ts";
import { DEVICE, KEY_EPOCH, testKey } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHmac } from "./fast-hash.ts";
import { type FoundFrame, frameOf } from "./frame-draw.ts";
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
  return frameOf(byte, Buffer.concat([payload, seal]).subarray(0, FRAME_MAX - 1), sequence);
}

/** The frames of a host that wants these commands: in a session, mostly. */
export function sessionFrames(dice: Dice, wanted: readonly Wanted[]): Uint8Array[] {
  const host = dice.pick(HOSTS);
  let sequence = dice.oneIn(8) ? dice.below(WINDOW) : 0;
  const frames = [frameOf(Command.Open, host.open, 901), frameOf(Command.Prove, host.prove, 902)];
  if (dice.oneIn(12)) frames.splice(dice.below(2), 1);
  if (dice.oneIn(16)) frames.splice(1, 1, frameOf(Command.Prove, dice.bytes(16), 902));
  for (const one of wanted) {
    if (!dice.oneIn(16)) sequence = (sequence + 1 + (dice.oneIn(8) ? dice.below(9) : 0)) & WINDOW;
    const isOpen = one[0] < Command.Provision ? dice.oneIn(2) : dice.oneIn(16);
    frames.push(isOpen ? frameOf(...one, sequence) : sealedFrame(dice, host, sequence, one));
  }
  return frames;
}

/** Whose seal a frame carries, and what is under it; undefined when it carries none that holds. */
export function openSeal({ sequence, command, data }: FoundFrame): { host: Host; payload: Uint8Array } | undefined {
  if ((command & SEALED) === 0 || data.length < 8) return undefined;
  const payload = data.subarray(0, data.length - 8);
  const seal = data.subarray(data.length - 8);
  const host = HOSTS.find(
    ({ mac }) => Buffer.compare(mac(covered(sequence, command, payload)).subarray(0, 8), seal) === 0,
  );
  return host === undefined ? undefined : { host, payload };
}
