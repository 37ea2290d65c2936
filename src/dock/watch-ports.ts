// Which serial ports this machine has, looked at again and again. It opens none of them.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SerialPort } from "serialport";

/** Between two looks, milliseconds. */
export const LOOK_EVERY_MS = 500;

/** Device nodes of USB serial ports on Linux. */
const USB_NODE = /^tty(ACM|USB)\d+$/;

/** serialport's list() on Linux runs udevadm, and throws where nobody can catch it when there is none. */
function hasUdevadm(): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => {
    try {
      accessSync(join(folder, "udevadm"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The device nodes of USB serial ports, sorted by number.
 * @param folder where they are; `/dev`
 */
export function serialNodes(folder = "/dev"): string[] {
  const names = readdirSync(folder).filter((name) => USB_NODE.test(name));
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).map((name) => join(folder, name));
}

/** Addresses of the USB serial ports of this machine now; ports of other kinds are named by whoever wants them. */
export async function listSerialPorts(): Promise<string[]> {
  if (process.platform === "linux" && !hasUdevadm()) return serialNodes();
  const ports = await SerialPort.list();
  return ports
    .filter(({ path, vendorId }) => vendorId !== undefined || /tty(ACM|USB)\d+$/.test(path))
    .map(({ path }) => path);
}

/** Of the addresses that were named, those that may be opened: a path must exist, any other address may always. */
export function namedPorts(addresses: readonly string[]): string[] {
  return addresses.filter((address) => !address.startsWith("/") || existsSync(address));
}

/**
 * Looks again and again until stopped; the first look is at once.
 * @param list what is there now; a rejection counts as "the same as before" and is told
 * @returns stops it
 */
export function watchPorts(
  list: () => Promise<readonly string[]> | readonly string[],
  seen: (addresses: readonly string[]) => void,
  failed: (error: Error) => void,
  every_ms: number = LOOK_EVERY_MS,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      const addresses = await list();
      if (!isStopped) seen(addresses);
    } catch (error) {
      if (!isStopped) failed(error instanceof Error ? error : new Error(String(error)));
    }
    if (!isStopped) timer = setTimeout(() => void look(), every_ms);
  };
  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
