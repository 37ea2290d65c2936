// A byte stream over TCP: the bench port of the linux board, or a serial server. It never retries by itself.
import { connect, type Socket } from "node:net";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";

/** Milliseconds to wait for a connection. */
const CONNECT_TIMEOUT_MS = 5000;

/** Where a handheld listens. */
export interface TcpAddress {
  host: string;
  port: number;
}

/**
 * Reads `tcp://host:port`; an IPv6 host stands in brackets.
 * @throws RangeError when it is anything else
 */
export function parseTcpAddress(text: string): TcpAddress {
  const match = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^/:[\]]+):(\d{1,5})\/?$/.exec(text);
  const port = Number(match?.[2]);
  const host = match?.[1]?.replace(/^\[|\]$/g, "");
  if (host === undefined || port < 1 || port > 65535) {
    throw new RangeError(`${text}: an address looks like tcp://127.0.0.1:2424`);
  }
  return { host, port };
}

class TcpStream implements ByteStream {
  private readonly socket: Socket;
  private data: (bytes: Uint8Array) => void = () => undefined;
  private closed: (reason: string) => void = () => undefined;
  private reason: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.data(new Uint8Array(bytes)));
    socket.on("error", (error) => this.end(error.message));
    socket.on("close", () => this.end("the other side closed the connection"));
  }

  write(bytes: Uint8Array): void {
    if (this.reason === undefined) this.socket.write(bytes);
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
    this.socket.destroy();
  }

  private end(reason: string): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.closed(reason);
  }
}

/**
 * Opens a TCP connection.
 * @param timeout_ms how long to wait for it
 * @throws DockError "unreachable" when nobody listens there, "time-out" when nobody answers
 */
export function openTcpStream(address: TcpAddress, timeout_ms: number = CONNECT_TIMEOUT_MS): Promise<ByteStream> {
  const place = `${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const fail = (error: DockError): void => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new DockError("time-out", `nothing answers at ${place}`)), timeout_ms);
    socket.once("error", (error) => {
      clearTimeout(timer);
      fail(new DockError("unreachable", `no connection to ${place}: ${error.message}`));
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(new TcpStream(socket));
    });
  });
}
