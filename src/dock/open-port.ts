// One way to name a handheld's port: tcp://host:port, or the path of a serial port. It never guesses: what is neither is
// said to be so.
import type { ByteStream } from "./byte-stream.ts";
import { openSerialStream } from "./serial-stream.ts";
import { openTcpStream, parseTcpAddress, type TcpAddress } from "./tcp-stream.ts";

/** Where a handheld is plugged in. */
export type PortAddress = { kind: "tcp"; address: TcpAddress } | { kind: "serial"; path: string };

/**
 * Reads a port's address: `tcp://host:port`, an absolute path like `/dev/ttyUSB0`, or `COM3`.
 * @throws RangeError in words when it is anything else
 */
export function parsePortAddress(text: string): PortAddress {
  if (/^tcp:/i.test(text)) return { kind: "tcp", address: parseTcpAddress(text) };
  const isPath = /^\/[^\0]*[^/\0]$/.test(text);
  const isWindowsPort = /^(\\\\\.\\)?COM[1-9]\d{0,2}$/i.test(text);
  if (isPath || isWindowsPort) return { kind: "serial", path: text };
  throw new RangeError(`"${text}" is no port: one looks like tcp://127.0.0.1:2424, /dev/ttyUSB0 or COM3`);
}

/**
 * Opens the port at an address.
 * @throws RangeError when the address is none
 * @throws DockError "unreachable" or "time-out" in words when nothing can be opened there
 */
export async function openPort(address: string): Promise<ByteStream> {
  const port = parsePortAddress(address);
  return port.kind === "tcp" ? openTcpStream(port.address) : openSerialStream(port.path);
}
