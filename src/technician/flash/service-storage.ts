// Storage and flash of a handheld on which Parola runs, through a technician's session: SPEC.md §10.4.4. The app goes on
// meanwhile; only the slot that does not run is written. It lays nothing down: a blank board has a console.
import { FaultNumber } from "../../shared/faults.ts";
import { copyBytes, readU32, writeU16, writeU32 } from "../../shared/wire/bytes.ts";
import { SlotStep } from "../../shared/wire/service-data.ts";
import { Command } from "../../shared/wire/service-frame.ts";
import { handheldError } from "../bench-error.ts";
import { BenchFault } from "../faults.ts";
import { ask, type TechnicianPort } from "../technician-port.ts";
import type { BoardStorage, BytesDone } from "./board-storage.ts";
import type { LaidFile } from "./boot-layout.ts";
import { FlashError } from "./flash-error.ts";

/** Bytes programmed in one frame; with frame and seal it stays below the smallest serial buffer. */
const PIECE_BYTES = 1024;
const READ_BYTES = 2048;
const ALIGNMENT = 8;
const HEAD_BYTES = 5;

/** Storage behind a technician's session. */
export class ServiceStorage implements BoardStorage {
  private readonly port: TechnicianPort;

  /** @param port with a technician's session open */
  constructor(port: TechnicianPort) {
    this.port = port;
  }

  async totalBytes(): Promise<number> {
    return readU32(await ask(this.port, Command.Slot, new Uint8Array([SlotStep.Sizes]), { least: 8 }), 0);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += READ_BYTES) {
      const count = Math.min(READ_BYTES, length - at);
      const wanted = new Uint8Array(2);
      writeU16(wanted, 0, count);
      bytes.set(copyBytes(await this.step(SlotStep.Read, offset + at, wanted, count), 0, count), at);
    }
    return bytes;
  }

  async sum(file: LaidFile, length: number): Promise<number> {
    const name = new Uint8Array(Buffer.from(file.name, "latin1"));
    return readU32(await this.step(SlotStep.Sum, length, name, 4), 0);
  }

  async isErased(offset: number, length: number): Promise<boolean> {
    return (await this.read(offset, length)).every((byte) => byte === 0xff);
  }

  async erasePage(offset: number): Promise<void> {
    await this.step(SlotStep.Erase, offset);
  }

  async program(offset: number, bytes: Uint8Array, done?: BytesDone): Promise<void> {
    const whole = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0xff);
    whole.set(bytes);
    for (let at = 0; at < whole.length; at += PIECE_BYTES) {
      await this.step(SlotStep.Program, offset + at, whole.subarray(at, at + PIECE_BYTES));
      done?.(Math.min(at + PIECE_BYTES, bytes.length));
    }
  }

  create(file: LaidFile): Promise<void> {
    return Promise.reject(this.needsConsole(`${file.name} cannot be laid down`));
  }

  eraseAll(): Promise<void> {
    return Promise.reject(this.needsConsole("Storage cannot be erased"));
  }

  private needsConsole(words: string): FlashError {
    const how = "the running app: unlock its console, and give --console instead of a ticket";
    return new FlashError(BenchFault.FlashRefused, `${words} from under ${how}`);
  }

  private async step(step: SlotStep, offset: number, rest?: Uint8Array, least = 0): Promise<Uint8Array> {
    const data = new Uint8Array(HEAD_BYTES + (rest?.length ?? 0));
    data[0] = step;
    writeU32(data, 1, offset);
    if (rest !== undefined) data.set(rest, HEAD_BYTES);
    const { fault, data: given } = await this.port.request(Command.Slot, data);
    if (fault === FaultNumber.FlashWriteTorn) {
      throw new FlashError(
        BenchFault.FlashReadBack,
        "a piece does not read back as it was written: is the flash worn?",
      );
    }
    if (fault !== 0) throw handheldError(fault);
    if (given.length < least) throw new FlashError(BenchFault.FlashRefused, `it answered ${given.length} bytes`);
    return given;
  }
}
