// What a simulated handheld needs from the program that runs its bundle, and what it offers in return. Types only:
// `src/simulator` imports them, the bundle gets the object itself under the name `host`. No Node, no DOM.

/** One drawing step; a flip hands over all steps since the last clear. */
export interface DrawStep {
  kind: "text" | "bar";
  x: number;
  y: number;
  /** Text: 1, 2 or 3 times 6 × 8 pixels. */
  size: number;
  text: string;
  inverted: boolean;
  /** Bar: its last column and row. */
  x2: number;
  y2: number;
}

/** The handheld's inputs, given to the host once the firmware runs. */
export interface SimInputs {
  /** A key, 0…15; see hal/contract/keypad.ts. */
  key(key: number): void;
  /** Raw bytes from the scanner's line, as text. */
  scan(raw: string): void;
  /** Bytes into the service port; the answer's bytes, if any. What it says by itself later comes before the next answer. */
  service(bytes: Uint8Array): Uint8Array;
  /** The link came back. */
  linkUp(): void;
}

/** A flash chip, as an interpreter's port sees it. What it holds is all that is left when the power fails. */
export interface FlashChip {
  /** Size in bytes, whole pages. */
  bytes: number;
  /** Bytes that are erased together. */
  pageBytes: number;
  /** A copy of what reads at `address` now. */
  readBytes(address: number, length: number): Uint8Array;
  /** Clears bits, 1 → 0: what reads afterwards is the AND of old and new. Address and length: whole words. */
  program(address: number, data: Uint8Array): void;
  /** Sets the page at `address` to 0xFF. */
  erasePage(address: number): void;
}

/** Everything outside the handheld's firmware. */
export interface SimHost {
  /** Throws {@link POWER_CUT} out of a write in which the power fails, and out of everything after it. */
  chip: FlashChip;
  now_s(): number;
  setClock(now_s: number): void;
  clockIsSet(): boolean;
  /** Calls `then` after `delay_ms`; returns a cancel function. After a power cut no timer may fire. */
  after(delay_ms: number, then: () => void): () => void;
  random(length: number): Uint8Array;
  linkIsUp(): boolean;
  /** Posts; calls `done` once with the HTTP status (0: no connection) and the body. */
  post(url: string, body: Uint8Array, done: (status: number, body: Uint8Array) => void): void;
  battery(): number;
  isDocked(): boolean;
  flip(steps: DrawStep[]): void;
  play(tone: number): void;
  /** The interpreter's console was opened or closed. */
  openConsole?(open: boolean): void;
  /** Starts the firmware anew. */
  reboot?(): void;
  /** Called once at the end of start-up. */
  ready(inputs: SimInputs): void;
}

/** Thrown out of the firmware when the host cut the power inside a write. */
export const POWER_CUT = "power cut";
