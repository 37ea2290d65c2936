// A dock's hand for tests that hold a handheld directly: sends one command, opening a session first where one is needed, and
// opening it anew when it has ended. Bytes in, bytes out; no stream, no time.
import assert from "node:assert/strict";
import { readU16 } from "../../src/shared/wire/bytes.ts";
import type { Hash } from "../../src/shared/crypto/hash.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { decodeHello, type Hello } from "../../src/shared/wire/service-data.ts";
import {
  ANSWER_BIT,
  Command,
  encodeFrame,
  type Frame,
  FrameReader,
  SEALED_BIT,
} from "../../src/shared/wire/service-frame.ts";
import {
  decodeChallenge,
  encodeOpen,
  Role,
  roleLabel,
  seal,
  sessionHmac,
  transcript,
  unseal,
} from "../../src/shared/wire/service-session.ts";
import { nodeHash } from "./node-hash.ts";
import { testKey } from "./test-round.ts";

/** An answer: fault, and what came with it. */
export interface Answer {
  fault: number;
  data: Uint8Array;
}

/** How a hand is made. */
export interface DockHandOptions {
  role?: Role;
  /** The role's subkey of a device; the tests' own master key's when left out. */
  roleKey?: (device: number, keyEpoch: number) => Uint8Array;
  hash?: Hash;
}

const NO_DATA = new Uint8Array(0);

export class DockHand {
  private readonly exchange: (bytes: Uint8Array) => Uint8Array;
  private readonly role: Role;
  private readonly roleKey: (device: number, keyEpoch: number) => Uint8Array;
  private readonly hash: Hash;
  private sessionKey: Uint8Array | undefined;
  private sequence = 0;
  private opened = 0;

  /** @param exchange bytes into the service port, and what comes back */
  constructor(exchange: (bytes: Uint8Array) => Uint8Array, options: DockHandOptions = {}) {
    const role = options.role ?? Role.Technician;
    this.exchange = exchange;
    this.role = role;
    this.hash = options.hash ?? nodeHash;
    this.roleKey = options.roleKey ?? ((device, keyEpoch) => testKey(roleLabel(role), device, keyEpoch));
  }

  /**
   * One command and its answer; sealed, unless it belongs to those that are taken open.
   * @throws Error when nothing answers
   */
  command(command: Command, data: Uint8Array = NO_DATA): Answer {
    if (command <= Command.Prove) return this.open(command, data);
    if (command === Command.Provision && this.hello().device === 0) return this.open(command, data);
    for (let turn = 0; ; turn++) {
      const fault = this.sessionKey === undefined ? this.openSession() : 0;
      if (fault !== 0) return { fault, data: NO_DATA };
      const answer = this.sealed(command, data);
      if (answer !== undefined && (answer.fault !== FaultNumber.DockNoSession || turn > 0)) return answer;
    }
  }

  hello(): Hello {
    return decodeHello(this.open(Command.Hello).data);
  }

  /** A command without a seal. */
  open(command: number, data: Uint8Array = NO_DATA): Answer {
    const frame = this.send(this.nextSequence(), command, data);
    return { fault: readU16(frame.data, 0), data: frame.data.subarray(2) };
  }

  /** Opens a session; the fault that refused it, or 0. */
  openSession(): number {
    this.sessionKey = undefined;
    this.opened++;
    const nonce = Uint8Array.from({ length: 16 }, (_, i) => (this.opened * 41 + i * 7) & 0xff);
    const asked = this.open(Command.Open, encodeOpen(this.role, nonce));
    if (asked.fault !== 0) return asked.fault;
    const challenge = decodeChallenge(asked.data);
    assert.ok(challenge, "a challenge");
    const key = this.roleKey(challenge.device, challenge.keyEpoch);
    const said = transcript(challenge, nonce);
    const proved = this.open(Command.Prove, sessionHmac(this.hash, key, "h", said).slice(0, 16));
    if (proved.fault !== 0) return proved.fault;
    this.sessionKey = sessionHmac(this.hash, key, "s", said);
    this.sequence = 0;
    return 0;
  }

  /** A sealed command; undefined when the session has ended. */
  private sealed(command: number, data: Uint8Array): Answer | undefined {
    const key = this.sessionKey!;
    const byte = command | SEALED_BIT;
    const sequence = this.nextSequence();
    const frame = this.send(sequence, byte, seal(this.hash, key, sequence, byte, data));
    const payload = unseal(this.hash, key, sequence, byte | ANSWER_BIT, frame.data);
    if (payload !== undefined) return { fault: readU16(payload, 0), data: payload.subarray(2) };
    assert.equal(frame.data.length, 2, "an answer without a seal is a fault alone");
    const fault = readU16(frame.data, 0);
    this.sessionKey = undefined;
    return fault === FaultNumber.DockNoSession ? undefined : { fault, data: NO_DATA };
  }

  private nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xffff;
    return this.sequence;
  }

  private send(sequence: number, command: number, data: Uint8Array): Frame {
    const bytes = this.exchange(encodeFrame(this.hash, sequence, command, data));
    const frame = new FrameReader(this.hash).push(bytes).find((found) => found.command === (command | ANSWER_BIT));
    if (frame === undefined) throw new Error(`command ${command}: no answer`);
    return frame;
  }
}
