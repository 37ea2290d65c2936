// A handheld's service port played by a script: what it answers is set by the test. It runs no firmware.
import { concatBytes, readU32 } from "../../src/shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  answerData,
  Command,
  encodeFrame,
  encodeHello,
  FrameReader,
  type Frame,
  type Hello,
} from "../../src/shared/wire/service-frame.ts";
import { FakeStream } from "./fake-stream.ts";
import { nodeHash } from "./node-hash.ts";

/** A scripted handheld and the cable to it. */
export class ScriptedHandheld {
  readonly stream = new FakeStream();
  /** What it says of itself. */
  hello: Hello = {
    device: 7,
    keyEpoch: 1,
    sequence: 0,
    journalEpoch: 0,
    unsent: 0,
    free: 100_000,
    firmware: 0x000100,
    board: "scripted",
  };
  /** Commands it received, in order. */
  readonly commands: number[] = [];
  /** Manifest bytes it was sent. */
  received: Uint8Array = new Uint8Array(0);
  /** Faults to answer, by command; each list is used up, then 0. */
  readonly faults = new Map<number, number[]>();
  /** What happens after a command was answered with 0. */
  readonly effects = new Map<number, () => void>();
  /** Unplugs the cable instead of answering the n-th command (0 is the first). */
  unplugAt = Infinity;
  private readonly reader = new FrameReader(nodeHash);

  constructor() {
    this.stream.respond = (bytes) => {
      for (const frame of this.reader.push(bytes)) this.answer(frame);
    };
  }

  private answer(frame: Frame): void {
    this.commands.push(frame.command);
    if (this.commands.length > this.unplugAt) {
      this.stream.endWith("cable pulled");
      return;
    }
    const fault = this.faults.get(frame.command)?.shift() ?? 0;
    const answer = encodeFrame(nodeHash, frame.command | ANSWER_BIT, answerData(fault, this.dataFor(frame, fault)));
    queueMicrotask(() => this.stream.deliver(answer));
  }

  private dataFor(frame: Frame, fault: number): Uint8Array | undefined {
    if (fault !== 0) return undefined;
    this.effects.get(frame.command)?.();
    if (frame.command === Command.Hello) return encodeHello(this.hello);
    if (frame.command === Command.SyncRequest) return new Uint8Array(100);
    if (frame.command === Command.LoadBegin) this.received = concatBytes([frame.data]);
    if (frame.command === Command.LoadData && readU32(frame.data, 0) === this.received.length) {
      this.received = concatBytes([this.received, frame.data.subarray(4)]);
    }
    return undefined;
  }
}
