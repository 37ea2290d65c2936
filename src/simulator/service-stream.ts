// The simulated cable into the dock: a byte stream over a simulated handheld's service port. Answers arrive later,
// as over a real cable, never inside the write that asked.
import type { ByteStream } from "../dock/byte-stream.ts";

/** The handheld's side of the cable. */
interface ServicePort {
  readonly isRunning: boolean;
  docked: boolean;
  service(bytes: Uint8Array): Uint8Array;
}

/** A plugged-in cable. Closing it takes the handheld off the dock's power. */
export class ServiceStream implements ByteStream {
  private readonly port: ServicePort;
  private data: (bytes: Uint8Array) => void = () => undefined;
  private closed: (reason: string) => void = () => undefined;
  private reason: string | undefined;

  constructor(port: ServicePort) {
    this.port = port;
  }

  write(bytes: Uint8Array): void {
    if (this.reason !== undefined) return;
    const answer = this.port.service(bytes);
    queueMicrotask(() => this.deliver(answer));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.data = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
    if (this.reason !== undefined) listener(this.reason);
  }

  close(): void {
    this.end("closed here");
  }

  private deliver(answer: Uint8Array): void {
    if (this.reason !== undefined) return;
    if (!this.port.isRunning) this.end("the handheld is switched off");
    else if (answer.length > 0) this.data(answer);
  }

  private end(reason: string): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.port.docked = false;
    this.closed(reason);
  }
}
