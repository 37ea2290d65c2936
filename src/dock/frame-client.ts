// Requests and answers over a byte stream, SPEC.md §10.1 and §10.3: each with its time, sent again when nothing answers,
// sealed while a session is open. It never gives out an answer that does not check, and after it gave a cable up it
// closes the stream and never uses it again.
import { randomInt } from "node:crypto";
import type { Hash } from "../shared/crypto/hash.ts";
import { FaultNumber } from "../shared/faults.ts";
import { readU16 } from "../shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  Command,
  encodeFrame,
  type Frame,
  FRAME_MAX,
  FRAME_SILENCE_MS,
  FrameReader,
  SEALED_BIT,
} from "../shared/wire/service-frame.ts";
import { seal, SEAL_BYTES, unseal } from "../shared/wire/service-session.ts";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";

/** Milliseconds a handheld may take for an answer to one try, when neither caller nor command says anything else. */
export const ANSWER_TIMEOUT_MS = 1500;
/** Times a frame is sent again when nothing answers, SPEC.md §10.1. */
export const RESENDS_MAX = 3;
/** LoadData frames that may be under way unanswered. */
export const WINDOW_FRAMES = 2;

/** What takes a minute or more is sent again once: a handheld that died meanwhile must not hold the dock for long. */
const LONG_MS = 60_000;
const LONG_RESENDS = 1;

const SEQUENCES = 0x10000;
const NO_DATA = new Uint8Array(0);

/** Milliseconds for what takes longer: it writes to flash, reads it back, hashes or moves it. */
const COMMAND_TIMEOUT_MS: Readonly<Record<number, number>> = {
  [Command.Open]: 5000,
  [Command.Prove]: 5000,
  [Command.Provision]: 20_000,
  [Command.LoadBegin]: 20_000,
  [Command.LoadData]: 3000,
  [Command.LoadCommit]: 120_000,
  [Command.LoadCheck]: 20_000,
  [Command.SyncRequest]: 20_000,
  [Command.SyncReply]: 20_000,
  [Command.Maintenance]: 120_000,
  [Command.Settings]: 5000,
  [Command.SelfTest]: 20_000,
  [Command.Wipe]: 120_000,
};

/** An answer: fault number (0 is fine; see FAULTS.md) and what the command gives. */
export interface Answer {
  fault: number;
  data: Uint8Array;
}

/** How a request goes. */
export interface RequestManner {
  /** Times it is sent again, {@link RESENDS_MAX} when left out; 0 for what must not be heard twice. */
  resends?: number;
  /** Leave the stream open when nothing answers: the caller has more to try. */
  keepsOpen?: boolean;
}

/** An open session, SPEC.md §10.3. */
interface Session {
  key: Uint8Array;
  /** Sequence of the last sealed frame. */
  last: number;
}

/** A request whose answer is awaited. */
interface Waiting {
  /** The session it is sealed in; undefined: not sealed. */
  session: Session | undefined;
  /** Command byte as sent. */
  command: number;
  data: Uint8Array;
  /** Sequences it was sent with; the answer to any of them is its answer. */
  sequences: number[];
  frame: Uint8Array;
  timeout_ms: number;
  /** Tries that are left. */
  left: number;
  keepsOpen: boolean;
  timer: NodeJS.Timeout | undefined;
  resolve(answer: Answer): void;
  reject(error: DockError): void;
}

/** Commands that are never sealed: those of the session itself, and the bench's. */
function isOpenCommand(command: number): boolean {
  return (
    command === Command.Open || command === Command.Prove || (command >= Command.Key && command <= Command.Variables)
  );
}

/** The client's end of a service port. */
export class FrameClient {
  /** The hash that both ends of the port use. */
  readonly hash: Hash;
  private stream: ByteStream;
  private reader: FrameReader;
  private waiting: Waiting[] = [];
  private closedReason: string | undefined;
  private sequence = randomInt(SEQUENCES);
  private session: Session | undefined;
  private silence: NodeJS.Timeout | undefined;
  /** What came since the last answer that was one. */
  private heard: "nothing" | "noise" | "echo" = "nothing";

  constructor(stream: ByteStream, hash: Hash) {
    this.hash = hash;
    this.stream = stream;
    this.reader = new FrameReader(hash);
    this.attach(stream);
  }

  /** Goes on over another cable; the one before is closed, its session is gone. */
  attach(stream: ByteStream): void {
    if (stream !== this.stream) this.stream.close();
    this.rejectAll(new DockError("closed", "another cable took its place"));
    this.stream = stream;
    this.session = undefined;
    this.closedReason = undefined;
    stream.onData((bytes) => {
      if (stream === this.stream) this.take(bytes);
    });
    stream.onClose((reason) => {
      if (stream === this.stream) this.streamClosed(reason);
    });
  }

  /** Whether an answer is awaited. */
  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether a session is open, as far as is known here. */
  get hasSession(): boolean {
    return this.session !== undefined;
  }

  /**
   * Seals every request from now on, SPEC.md §10.3; undefined ends that.
   * @param key the session key, 32 bytes; `openSession` of service-session.ts agrees on it
   */
  useSession(key: Uint8Array | undefined): void {
    this.session = key === undefined ? undefined : { key, last: 0 };
  }

  /**
   * Sends one frame and waits for its answer; sent again when nothing answers in its time. Two LoadData may wait at once.
   * @param data at most 4,095 bytes, 4,087 while a session is open
   * @param timeout_ms for each try; by the command when left out
   * @throws DockError when the stream is closed, nothing or only garbage answers, or the session has ended ("session")
   * @throws RangeError when `data` is too long
   * @throws TypeError when another request is still waiting
   */
  request(
    command: number,
    data: Uint8Array = NO_DATA,
    timeout_ms: number = COMMAND_TIMEOUT_MS[command] ?? ANSWER_TIMEOUT_MS,
    manner: RequestManner = {},
  ): Promise<Answer> {
    const session = isOpenCommand(command) ? undefined : this.session;
    const most = FRAME_MAX - 1 - (session === undefined ? 0 : SEAL_BYTES);
    if (data.length > most) throw new RangeError(`data: a frame carries at most ${most} bytes`);
    if (!this.hasRoomFor(command)) throw new TypeError("request: the answer before is still awaited");
    if (this.closedReason !== undefined) {
      return Promise.reject(new DockError("closed", `the connection has ended: ${this.closedReason}`));
    }
    if (session !== undefined && session.last + WINDOW_FRAMES * (RESENDS_MAX + 1) >= SEQUENCES) {
      this.session = undefined;
      return Promise.reject(new DockError("session", "the session has carried as many frames as one may"));
    }
    if (this.waiting.length === 0) this.forgetNoise();
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        session,
        command: session === undefined ? command : command | SEALED_BIT,
        data,
        sequences: [],
        frame: NO_DATA,
        timeout_ms,
        left: (manner.resends ?? (timeout_ms >= LONG_MS ? LONG_RESENDS : RESENDS_MAX)) + 1,
        keepsOpen: manner.keepsOpen ?? false,
        timer: undefined,
        resolve,
        reject,
      };
      this.waiting.push(one);
      this.send(one);
    });
  }

  /** Closes the stream; a waiting request fails. Closing twice is safe. */
  close(): void {
    this.stream.close();
  }

  private hasRoomFor(command: number): boolean {
    if (this.waiting.length === 0) return true;
    const areData = command === Command.LoadData && this.waiting.every((one) => isData(one));
    return areData && this.waiting.length < WINDOW_FRAMES;
  }

  /** Noise between requests is nobody's answer. */
  private forgetNoise(): void {
    this.reader = new FrameReader(this.hash);
    this.heard = "nothing";
    clearTimeout(this.silence);
  }

  private send(one: Waiting): void {
    clearTimeout(one.timer);
    one.left--;
    one.timer = setTimeout(() => this.timedOut(one), one.timeout_ms);
    if (one.sequences.length === 0 || isData(one)) this.encode(one); // a later LoadData may have passed it: §10.3, rule 2
    this.stream.write(one.frame);
  }

  private encode(one: Waiting): void {
    const { session, command } = one;
    if (session === undefined) this.sequence = (this.sequence + 1) % SEQUENCES;
    const sequence = session === undefined ? this.sequence : ++session.last;
    const data = session === undefined ? one.data : seal(this.hash, session.key, sequence, command, one.data);
    one.sequences.push(sequence);
    one.frame = encodeFrame(this.hash, sequence, command, data);
  }

  private take(bytes: Uint8Array): void {
    if (this.waiting.length === 0) return;
    if (this.heard === "nothing") this.heard = "noise";
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.serve(this.reader.giveUp()), FRAME_SILENCE_MS);
    this.serve(this.reader.push(bytes));
  }

  private serve(frames: Frame[]): void {
    for (const frame of frames) {
      const one = this.waiting.find(
        ({ command, sequences }) => frame.command === (command | ANSWER_BIT) && sequences.includes(frame.sequence),
      );
      if (one !== undefined && frame.data.length >= 2) this.answered(one, frame);
      else if (this.waiting.some(({ command }) => frame.command === command)) this.heard = "echo";
    }
  }

  private answered(one: Waiting, frame: Frame): void {
    const payload = this.opened(one, frame);
    if (payload === undefined) return;
    this.settle(one);
    this.heard = "nothing";
    if (this.waiting.length === 0) clearTimeout(this.silence);
    one.resolve({ fault: readU16(payload, 0), data: payload.slice(2) });
    // Answers come in the order of the frames: what was sent before and is not answered was lost on the way.
    for (const other of this.waiting) {
      const last = other.sequences.at(-1);
      if (other.left > 0 && last !== undefined && isBefore(last, frame.sequence)) this.send(other);
    }
  }

  /** An answer's payload; undefined when it ended the session, which all that wait are told. */
  private opened(one: Waiting, frame: Frame): Uint8Array | undefined {
    if (one.session === undefined) return frame.data;
    const payload = unseal(this.hash, one.session.key, frame.sequence, frame.command, frame.data);
    if (payload !== undefined && payload.length >= 2) return payload;
    this.session = undefined;
    const fault = frame.data.length === 2 ? readU16(frame.data, 0) : 0;
    const why =
      fault === FaultNumber.DockWait
        ? "the handheld looks at no proof for a while (F709)"
        : fault === FaultNumber.DockNoSession || fault === FaultNumber.DockProof
          ? `the handheld has ended the session (F${fault})`
          : "an answer's seal does not hold";
    const ended = this.waiting.slice();
    for (const each of ended) this.settle(each);
    for (const each of ended) each.reject(new DockError("session", why));
    return undefined;
  }

  private timedOut(one: Waiting): void {
    if (one.left > 0) return this.send(one);
    const error = this.silenceError(one);
    this.rejectAll(error); // first: closing would tell them another reason
    if (!one.keepsOpen) this.stream.close();
  }

  private silenceError(one: Waiting): DockError {
    if (this.heard === "echo") {
      return new DockError("garbage", "only what was sent came back: is a handheld at the other end, and not a loop?");
    }
    if (this.heard === "noise") {
      return new DockError(
        "garbage",
        "what arrives is not a handheld's answer: is this its service port, and the baud rate 115,200?",
      );
    }
    return new DockError("time-out", `the handheld did not answer within ${one.timeout_ms / 1000} s`);
  }

  private streamClosed(reason: string): void {
    this.closedReason = reason;
    this.session = undefined;
    this.rejectAll(new DockError("closed", `the connection ended before the answer: ${reason}`));
  }

  private rejectAll(error: DockError): void {
    clearTimeout(this.silence);
    const ended = this.waiting;
    this.waiting = [];
    for (const one of ended) clearTimeout(one.timer);
    for (const one of ended) one.reject(error);
  }

  private settle(one: Waiting): void {
    clearTimeout(one.timer);
    this.waiting = this.waiting.filter((other) => other !== one);
  }
}

function isData(one: Waiting): boolean {
  return (one.command & ~SEALED_BIT) === Command.LoadData;
}

/** Whether a sequence was given out before another, around the end of the numbers. */
function isBefore(sequence: number, other: number): boolean {
  return ((other - sequence) & 0xffff) < SEQUENCES / 2 && sequence !== other;
}
