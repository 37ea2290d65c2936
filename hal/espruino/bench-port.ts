// Keys, scans and the service port over TCP, for a handheld without hardware: the `linux` board on a bench. Frames as in
// SPEC.md §10; the bench's own commands are served here, all others go to the app.
import type { Clock, Timer } from "../contract/clock.ts";
import type { Hash } from "../contract/hash.ts";
import type { Keypad } from "../contract/keypad.ts";
import type { Service } from "../contract/service.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { latin1Bytes, latin1Text, writeU32, zeros } from "../../src/shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  answerData,
  Command,
  encodeFrame,
  FRAME_SILENCE_MS,
  FrameReader,
} from "../../src/shared/wire/service-frame.ts";

/** What the bench can do besides the app's own commands. */
export interface BenchHost {
  /** Raw text into the scanner's line. */
  scan(raw: string): void;
  setLink(up: boolean): void;
  /** The view as text. */
  screen(): string;
  /** Width u16, height u16, rows of bits. */
  pixels(): Uint8Array;
}

export class BenchPort implements Keypad, Service {
  private hash_: Hash;
  private clock_: Clock;
  private host_: BenchHost;
  private pressed_: (key: number) => void;
  private answer_: (command: number, data: Uint8Array) => Uint8Array;

  constructor(hash: Hash, clock: Clock, host: BenchHost) {
    this.hash_ = hash;
    this.clock_ = clock;
    this.host_ = host;
    this.pressed_ = () => undefined;
    this.answer_ = () => answerData(FaultNumber.DockUnknownCommand, undefined);
  }

  onKey(pressed: (key: number) => void): void {
    this.pressed_ = pressed;
  }

  onCommand(answer: (command: number, data: Uint8Array) => Uint8Array): void {
    this.answer_ = answer;
  }

  /** Starts listening. */
  listen(net: NetModule, port: number): void {
    net
      .createServer((socket) => {
        const reader = new FrameReader(this.hash_);
        let silence: Timer | undefined;
        socket.on("data", (text) => {
          if (silence) silence.cancel();
          silence = this.clock_.after(FRAME_SILENCE_MS, () => reader.reset());
          for (const frame of reader.push(latin1Bytes(text))) {
            const data = this.serve_(frame.command, frame.data);
            socket.write(E.toString(encodeFrame(this.hash_, frame.command | ANSWER_BIT, data)));
          }
        });
      })
      .listen(port);
  }

  private serve_(command: number, data: Uint8Array): Uint8Array {
    switch (command) {
      case Command.Key:
        if (data.length !== 1 || data[0] > 15) return answerData(FaultNumber.DockBadFrame, undefined);
        this.pressed_(data[0]);
        return answerData(FaultNumber.None, undefined);
      case Command.Scan:
        this.host_.scan(latin1Text(data, 0, data.length));
        return answerData(FaultNumber.None, undefined);
      case Command.Screen:
        return answerData(FaultNumber.None, latin1Bytes(this.host_.screen()));
      case Command.Pixels:
        return answerData(FaultNumber.None, this.host_.pixels());
      case Command.Link:
        this.host_.setLink(data[0] === 1);
        return answerData(FaultNumber.None, undefined);
      case Command.Variables:
        return answerData(FaultNumber.None, variablesInUse());
      default:
        return this.answer_(command, data);
    }
  }
}

function variablesInUse(): Uint8Array {
  const bytes = zeros(4);
  writeU32(bytes, 0, process.memory().usage);
  return bytes;
}
