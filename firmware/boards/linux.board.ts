// The interpreter's Linux build as a handheld: real Storage, crypto, Graphics and HTTP; keys, scans and dock come over
// a TCP port, and over a serial line where one is named. Its clock cannot be set, so an offset stands in; nothing on it is
// secret from the PC's user.
import type { Board, BoardBudget } from "../../hal/contract/board.ts";
import { BenchKeys } from "../../hal/espruino/bench-keys.ts";
import { bundleSlot, confirmUp } from "../../hal/espruino/boot-record.ts";
import { GraphicsDisplay } from "../../hal/espruino/graphics-display.ts";
import { HardwareEntropy } from "../../hal/espruino/hardware-entropy.ts";
import { HttpLink } from "../../hal/espruino/http-link.ts";
import { NativeHash } from "../../hal/espruino/native-hash.ts";
import { OffsetClock } from "../../hal/espruino/offset-clock.ts";
import { TcpService } from "../../hal/espruino/tcp-service.ts";
import { LineJoiner } from "../../hal/portable/line-joiner.ts";
import { StorageFlash, type StorageGround } from "../../hal/portable/storage-flash.ts";

/** Default TCP port of the bench; the Storage file `bench.port` may name another. */
const BENCH_PORT = 2424;
/** Pace of the serial line that the Storage file `bench.serial` names. */
const BAUD = 115200;
const WIDTH = 128;
const HEIGHT = 64;

/** 256 kB of Storage: two slots of 51 kB and a day of 304 parcels. Variables: boards for the field have 12,000 and more. */
export const budget: BoardBudget = {
  bundle_bytes: 52224,
  variables_idle: 4800,
  variables_peak: 5200,
  storage_bytes: 262144,
  storage_start: 0x10000000,
  page_bytes: 1024,
  slot_bytes: 52224,
  parcels: 304,
};

function pixelsOf(graphics: Graphics): Uint8Array {
  const pixels = new Uint8Array(4 + (WIDTH * HEIGHT) / 8);
  pixels.set([WIDTH, 0, HEIGHT, 0], 0);
  pixels.set(new Uint8Array(graphics.buffer), 4);
  return pixels;
}

/** Storage's flash, and the interpreter's own ways between texts and bytes. */
function groundOf(flash: FlashModule): StorageGround {
  return {
    start: budget.storage_start,
    bytes: budget.storage_bytes,
    pageBytes: budget.page_bytes,
    read: (length, address) => flash.read(length, address),
    write: (data, address) => flash.write(data, address),
    erase: (address) => flash.erasePage(address),
    toBytes: (text) => E.toUint8Array(text),
    toText: (bytes) => E.toString(bytes),
    crc32: (text) => E.CRC32(text) >>> 0,
  };
}

/** Makes the board; the console is off from here on. */
export function createBoard(): Board {
  E.setConsole(null, { force: true });
  // What comes on the console's line while it is off is read and dropped: kept, the interpreter would run it without end once
  // the console is opened.
  USB.on("data", () => undefined);
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
  const clock = new OffsetClock();
  const hash = new NativeHash(require("crypto"));
  const link = new HttpLink(require("http"), clock);
  const service = new TcpService();
  const graphics = Graphics.createArrayBuffer(WIDTH, HEIGHT, 1, { msb: true });
  let joiner: LineJoiner | undefined;
  const bench = new BenchKeys({
    scan: (raw) => {
      if (joiner) joiner.push(raw);
    },
    setLink: (up) => link.setUp(up),
    pixels: () => pixelsOf(graphics),
  });
  const ground = groundOf(require("Flash"));
  return {
    name: "linux",
    parcelsMax: budget.parcels,
    clock: clock,
    display: new GraphicsDisplay(graphics, () => undefined),
    entropy: new HardwareEntropy(),
    flash: new StorageFlash(storage, ground),
    ground: ground,
    hash: hash,
    keypad: bench,
    link: link,
    power: { battery: () => 255, isDocked: () => true },
    scanner: {
      onScan: (scanned) => {
        joiner = new LineJoiner(clock, scanned);
      },
    },
    service: service,
    sounder: { play: () => undefined },
    about: () => process.env.VERSION + " " + bundleSlot(),
    bench: (command, data, screen) => bench.answer(command, data, screen),
    openConsole: (open) => E.setConsole(open ? USB : null, { force: true }),
    reboot: () => E.reboot(),
    started: () => {
      service.listen(require("net"), +(storage.read("bench.port") || BENCH_PORT));
      const path = storage.read("bench.serial");
      if (path) {
        service.serve(Serial1);
        Serial1.setup(BAUD, { path: path });
      }
      confirmUp();
    },
  };
}
