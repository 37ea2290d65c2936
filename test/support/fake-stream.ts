// A byte stream in memory: the test plays the other side. It delivers exactly what it is told to.
import type { ByteStream } from "../../src/dock/byte-stream.ts";

/** The near end is a ByteStream; the far end is played by the test. */
export class FakeStream implements ByteStream {
  /** Everything that was written. */
  readonly written: Uint8Array[] = [];
  /** Called with each write; answer through {@link deliver}. */
  respond: (bytes: Uint8Array) => void = () => undefined;
  isClosed = false;
  private data: (bytes: Uint8Array) => void = () => undefined;
  private reason: string | undefined;
  private closed: (reason: string) => void = () => undefined;

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
    this.respond(bytes);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.data = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
    if (this.reason !== undefined) listener(this.reason);
  }

  close(): void {
    this.endWith("closed here");
  }

  /** Bytes from the far end. */
  deliver(bytes: Uint8Array): void {
    if (!this.isClosed) this.data(bytes);
  }

  /** The far end goes away. */
  endWith(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.reason = reason;
    this.closed(reason);
  }
}
