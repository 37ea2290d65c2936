// A simulated handheld's start: Storage on a simulated chip, and firmware/loader.js run on it in Node as the interpreter
// would. Bundles are texts that name what they do. Also the same Storage as the flasher sees it.
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { POWER_CUT } from "../../hal/sim/host.ts";
import { SimStorage } from "../../hal/sim/sim-storage.ts";
import type { BoardStorage, BytesDone } from "../../src/technician/flash/board-storage.ts";
import { loaderFile } from "../../src/technician/flash/board-files.ts";
import type { LaidFile, StorageGeometry } from "../../src/technician/flash/boot-layout.ts";
import { nodeHash } from "./node-hash.ts";

/** Small pages and slots, so that a sweep ends. */
export const SMALL: StorageGeometry = { start: 0, bytes: 16_384, pageBytes: 512, slotBytes: 2048 };

const LOADER = loaderFile().text;

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** A blank chip. */
export function blankChip({ bytes, pageBytes }: StorageGeometry): SimChip {
  return new SimChip(new Uint8Array(bytes).fill(0xff), { pageBytes, alignment: 4 });
}

/** What a bundle does when it starts. */
export type Behaviour = "up" | "throws" | "silent" | "up then throws";

/** A bundle: its text says who it is and what it does. `bytes` long. */
export function bundleText(name: string, behaviour: Behaviour, bytes = 1500): string {
  return `${name}|${behaviour}|`.padEnd(bytes, "x");
}

/** What a start came to. */
export interface Start {
  /** Name of the bundle that was evaluated; undefined when the console stays as it is. */
  bundle: string | undefined;
  /** All of its text. */
  text: string;
  slot: string;
  rebooted: boolean;
  watchdog: boolean;
  /** Milliseconds of the timer that is still set; undefined without one. */
  timer_ms: number | undefined;
  /** What the loader threw out. */
  thrown: unknown;
  /** What E.setConsole was given. */
  console: unknown;
  /** Calls up() once more, as a bundle that comes up late. */
  up(): void;
  /** CRC-32 sums over slots that were asked for. */
  slotSums: number;
}

interface Handle {
  slot: string;
  up(): void;
}

/**
 * One start of the interpreter.
 * @param chip powered
 */
export function startHandheld(chip: SimChip): Start {
  const storage = new SimStorage(chip);
  const timers = new Map<number, number>();
  const start: Start = {
    bundle: undefined,
    text: "",
    slot: "",
    rebooted: false,
    watchdog: false,
    timer_ms: undefined,
    thrown: undefined,
    console: undefined,
    up: () => undefined,
    slotSums: 0,
  };
  const sums = (data: unknown): number => {
    if (typeof data === "string" && data.length > 100) start.slotSums++;
    const sum = nodeHash.crc32(typeof data === "string" ? bytesOf(data) : (data as Uint8Array));
    return sum | 0; // the interpreter's may come out negative
  };
  const E = {
    CRC32: sums,
    toString: (buffer: ArrayBuffer) => Buffer.from(buffer).toString("latin1"),
    reboot: () => {
      start.rebooted = true;
      throw new Error("rebooted");
    },
    enableWatchdog: (seconds: number, automatic: boolean) => (start.watchdog = seconds === 60 && automatic),
    getConsole: () => "USB",
    setConsole: (port: unknown) => (start.console = port),
  };
  const global: { parolaBoot?: Handle } = {};
  const Storage = {
    read: (name: string, offset = 0, length = 0) => storage.read(name, offset, length),
    readArrayBuffer: (name: string) => {
      const text = storage.read(name);
      return text === undefined ? undefined : new Uint8Array(bytesOf(text)).buffer;
    },
    write: (name: string, data: ArrayBuffer, offset: number) => storage.write(name, new Uint8Array(data), offset),
  };
  const evaluate = (text: string): void => {
    if (text === "") return;
    const [name, behaviour] = text.split("|");
    start.bundle = name;
    start.text = text;
    start.slot = global.parolaBoot?.slot ?? "";
    if (behaviour === "up" || behaviour === "up then throws") global.parolaBoot?.up();
    if (behaviour?.includes("throws") === true) throw new Error("bundle throws");
  };
  const scope = {
    require: (name: string) => (name === "Storage" ? Storage : undefined),
    E,
    global,
    eval: evaluate,
    setTimeout: (_then: unknown, delay_ms: number) => {
      timers.set(1, delay_ms);
      return 1;
    },
    clearTimeout: (id: number) => {
      if (!timers.delete(id)) throw new Error("no such timer");
    },
  };
  // The loader names the global that it made without `global.` in front.
  const source = LOADER.replaceAll(/(?<![.\w])parolaBoot\b/g, "global.parolaBoot");
  try {
    new Function(...Object.keys(scope), source)(...Object.values(scope));
  } catch (error) {
    if (error instanceof Error && error.message === POWER_CUT) throw error;
    start.thrown = error;
  }
  start.timer_ms = timers.get(1);
  start.up = () => global.parolaBoot?.up();
  return start;
}

/** The Storage of a chip, as the flasher sees it. */
export class SimBoardStorage implements BoardStorage {
  private readonly chip: SimChip;
  private readonly storage: SimStorage;

  /** Starts the interpreter: what it finds corrupt it erases. */
  constructor(chip: SimChip) {
    this.chip = chip;
    this.storage = new SimStorage(chip);
  }

  totalBytes(): Promise<number> {
    return this.done(() => this.chip.bytes);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.done(() => this.chip.readBytes(offset, length));
  }

  sum({ name }: LaidFile, length: number): Promise<number> {
    return this.done(() => nodeHash.crc32(bytesOf(this.storage.read(name, 0, length) ?? "")));
  }

  isErased(offset: number, length: number): Promise<boolean> {
    return this.done(() => this.chip.readBytes(offset, length).every((byte) => byte === 0xff));
  }

  erasePage(offset: number): Promise<void> {
    return this.done(() => this.chip.erasePage(offset));
  }

  program(offset: number, bytes: Uint8Array, done?: BytesDone): Promise<void> {
    return this.done(() => {
      const whole = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0xff);
      whole.set(bytes);
      for (let at = 0; at < whole.length; at += 512) this.chip.program(offset + at, whole.subarray(at, at + 512));
      done?.(bytes.length);
    });
  }

  create({ name, size }: LaidFile, bytes: Uint8Array): Promise<void> {
    return this.done(() => {
      for (let at = 0; at < bytes.length; at += 512) {
        this.storage.write(name, bytes.subarray(at, at + 512), at, size);
      }
    });
  }

  eraseAll(): Promise<void> {
    return this.done(() => this.storage.eraseAll());
  }

  private done<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }
}

/** The loader as it is flashed. */
export const LOADER_BYTES = bytesOf(LOADER);
