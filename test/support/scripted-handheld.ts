// A handheld's service port played by a script, SPEC.md §10: frames, sessions and seals are real, what it answers is set by
// the test. It runs no firmware, and shares nothing with it but the wire code.
import { crc32 } from "node:zlib";
import { concatBytes, readU32, sameBytes, writeU32, zeros } from "../../src/shared/wire/bytes.ts";
import { encodeHello, type Hello } from "../../src/shared/wire/service-data.ts";
import {
  ANSWER_BIT,
  answerData,
  Command,
  encodeFrame,
  FrameReader,
  type Frame,
  SEALED_BIT,
} from "../../src/shared/wire/service-frame.ts";
import {
  type Challenge,
  encodeChallenge,
  type Role,
  seal,
  sessionHmac,
  transcript,
  unseal,
} from "../../src/shared/wire/service-session.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { FakeStream } from "./fake-stream.ts";
import { nodeHash } from "./node-hash.ts";
import { testKey } from "./test-round.ts";

/** A scripted handheld and the cable to it. */
export class ScriptedHandheld {
  stream = new FakeStream();
  /** What it says of itself. */
  hello: Hello = {
    device: 7,
    keyEpoch: 1,
    sequence: 0,
    journalEpoch: 0,
    unsent: 0,
    free: 100_000,
    firmware: 0x000100,
    battery: 80,
    docked: true,
    board: "scripted",
  };
  /** The key it proves roles with. */
  roleKey: Uint8Array = testKey("dock");
  /** Commands it received and looked at, without their bits, in order; what was sent again counts once. */
  readonly commands: number[] = [];
  /** Every frame it received, in order. */
  readonly frames: Frame[] = [];
  /** Manifest bytes it was sent. */
  received: Uint8Array = zeros(0);
  /** Bytes of the manifest that it says are there already at LoadBegin; undefined: it gives no number. */
  there: number | undefined;
  /** What LoadCheck gives besides bytes and CRC-32 of what was received. */
  checked: Uint8Array | undefined;
  /** Faults to answer, by command; each list is used up, then 0. */
  readonly faults = new Map<number, number[]>();
  /** What happens after a command was answered with 0. */
  readonly effects = new Map<number, () => void>();
  /** Unplugs the cable instead of answering the n-th frame (0 is the first). */
  unplugAt = Infinity;
  /** Whether a frame arrives; the n-th one, from 0. */
  hears: (frame: Frame, n: number) => boolean = () => true;
  /** What goes onto the cable instead of an answer to the n-th frame, from 0; undefined: nothing. */
  says: (answer: Uint8Array, frame: Frame, n: number) => Uint8Array | undefined = (answer) => answer;
  /** Turns its challenge into another one; its proof is made before. */
  bends: (challenge: Challenge) => Challenge = (challenge) => challenge;
  /** Where its answers go. */
  send: (bytes: Uint8Array) => void = (bytes) => {
    const stream = this.stream;
    queueMicrotask(() => stream.deliver(bytes));
  };
  /** Unplugs its cable. */
  unplug: () => void = () => this.stream.endWith("cable pulled");
  private reader = new FrameReader(nodeHash);
  private session: { key: Uint8Array; awaited: Uint8Array | undefined; last: number } | undefined;
  private kept: { sum: number; bytes: Uint8Array } | undefined;
  private opened = 0;

  constructor() {
    this.plugIn();
  }

  /** A new cable; its session and what was half received are gone. */
  plugIn(): FakeStream {
    this.stream = new FakeStream();
    this.stream.respond = (bytes) => this.take(bytes);
    this.reader = new FrameReader(nodeHash);
    this.session = undefined;
    this.kept = undefined;
    return this.stream;
  }

  /** Forgets the session, as a restart does. */
  endSession(): void {
    this.session = undefined;
  }

  /** Bytes from the host. */
  take(bytes: Uint8Array): void {
    for (const frame of this.reader.push(bytes)) this.serve(frame);
  }

  private serve(frame: Frame): void {
    const n = this.frames.push(frame) - 1;
    if (n >= this.unplugAt) {
      this.unplug();
      return;
    }
    if (!this.hears(frame, n)) return;
    const answer = this.kept?.sum === frame.sum ? this.kept.bytes : this.answerTo(frame);
    const said = this.says(answer, frame, n);
    if (said !== undefined) this.send(said);
  }

  private answerTo(frame: Frame): Uint8Array {
    const command = frame.command & ~SEALED_BIT;
    const encode = (data: Uint8Array): Uint8Array =>
      encodeFrame(nodeHash, frame.sequence, frame.command | ANSWER_BIT, data);
    if (command === frame.command) {
      this.commands.push(command);
      const isOpen = command <= Command.Prove || (command === Command.Provision && this.hello.device === 0);
      return encode(isOpen ? this.done(command, frame.data) : answerData(FaultNumber.DockNoSession, undefined));
    }
    const { session } = this;
    const payload =
      session !== undefined && session.awaited === undefined && frame.sequence > session.last
        ? unseal(nodeHash, session.key, frame.sequence, frame.command, frame.data)
        : undefined;
    if (session === undefined || payload === undefined) {
      this.session = undefined;
      return encode(answerData(FaultNumber.DockNoSession, undefined));
    }
    session.last = frame.sequence;
    this.commands.push(command);
    const data = this.done(command, payload);
    const bytes = encode(seal(nodeHash, session.key, frame.sequence, frame.command | ANSWER_BIT, data));
    this.kept = { sum: frame.sum, bytes };
    return bytes;
  }

  private done(command: number, data: Uint8Array): Uint8Array {
    const fault = this.faults.get(command)?.shift() ?? this.faultOf(command, data);
    if (fault !== 0) return answerData(fault, undefined);
    const given = this.given(command, data);
    this.effects.get(command)?.();
    return answerData(0, command === Command.Hello ? encodeHello(this.hello) : given);
  }

  private faultOf(command: number, data: Uint8Array): number {
    if (command !== Command.Prove) return 0;
    const { session } = this;
    if (session?.awaited !== undefined && sameBytes(session.awaited, data)) {
      session.awaited = undefined;
      return 0;
    }
    this.session = undefined;
    return FaultNumber.DockProof;
  }

  private given(command: number, data: Uint8Array): Uint8Array | undefined {
    switch (command) {
      case Command.Open:
        return this.challenge(data[1] as Role, data.slice(2));
      case Command.SyncRequest:
        return new Uint8Array(100);
      case Command.LoadBegin:
        return this.begin(data);
      case Command.LoadData:
        this.put(readU32(data, 0), data.subarray(4));
        return undefined;
      case Command.LoadCheck:
        return this.checked ?? loadCheck(this.received);
      default:
        return undefined;
    }
  }

  private begin(head: Uint8Array): Uint8Array | undefined {
    this.received = concatBytes([head, this.received.subarray(head.length, this.there ?? 0)]);
    if (this.there === undefined) return undefined;
    const there = zeros(4);
    writeU32(there, 0, this.there);
    return there;
  }

  private put(offset: number, bytes: Uint8Array): void {
    const whole = zeros(Math.max(this.received.length, offset + bytes.length));
    whole.set(this.received);
    whole.set(bytes, offset);
    this.received = whole;
  }

  private challenge(role: Role, hostNonce: Uint8Array): Uint8Array {
    const { device, keyEpoch } = this.hello;
    this.opened++;
    const deviceNonce = Uint8Array.from({ length: 16 }, (_, i) => (this.opened * 37 + i * 11) & 0xff);
    const challenge: Challenge = { version: 1, role, device, keyEpoch, deviceNonce, proof: zeros(16) };
    const said = transcript(challenge, hostNonce);
    const prove = (what: "d" | "h"): Uint8Array => sessionHmac(nodeHash, this.roleKey, what, said).slice(0, 16);
    this.session = { key: sessionHmac(nodeHash, this.roleKey, "s", said), awaited: prove("h"), last: 0 };
    return encodeChallenge(this.bends({ ...challenge, proof: prove("d") }));
  }
}

/** What LoadCheck answers about some bytes. */
export function loadCheck(bytes: Uint8Array): Uint8Array {
  const facts = zeros(8);
  writeU32(facts, 0, bytes.length);
  writeU32(facts, 4, crc32(bytes));
  return facts;
}
