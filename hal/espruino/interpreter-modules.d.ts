// Built-in modules and graphics of the Espruino interpreter: second part of interpreter.d.ts, which says what these are.

declare function require(name: "Storage"): StorageModule;
declare function require(name: "crypto"): CryptoModule;
declare function require(name: "net"): NetModule;
declare function require(name: "http"): HttpModule;
declare function require(name: "fs"): FileModule;
declare function require(name: "Flash"): FlashModule;
declare function require(name: "Wifi"): WifiModule;

interface StorageModule {
  /** A string, one character a byte: mapped where the flash is, else read; undefined when there is no such file. */
  read(name: string, offset?: number, length?: number): string | undefined;
  /** A buffer over the flash itself where that is mapped; undefined when there is no such file. */
  readArrayBuffer(name: string): ArrayBuffer | undefined;
  /** False, or a throw, when it does not fit; compacts by itself first. Offsets above 0 append to a preallocated file. */
  write(name: string, data: string | Uint8Array | ArrayBuffer, offset?: number, size?: number): boolean;
  erase(name: string): void;
  eraseAll(): void;
  /** Not power-safe. */
  compact(showMessage?: boolean): void;
  getFree(checkInternal?: boolean): number;
  getStats(): {
    readonly freeBytes: number;
    readonly fileBytes: number;
    readonly fileCount: number;
    readonly trashBytes: number;
    readonly trashCount: number;
  };
  hash(pattern?: RegExp): number;
  list(pattern?: RegExp): string[];
}

interface CryptoModule {
  /** Absent on boards without it, such as Jolt.js. */
  SHA256?(data: string | Uint8Array | ArrayBuffer): ArrayBuffer;
}

interface Socket {
  on(event: "data", then: (text: string) => void): void;
  on(event: "close", then: (hadError: boolean) => void): void;
  on(event: "error", then: (error: unknown) => void): void;
  on(event: "drain" | "end", then: () => void): void;
  available(): number;
  read(bytes?: number): string | undefined;
  write(text: string): boolean;
  end(text?: string): void;
}
interface NetModule {
  connect(options: { host: string; port: number }, connected: (socket: Socket) => void): Socket;
  createServer(connected: (socket: Socket) => void): { listen(port: number): void; close(): void };
}

/** Takes an address apart. */
declare const url: {
  parse(address: string): { readonly host: string; readonly port: number | null; readonly path: string };
};

interface HttpResponse {
  readonly statusCode: number | string;
  readonly headers: { [name: string]: string };
  on(event: "data", then: (text: string) => void): void;
  on(event: "close", then: () => void): void;
  on(event: "error", then: (error: unknown) => void): void;
}
interface HttpRequest {
  on(event: "error", then: (error: unknown) => void): void;
  on(event: "close" | "drain", then: () => void): void;
  write(text: string): boolean;
  end(text?: string): void;
}
interface HttpOptions {
  host: string;
  port?: number;
  path: string;
  method: "GET" | "POST";
  protocol?: "http:" | "https:";
  headers?: { [name: string]: string | number };
}
interface HttpModule {
  request(options: HttpOptions, then: (response: HttpResponse) => void): HttpRequest;
}

/** Files of the host; Linux build. */
interface FileModule {
  readFileSync(path: string): string | undefined;
  writeFileSync(path: string, data: string): boolean;
  appendFileSync(path: string, data: string): boolean;
  statSync(path: string): { readonly size: number; readonly dir: boolean } | undefined;
}

interface FlashModule {
  read(length: number, address: number): Uint8Array;
  write(data: Uint8Array, address: number): void;
  erasePage(address: number): void;
  getPage(address: number): { readonly addr: number; readonly length: number } | undefined;
  getFree(): { readonly addr: number; readonly length: number }[];
}

/** Boards with WiFi. */
interface WifiModule {
  connect(network: string, options: { password?: string }, then: (error: string | null) => void): void;
  disconnect(then?: () => void): void;
  getDetails(): { readonly status: string; readonly rssi?: number };
  on(event: "connected" | "disconnected" | "associated", then: (details: unknown) => void): void;
  setHostname(name: string): void;
  stopAP(): void;
  save(what?: string): void;
}

interface Graphics {
  /** Backing store of an array buffer graphics. */
  readonly buffer: ArrayBuffer;
  clear(resetState?: boolean): this;
  clearRect(x1: number, y1: number, x2: number, y2: number): this;
  drawLine(x1: number, y1: number, x2: number, y2: number): this;
  drawRect(x1: number, y1: number, x2: number, y2: number): this;
  drawImage(image: unknown, x: number, y: number): this;
  drawString(text: string, x: number, y: number, solid?: boolean): this;
  fillRect(x1: number, y1: number, x2: number, y2: number): this;
  getWidth(): number;
  getHeight(): number;
  getPixel(x: number, y: number): number;
  setPixel(x: number, y: number, color?: number): this;
  /** `changed` area since the last call with `reset`. */
  getModified(
    reset?: boolean,
  ): { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number } | undefined;
  reset(): this;
  setBgColor(color: number): this;
  setColor(color: number): this;
  setClipRect(x1: number, y1: number, x2: number, y2: number): this;
  setFont(name: "4x6" | "6x8" | "Vector", scale?: number): this;
  setFontAlign(x: -1 | 0 | 1, y?: -1 | 0 | 1): this;
  setRotation(quarterTurns: 0 | 1 | 2 | 3, mirrored?: boolean): this;
  stringWidth(text: string): number;
  wrapString(text: string, width: number): string[];
  asBMP(): ArrayBuffer | string;
}
declare const Graphics: {
  createArrayBuffer(
    width: number,
    height: number,
    bitsPerPixel: 1 | 2 | 4 | 8 | 16,
    options?: { msb?: boolean; vertical_byte?: boolean; zigzag?: boolean; interleavex?: boolean },
  ): Graphics;
};
