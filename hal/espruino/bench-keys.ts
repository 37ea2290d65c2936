// Keys, scans and the screen for a handheld without hardware: what a bench sends through the service port reaches the app
// as if it came from keypad and scanner. SPEC.md §10.4, the commands marked "bench".
import type { Keypad } from "../contract/keypad.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { latin1Bytes, latin1Text, writeU32, zeros } from "../../src/shared/wire/bytes.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";

/** What the bench reaches besides the keypad. */
export interface BenchHost {
  /** Raw text into the scanner's line. */
  scan(raw: string): void;
  setLink(up: boolean): void;
  /** Width u16, height u16, rows of bits. */
  pixels(): Uint8Array;
}

export class BenchKeys implements Keypad {
  private host_: BenchHost;
  private pressed_: (key: number) => void;

  constructor(host: BenchHost) {
    this.host_ = host;
    this.pressed_ = () => undefined;
  }

  onKey(pressed: (key: number) => void): void {
    this.pressed_ = pressed;
  }

  /** One of the bench's commands; the answer's data, or a fault. */
  answer(command: number, data: Uint8Array, screen: string): Uint8Array | FaultNumber {
    switch (command) {
      case Command.Key:
        if (data.length !== 1 || data[0] > 15) return FaultNumber.DockBadFrame;
        this.pressed_(data[0]);
        return FaultNumber.None;
      case Command.Scan:
        this.host_.scan(latin1Text(data, 0, data.length));
        return FaultNumber.None;
      case Command.Screen:
        return latin1Bytes(screen);
      case Command.Pixels:
        return this.host_.pixels();
      case Command.Link:
        this.host_.setLink(data[0] === 1);
        return FaultNumber.None;
      case Command.Variables:
        return variablesInUse();
      default:
        return FaultNumber.DockUnknownCommand;
    }
  }
}

function variablesInUse(): Uint8Array {
  const bytes = zeros(4);
  writeU32(bytes, 0, process.memory().usage);
  return bytes;
}
