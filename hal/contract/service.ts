// The service port: bytes from a dock or a bench, and back. SPEC.md §10. A driver carries bytes; the app frames them.

export interface Service {
  /**
   * Takes connections. A serial line is one connection for ever; a TCP port has one each.
   * @param connect gets what sends bytes on a connection, and returns what takes those that arrive. One listener.
   */
  onConnect(connect: (send: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => void): void;
}
