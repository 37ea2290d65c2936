// Globals of the Espruino interpreter that the drivers use; only hal/espruino, firmware/boards and entry.ts see them.
// Names checked against Espruino 2v29 (Linux build); those of single boards are marked. Not in firmware/app or src/shared.

/** Console output; with the console on USB and nobody reading, it blocks the app. */
declare function print(...values: unknown[]): void;
declare const console: {
  debug(...values: unknown[]): void;
  error(...values: unknown[]): void;
  info(...values: unknown[]): void;
  log(...values: unknown[]): void;
  warn(...values: unknown[]): void;
};

/** Runs a script; functions of a script read from Storage keep their code there. */
declare function eval(script: string): unknown;

/** The global scope, where names such as `host` may have been put. */
declare const global: {
  [name: string]: unknown;
  /** Left there by `.boot0`, SPEC.md §11.1; not there when another tool flashed the bundle. */
  parolaBoot?: { slot: string; up(): void };
};

// ---- Time

type TimerId = number & { readonly timer: unique symbol };
declare function setTimeout(then: () => void, delay_ms: number): TimerId;
declare function setInterval(then: () => void, every_ms: number): TimerId;
/** Throws on an unknown id, and without an id on `undefined`. */
declare function clearTimeout(id: TimerId): void;
declare function clearInterval(id: TimerId): void;
/** Seconds since 1970, with fractions. */
declare function getTime(): number;
/** Sets the clock, seconds since 1970; does nothing on the Linux build. */
declare function setTime(time_s: number): void;

interface Date {
  /** Milliseconds since 1970, with fractions. */
  getTime(): number;
}
declare const Date: { now(): number };

// ---- Pins

interface Pin {
  read(): boolean;
  write(value: boolean | number): void;
  set(): void;
  reset(): void;
  mode(mode: PinMode): void;
}
type PinMode =
  "analog" | "input" | "input_pullup" | "input_pulldown" | "output" | "opendrain" | "opendrain_pullup" | "af_output";
declare const Pin: { new (name: string | number): Pin };
declare function pinMode(pin: Pin, mode: PinMode): void;
declare function digitalRead(pin: Pin | Pin[]): number;
declare function digitalWrite(pin: Pin | Pin[], value: number | boolean): void;
declare function digitalPulse(pin: Pin, level: boolean | number, time_ms: number | number[]): void;
declare function analogRead(pin: Pin): number;
declare function analogWrite(pin: Pin, duty: number, options?: { freq?: number; soft?: boolean }): void;
/** Answers an id for clearWatch; times in the event are seconds. */
declare function setWatch(
  then: (event: { state: boolean; time: number; lastTime: number; pin: Pin }) => void,
  pin: Pin,
  options?: { repeat?: boolean; edge?: "rising" | "falling" | "both"; debounce?: number },
): number;
declare function clearWatch(id: number): void;

// ---- Buses and ports

/** Received data comes as a string, one character a byte. */
interface SerialPort {
  setup(
    baud: number,
    options?: {
      rx?: Pin;
      tx?: Pin;
      bytesize?: number;
      parity?: null | "o" | "e";
      stopbits?: number;
      /** Linux build only: the device file of a serial line. */
      path?: string;
    },
  ): void;
  unsetup(): void;
  on(event: "data", then: (text: string) => void): void;
  on(event: "connect" | "disconnect", then: () => void): void;
  removeAllListeners(event?: string): void;
  write(...data: (string | number | Uint8Array | readonly number[])[]): void;
  available(): number;
  read(bytes?: number): string | undefined;
  flush(): void;
  setConsole(force?: boolean): void;
}
declare const USB: SerialPort;
/** On boards with hardware ports, as each board's page lists them. */
declare const Serial1: SerialPort;
declare const Serial2: SerialPort;
declare const Serial3: SerialPort;
declare const LoopbackA: SerialPort;
declare const LoopbackB: SerialPort;

interface I2CBus {
  setup(options: { scl?: Pin; sda?: Pin; bitrate?: number }): void;
  writeTo(
    address: number | { address: number; stop: boolean },
    ...data: (string | number | Uint8Array | readonly number[])[]
  ): void;
  readFrom(address: number | { address: number; stop: boolean }, length: number): Uint8Array;
}
declare const I2C: { new (): I2CBus };
declare const I2C1: I2CBus;

interface SPIBus {
  setup(options: {
    sck?: Pin;
    mosi?: Pin;
    miso?: Pin;
    baud?: number;
    mode?: 0 | 1 | 2 | 3;
    order?: "msb" | "lsb";
  }): void;
  write(...data: (string | number | Uint8Array | ArrayBuffer | readonly number[] | Pin)[]): void;
  send(data: string | Uint8Array | readonly number[], select?: Pin): Uint8Array;
}
declare const SPI: { new (): SPIBus };
declare const SPI1: SPIBus;

// ---- The interpreter itself

declare const process: {
  env: {
    readonly VERSION: string;
    readonly BOARD: string;
    readonly SERIAL: string;
    readonly STORAGE?: number;
    readonly FLASH: number;
  };
  /** Counts of variables; slow when it collects garbage, which `false` leaves out. */
  memory(collect?: boolean): {
    readonly free: number;
    readonly usage: number;
    readonly total: number;
    readonly blocksize: number;
  };
  on(event: "uncaughtException", then: (error: unknown) => void): void;
};

declare const E: {
  /** zlib's CRC-32; may come out negative above 2³¹: use `>>> 0`. */
  CRC32(data: string | Uint8Array | ArrayBuffer): number;
  /** 32 random bits from the hardware source. */
  hwRand(): number;
  getTemperature(): number;
  getBattery?(): number;
  reboot(): void;
  setConsole(port: SerialPort | null, options?: { force?: boolean }): void;
  getConsole(): string | null;
  setPassword(password?: string): void;
  lockConsole(): void;
  setFlags(flags: { deepSleep?: 0 | 1; onErrorSave?: 0 | 1; unsafeFlash?: 0 | 1; pretokenise?: 0 | 1 }): void;
  getErrorFlags(): string[];
  enableWatchdog(seconds: number, automatic?: boolean): void;
  kickWatchdog(): void;
  on(event: "init" | "kill", then: () => void): void;
  on(event: "errorFlag", then: (flags: string[]) => void): void;
  getSizeOf(value: unknown, depth?: number): number;
  toString(data: unknown): string;
  toUint8Array(...data: unknown[]): Uint8Array;
  toArrayBuffer(text: string): ArrayBuffer;
  getAddressOf(value: unknown, flat?: boolean): number;
  memoryArea(address: number, length: number): string;
  nativeCall(address: number, signature: string, code?: string): (...args: never[]) => unknown;
  getPowerUsage(): { readonly total: number };
};

declare function reset(clearFlash?: boolean): void;
declare function load(file?: string): void;
declare function quit(): void;
declare function getSerial(): string;
declare function setSleepIndicator(pin: Pin): void;
declare function setBusyIndicator(pin: Pin): void;
