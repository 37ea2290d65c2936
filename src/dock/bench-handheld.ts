// The bench client: presses keys, scans and reads the screen over the service port, for tests and the terminal.
// It carries raw input only, never sealed, not even while
// a session is open; what a key means is the handheld's affair.
import type { Hash } from "../shared/crypto/hash.ts";
import { latin1Bytes, latin1Text, readU32 } from "../shared/wire/bytes.ts";
import { decodeHello, type Hello } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import type { ByteStream } from "./byte-stream.ts";
import { faultWords } from "./fault-words.ts";
import { FrameClient } from "./frame-client.ts";

/** A handheld was asked something and answered with a fault. */
export class HandheldFault extends Error {
  readonly fault: number;

  constructor(fault: number) {
    super(faultWords(fault));
    this.name = "HandheldFault";
    this.fault = fault;
  }
}

/** A handheld on the bench. Every method throws DockError when the cable fails and HandheldFault on a fault. */
export class BenchHandheld {
  readonly client: FrameClient;

  constructor(stream: ByteStream, hash: Hash) {
    this.client = new FrameClient(stream, hash);
  }

  /** Presses one key, 0…15. */
  async press(key: number): Promise<void> {
    await this.ask(Command.Key, new Uint8Array([key]));
  }

  /** Presses the keys of a row of digits. */
  async type(digits: string): Promise<void> {
    for (const digit of digits) await this.press(Number(digit));
  }

  /** Scans a label: its text and the CR that scanners send. */
  async scan(text: string): Promise<void> {
    await this.ask(Command.Scan, latin1Bytes(`${text}\r`));
  }

  /** Raw bytes into the scanner's line: pieces of labels, noise. */
  async scanRaw(bytes: Uint8Array): Promise<void> {
    await this.ask(Command.Scan, bytes);
  }

  /** The view on the display, a line each. */
  async screen(): Promise<string[]> {
    const data = await this.ask(Command.Screen);
    return latin1Text(data, 0, data.length).split("\n");
  }

  /** Takes the radio link up or down. */
  async link(up: boolean): Promise<void> {
    await this.ask(Command.Link, new Uint8Array([up ? 1 : 0]));
  }

  /** Interpreter variables in use; 0 when the board cannot tell. */
  async variables(): Promise<number> {
    return readU32(await this.ask(Command.Variables), 0);
  }

  /** What the handheld says of itself. */
  async hello(): Promise<Hello> {
    return decodeHello(await this.ask(Command.Hello));
  }

  /** Unplugs the cable. */
  close(): void {
    this.client.close();
  }

  private async ask(command: Command, data?: Uint8Array): Promise<Uint8Array> {
    const answer = await this.client.request(command, data);
    if (answer.fault !== 0) throw new HandheldFault(answer.fault);
    return answer.data;
  }
}
