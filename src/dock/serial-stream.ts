// A byte stream over a serial port: 115,200 baud, 8 data bits, no parity, 1 stop bit. It holds the port for itself alone,
// never lists ports, and never opens one again by itself.
import { stat } from "node:fs/promises";
import type { SerialPort } from "serialport";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";
import { EndingStream } from "./ending-stream.ts";

/** Speed of the service port on a serial line, SPEC.md §10. */
export const SERIAL_BAUD = 115_200;

/** How often is looked whether the port is still there. */
const LOOK_MS = 250;

/** What tells a port from another one that comes under the same path; undefined when there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { ino, rdev } = await stat(path);
    return `${ino} ${rdev}`;
  } catch {
    return undefined;
  }
}

/** What the operating system says, and what that means for a person. */
const OPEN_FAILURES: readonly [RegExp, string][] = [
  [/cannot lock|access (is )?denied|busy|temporarily unavailable|in use/i, "another program has this port"],
  [/permission denied|not permitted|EACCES/i, "no permission: add yourself to the group dialout, and log in again"],
  [/no such (file|device)|file not found|ENOENT|ENXIO/i, "no such port: is the cable plugged in?"],
  [/inappropriate ioctl|not a (tty|serial)|invalid argument|is a directory|ENOTTY/i, "this is no serial port"],
];

/** Why a port did not open, in words; the system's own where there are none. */
export function openFailureWords(message: string): string {
  const words = OPEN_FAILURES.find(([pattern]) => pattern.test(message))?.[1];
  return words ?? message.replace(/^Error:? /, "");
}

class SerialStream extends EndingStream {
  private readonly port: SerialPort;
  /** The driver reads on for ever from a port that hung up between two reads: Linux gives it no bytes and no error. */
  private readonly look: NodeJS.Timeout | undefined;

  /** @param identity of the port as it was opened; undefined where a path is no file (Windows) */
  constructor(port: SerialPort, identity: string | undefined) {
    super();
    this.port = port;
    if (identity !== undefined) this.look = setInterval(() => void this.checkThere(identity), LOOK_MS);
    port.on("data", (bytes: Uint8Array) => this.arrived(new Uint8Array(bytes)));
    port.on("error", (error: Error) => this.end(`the port failed: ${error.message}`));
    port.on("close", () => this.end("the cable was unplugged"));
  }

  protected override send(bytes: Uint8Array): void {
    this.port.write(Buffer.from(bytes));
  }

  /** Gives the port back; what fails now is of no interest to anybody. */
  protected override release(): void {
    clearInterval(this.look);
    if (this.port.isOpen) this.port.close(() => undefined);
  }

  private async checkThere(identity: string): Promise<void> {
    if ((await identityOf(this.port.path)) !== identity) this.end("the cable was unplugged");
  }
}

/**
 * Opens a serial port, which no other program may use until it is closed.
 * @param path /dev/ttyUSB0, COM3, or a pseudo-terminal
 * @throws DockError "unreachable" in words when it cannot be opened
 */
export async function openSerialStream(path: string): Promise<ByteStream> {
  const { SerialPort: Port } = await import("serialport"); // native code: loaded only by those who need it
  const port = new Port({
    path,
    baudRate: SERIAL_BAUD,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    lock: true,
    autoOpen: false,
  });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error === null || error === undefined) return resolve();
      reject(new DockError("unreachable", `${path}: ${openFailureWords(error.message)}`));
    });
  });
  return new SerialStream(port, await identityOf(path));
}
