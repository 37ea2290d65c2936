// A simulated handheld as a process of its own: its service port is a serial device (a pseudo-terminal) or a TCP port, its
// flash a file that outlives it. It may be killed at any time, as a battery may be taken out. For tests and benchmarks.
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SerialPort } from "serialport";
import type { ByteStream } from "../dock/byte-stream.ts";
import { FLASH_BYTES, SimulatedHandheld } from "./simulated-handheld.ts";

const USAGE = `handheld-process: a simulated handheld
  --port PATH      its service port is this serial device
  --listen PORT    its service port is this TCP port of the loopback address, 0 any; printed as "listening on ADDRESS"
  --state FILE     flash image to go on with and to keep; none: it forgets all when it ends
  --bundle FILE    the bundle it runs; dist/sim/bundle.js
  --battery N      percent, 255 unknown; 85
`;
const WRONG_USE = 2;

/** Where the bundle is, from the sources and from dist alike. */
function defaultBundle(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  const places = [join(root, "dist/sim/bundle.js"), join(root, "sim/bundle.js")];
  return places.find((place) => existsSync(place)) ?? places[0] ?? "";
}

/** Writes every change of the flash through to its file: nothing is kept back for the end. */
function keepFlash(handheld: SimulatedHandheld, path: string): void {
  const file = openSync(path, existsSync(path) ? "r+" : "w+");
  writeSync(file, handheld.image, 0, handheld.image.length, 0);
  const { chip } = handheld;
  const program = chip.program.bind(chip);
  const erasePage = chip.erasePage.bind(chip);
  chip.program = (address, data) => {
    try {
      program(address, data);
    } finally {
      writeSync(file, handheld.image, address, data.length, address); // torn, when the power failed in it
    }
  };
  chip.erasePage = (address) => {
    try {
      erasePage(address);
    } finally {
      writeSync(file, handheld.image, address, chip.pageBytes, address);
    }
  };
}

function openHandheld(bundle: string, state: string | undefined, battery: number): SimulatedHandheld {
  const held = state !== undefined && existsSync(state) ? new Uint8Array(readFileSync(state)) : undefined;
  if (held !== undefined && held.length !== FLASH_BYTES) {
    throw new Error(`${state}: a flash image has ${FLASH_BYTES} bytes, this file ${held.length}`);
  }
  const text = readFileSync(bundle, "latin1");
  const handheld = new SimulatedHandheld({ bundle: text, battery, ...(held === undefined ? {} : { image: held }) });
  if (state !== undefined) keepFlash(handheld, state);
  return handheld;
}

/** Joins a cable into the dock with whatever carries its bytes. */
function carry(cable: ByteStream, write: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  cable.onData(write);
  return (bytes) => cable.write(bytes);
}

function serveTcp(handheld: SimulatedHandheld, port: number): void {
  const server = createServer({ noDelay: true }, (socket) => {
    const cable = handheld.plugIn();
    const take = carry(cable, (bytes) => socket.write(bytes));
    cable.onClose(() => socket.end());
    socket.on("data", (bytes) => take(new Uint8Array(bytes)));
    socket.on("error", () => undefined);
    socket.on("close", () => cable.close());
  });
  server.on("error", (error) => fail(error));
  server.listen(port, "127.0.0.1", () => {
    process.stdout.write(`listening on tcp://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}

function serveSerial(handheld: SimulatedHandheld, path: string): void {
  const serial = new SerialPort({ path: path, baudRate: 115_200 });
  const take = carry(handheld.plugIn(), (bytes) => serial.write(Buffer.from(bytes)));
  serial.on("open", () => process.stdout.write(`serving ${path}\n`));
  serial.on("data", (bytes: Buffer) => take(new Uint8Array(bytes)));
  serial.on("error", (error) => fail(error));
  serial.on("close", () => process.exit(0));
}

function fail(error: unknown, code = 1): never {
  process.stderr.write(`handheld-process: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(code);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      listen: { type: "string" },
      state: { type: "string" },
      bundle: { type: "string", default: defaultBundle() },
      battery: { type: "string", default: "85" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if ((values.port === undefined) === (values.listen === undefined)) throw new TypeError("name --port or --listen");
  const handheld = openHandheld(values.bundle, values.state, Number(values.battery));
  handheld.boot();
  if (values.port !== undefined) serveSerial(handheld, values.port);
  else serveTcp(handheld, Number(values.listen));
}

try {
  main();
} catch (error) {
  fail(error, error instanceof TypeError ? WRONG_USE : 1);
}
