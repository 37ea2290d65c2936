// A two-way stream of bytes to one handheld: TCP, a serial port or a simulated cable. It never frames or interprets.

/** What the dock needs of a cable. Each listener is one: a later call replaces it. */
export interface ByteStream {
  /** Sends bytes; does nothing once the stream is closed. */
  write(bytes: Uint8Array): void;
  /** Calls `listener` with bytes as they arrive, in pieces of any size. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Calls `listener` once when the stream ends, with the reason in words; at once when it has already ended. */
  onClose(listener: (reason: string) => void): void;
  /** Ends the stream; closing twice is safe. */
  close(): void;
}
