// Requests and answers over a byte stream, SPEC.md §10: one request at a time, each with its time limit.
// After a time-out or garbage the two sides may be out of step, so the stream is closed and never used again.
import type { Hash } from "../shared/crypto/hash.ts";
import { readU16 } from "../shared/wire/bytes.ts";
import { ANSWER_BIT, encodeFrame, FRAME_MAX, FrameReader, type Frame } from "../shared/wire/service-frame.ts";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";

/** Milliseconds a handheld may take for an answer when the caller says nothing else. */
export const ANSWER_TIMEOUT_MS = 5000;

const NO_DATA = new Uint8Array(0);

/** An answer: fault number (0 is fine; see FAULTS.md) and what the command gives. */
export interface Answer {
  fault: number;
  data: Uint8Array;
}

interface Waiting {
  command: number;
  timer: NodeJS.Timeout;
  resolve(answer: Answer): void;
  reject(error: DockError): void;
}

/** The client's end of a service port. */
export class FrameClient {
  private readonly stream: ByteStream;
  private readonly hash: Hash;
  private reader: FrameReader;
  private waiting: Waiting | undefined;
  private closedReason: string | undefined;

  constructor(stream: ByteStream, hash: Hash) {
    this.stream = stream;
    this.hash = hash;
    this.reader = new FrameReader(hash);
    stream.onData((bytes) => this.take(bytes));
    stream.onClose((reason) => this.streamClosed(reason));
  }

  /**
   * Sends one frame and waits for its answer.
   * @param data at most 4,095 bytes
   * @throws DockError when the stream is closed, answers nothing in time, or answers what is not an answer
   * @throws RangeError when `data` is too long
   * @throws TypeError when another request is still waiting
   */
  request(command: number, data: Uint8Array = NO_DATA, timeout_ms: number = ANSWER_TIMEOUT_MS): Promise<Answer> {
    if (data.length >= FRAME_MAX) throw new RangeError(`data: a frame carries at most ${FRAME_MAX - 1} bytes`);
    if (this.waiting !== undefined) throw new TypeError("request: the answer before is still awaited");
    if (this.closedReason !== undefined) {
      return Promise.reject(new DockError("closed", `the connection has ended: ${this.closedReason}`));
    }
    this.reader = new FrameReader(this.hash); // noise between requests is nobody's answer
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.timedOut(timeout_ms), timeout_ms);
      this.waiting = { command, timer, resolve, reject };
      this.stream.write(encodeFrame(this.hash, command, data));
    });
  }

  /** Closes the stream; a waiting request fails. Closing twice is safe. */
  close(): void {
    this.stream.close();
  }

  private take(bytes: Uint8Array): void {
    if (this.waiting === undefined) return;
    const frame = this.reader.push(bytes)[0];
    if (frame !== undefined) this.answered(this.waiting, frame);
  }

  private answered(waiting: Waiting, frame: Frame): void {
    const isAnswer = frame.command === (waiting.command | ANSWER_BIT) || frame.command === ANSWER_BIT;
    if (!isAnswer || frame.data.length < 2) {
      this.fail(new DockError("garbage", "what arrived is not an answer; is this the handheld's service port?"));
      return;
    }
    this.settle()?.resolve({ fault: readU16(frame.data, 0), data: frame.data.slice(2) });
  }

  private timedOut(timeout_ms: number): void {
    this.fail(new DockError("time-out", `the handheld did not answer within ${timeout_ms / 1000} s`));
  }

  private streamClosed(reason: string): void {
    this.closedReason = reason;
    this.settle()?.reject(new DockError("closed", `the connection ended before the answer: ${reason}`));
  }

  private fail(error: DockError): void {
    const waiting = this.settle();
    this.stream.close();
    waiting?.reject(error);
  }

  private settle(): Waiting | undefined {
    const waiting = this.waiting;
    if (waiting !== undefined) clearTimeout(waiting.timer);
    this.waiting = undefined;
    return waiting;
  }
}
