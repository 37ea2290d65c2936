// The interpreter's Linux build as a handheld: real Storage, crypto, Graphics and HTTP; keys, scans and dock come over
// a TCP bench port. Its clock cannot be set, so an offset stands in; nothing on it is secret from the PC's user.
import type { Board, BoardBudget } from "../../hal/contract/board.ts";
import { BenchPort } from "../../hal/espruino/bench-port.ts";
import { GraphicsDisplay } from "../../hal/espruino/graphics-display.ts";
import { HardwareEntropy } from "../../hal/espruino/hardware-entropy.ts";
import { HttpLink } from "../../hal/espruino/http-link.ts";
import { NativeHash } from "../../hal/espruino/native-hash.ts";
import { OffsetClock } from "../../hal/espruino/offset-clock.ts";
import { LineJoiner } from "../../hal/portable/line-joiner.ts";
import { StorageFlash } from "../../hal/portable/storage-flash.ts";

/** Default TCP port of the bench; the Storage file `bench.port` may name another. */
const BENCH_PORT = 2424;
/** Where the build keeps Storage, and its page. */
const STORAGE_START = 0x10000000;
const PAGE_BYTES = 1024;
const WIDTH = 128;
const HEIGHT = 64;

/** 256 kB of Storage carry two bundles and a day of 304 parcels, every one protected. */
export const budget: BoardBudget = {
  bundle_bytes: 44032,
  variables_idle: 4000,
  variables_peak: 4500,
  storage_bytes: 262144,
  parcels: 304,
};

function pixelsOf(graphics: Graphics): Uint8Array {
  const pixels = new Uint8Array(4 + (WIDTH * HEIGHT) / 8);
  pixels.set([WIDTH, 0, HEIGHT, 0], 0);
  pixels.set(new Uint8Array(graphics.buffer), 4);
  return pixels;
}

/** Makes the board; the console is off from here on. */
export function createBoard(): Board {
  E.setConsole(null, { force: true });
  // The Linux build starts with 4,096 variables and adds to them when they run out, but not for a typed array's bytes,
  // which then fail: it is made to add them now. Hardware boards have 12,000 and more from the start.
  // Rows, for pushing looks through all that an array holds already: one long array took four fifths of the start.
  let filler: number[][] = [];
  while (filler.length < 50) {
    const row: number[] = [];
    while (row.length < 100) row.push(0);
    filler.push(row);
  }
  filler = [];
  const storage = require("Storage");
  const flash = require("Flash");
  const clock = new OffsetClock();
  const hash = new NativeHash(require("crypto"));
  const link = new HttpLink(require("http"), clock);
  const graphics = Graphics.createArrayBuffer(WIDTH, HEIGHT, 1, { msb: true });
  let joiner: LineJoiner | undefined;
  let screen = (): string => "";
  const bench = new BenchPort(hash, clock, {
    scan: (raw) => {
      if (joiner) joiner.push(raw);
    },
    screen: () => screen(),
    setLink: (up) => link.setUp(up),
    pixels: () => pixelsOf(graphics),
  });
  return {
    name: "linux",
    parcelsMax: budget.parcels,
    clock: clock,
    display: new GraphicsDisplay(graphics, () => undefined),
    entropy: new HardwareEntropy(),
    flash: new StorageFlash(storage, {
      start: STORAGE_START,
      bytes: budget.storage_bytes,
      pageBytes: PAGE_BYTES,
      read: (length, address) => flash.read(length, address),
      write: (data, address) => flash.write(data, address),
      erase: (address) => flash.erasePage(address),
      toBytes: (text) => E.toUint8Array(text),
      toText: (bytes) => E.toString(bytes),
    }),
    hash: hash,
    keypad: bench,
    link: link,
    power: { battery: () => 255, isDocked: () => true },
    scanner: {
      onScan: (scanned) => {
        joiner = new LineJoiner(clock, scanned);
      },
    },
    service: bench,
    sounder: { play: () => undefined },
    offerScreen: (read) => {
      screen = read;
    },
    started: () => bench.listen(require("net"), +(storage.read("bench.port") || BENCH_PORT)),
  };
}
