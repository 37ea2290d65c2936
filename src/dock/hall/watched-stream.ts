// A byte stream around another that remembers how it ended, for whoever else wants to know. It changes no byte.
import type { ByteStream } from "../byte-stream.ts";

/** A stream whose end can be waited for by many. */
export class WatchedStream implements ByteStream {
  private readonly inner: ByteStream;
  private readonly controller = new AbortController();
  private closed: (reason: string) => void = () => undefined;
  private reason: string | undefined;
  private isClosedHere = false;

  constructor(inner: ByteStream) {
    this.inner = inner;
    inner.onClose((reason) => this.end(reason));
  }

  /** Aborted once the stream has ended, whoever ended it. */
  get ended(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the far side ended it: unplugged, switched off. */
  get wasPulledOut(): boolean {
    return this.reason !== undefined && !this.isClosedHere;
  }

  write(bytes: Uint8Array): void {
    this.inner.write(bytes);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.inner.onData(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
    if (this.reason !== undefined) listener(this.reason);
  }

  close(): void {
    this.isClosedHere = this.isClosedHere || this.reason === undefined;
    this.inner.close();
    this.end("closed here");
  }

  /** The port itself has gone: the same as pulling the cable. */
  pullOut(): void {
    this.end("the port has gone");
    this.inner.close();
  }

  private end(reason: string): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.controller.abort();
    this.closed(reason);
  }
}
