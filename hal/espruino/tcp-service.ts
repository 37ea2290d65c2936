// The service port over TCP, for a handheld on a bench or a PC: a connection each, bytes as they come. It never frames.
import type { Service } from "../contract/service.ts";

export class TcpService implements Service {
  private connect_: (send: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => void;

  constructor() {
    this.connect_ = () => () => undefined;
  }

  onConnect(connect: (send: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => void): void {
    this.connect_ = connect;
  }

  /** Starts listening. */
  listen(net: NetModule, port: number): void {
    net
      .createServer((socket) => {
        const take = this.connect_((bytes) => socket.write(E.toString(bytes)));
        socket.on("data", (text) => take(E.toUint8Array(text)));
      })
      .listen(port);
  }

  /** Takes a serial line, too: one connection for ever. */
  serve(line: SerialPort): void {
    const take = this.connect_((bytes) => line.write(bytes));
    line.on("data", (text) => take(E.toUint8Array(text)));
  }
}
