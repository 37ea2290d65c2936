// A byte stream over TCP: the bench port of the linux board, or a serial server. It never retries by itself.
import { connect, type Socket } from "node:net";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";
import { EndingStream } from "./ending-stream.ts";

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

class TcpStream extends EndingStream {
  private readonly socket: Socket;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on("data", (bytes) => this.arrived(new Uint8Array(bytes)));
    socket.on("error", (error) => this.end(error.message));
    socket.on("close", () => this.end("the other side closed the connection"));
  }

  protected override send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  protected override release(): void {
    this.socket.destroy();
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
