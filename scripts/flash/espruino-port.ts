// A port to an Espruino console, opened by the npm `espruino` package (0.1.67): serial ports and tcp://host:port.
// Only the package's port drivers are used, not its `open`, which fetches board descriptions online and looks for
// Bluetooth; and its exit codes, which lie, are never asked. It never sends anything by itself.
import { createRequire } from "node:module";

/** Milliseconds to wait for a port to open. */
const OPEN_TIMEOUT_MS = 5000;

/** An open port: text out, text in. Bytes above 0x7F must not be sent: the TCP driver doubles them. */
export interface ConsolePort {
  write(text: string): void;
  /** Calls `listener` with text as it arrives, one character a byte. One listener. */
  onText(listener: (text: string) => void): void;
  /** Calls `listener` when the other end goes away. One listener. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** The part of the package's port drivers that is used. */
interface PortDriver {
  name: string;
  getPorts(callback: (ports: { path: string }[] | undefined) => void): void;
  open(
    path: string,
    opened: (info: unknown) => void,
    received: (bytes: ArrayBuffer) => void,
    disconnected: () => void,
  ): void;
  write(text: string, written: () => void): void;
  close(): void;
}

interface EspruinoPackage {
  init(ready: () => void): void;
}

/** Loads the package, which prints a line for each of its files, and returns its port drivers. */
async function portDrivers(): Promise<PortDriver[]> {
  const tool = createRequire(import.meta.url)("espruino") as EspruinoPackage;
  await new Promise<void>((resolve) => tool.init(resolve));
  const globals = globalThis as unknown as { Espruino: { Core: { Serial: { devices: PortDriver[] } } } };
  return globals.Espruino.Core.Serial.devices;
}

async function driverFor(path: string): Promise<PortDriver> {
  const drivers = await portDrivers();
  const isTcp = path.startsWith("tcp://");
  const driver = drivers.find(({ name }) => name === (isTcp ? "Node Socket" : "Node Serial"));
  if (driver === undefined) throw new Error("the espruino package has no driver for this kind of port");
  if (isTcp) return driver;
  const ports = await new Promise<{ path: string }[]>((resolve) => driver.getPorts((found) => resolve(found ?? [])));
  if (ports.some((port) => port.path === path)) return driver;
  throw new Error(`no port ${path}; there are: ${ports.map((port) => port.path).join(", ") || "none"}`);
}

/**
 * Opens a port.
 * @param path `tcp://host:port`, or a serial port that the computer lists
 * @throws Error when it does not open within five seconds
 */
export async function openConsolePort(path: string): Promise<ConsolePort> {
  const driver = await driverFor(path);
  let received: (text: string) => void = () => undefined;
  let ended: () => void = () => undefined;
  let isOpen = true;
  const end = (): void => {
    isOpen = false;
    ended();
  };
  await new Promise<void>((resolve, reject) => {
    const refuse = (): void =>
      reject(new Error(`${path} does not open; is the device there, and nothing else using it?`));
    const timer = setTimeout(refuse, OPEN_TIMEOUT_MS);
    const opened = (info: unknown): void => {
      clearTimeout(timer);
      if (info === undefined) refuse();
      else resolve();
    };
    const take = (bytes: ArrayBuffer): void => received(Buffer.from(bytes).toString("latin1"));
    driver.open(path, opened, take, end);
  });
  return {
    write: (text) => isOpen && driver.write(text, () => undefined),
    onText: (listener) => (received = listener),
    onEnd: (listener) => (ended = listener),
    close: () => isOpen && driver.close(),
  };
}
