// What every cable has in common: one listener for bytes, one for the end, and an end that comes once. What carries the
// bytes is the subclass's affair.
import type { ByteStream } from "./byte-stream.ts";

export abstract class EndingStream implements ByteStream {
  private data: (bytes: Uint8Array) => void = () => undefined;
  private closed: (reason: string) => void = () => undefined;
  private reason: string | undefined;

  /** Sends bytes; does nothing once the stream has ended. */
  write(bytes: Uint8Array): void {
    if (!this.hasEnded) this.send(bytes);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.data = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
    if (this.reason !== undefined) listener(this.reason);
  }

  /** Ends the stream; closing twice is safe. */
  close(): void {
    this.end("closed here");
  }

  protected get hasEnded(): boolean {
    return this.reason !== undefined;
  }

  /** Hands bytes that arrived to the listener, until the end. */
  protected arrived(bytes: Uint8Array): void {
    if (!this.hasEnded) this.data(bytes);
  }

  /** Ends the stream, the first time; what held the cable is let go. */
  protected end(reason: string): void {
    if (this.hasEnded) return;
    this.reason = reason;
    this.release();
    this.closed(reason);
  }

  protected abstract send(bytes: Uint8Array): void;

  /** Lets go of what carried the bytes; called once. */
  protected abstract release(): void;
}
