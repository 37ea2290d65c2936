// A board: real or simulated parts, handed to the app as one struct. The app never asks which board it is on.
import type { Clock } from "./clock.ts";
import type { Display } from "./display.ts";
import type { Entropy } from "./entropy.ts";
import type { Flash, FlashGround } from "./flash.ts";
import type { Hash } from "./hash.ts";
import type { Keypad } from "./keypad.ts";
import type { Link } from "./link.ts";
import type { Power } from "./power.ts";
import type { Scanner } from "./scanner.ts";
import type { Service } from "./service.ts";
import type { Sounder } from "./sounder.ts";
import type { FaultNumber } from "../../src/shared/faults.ts";

/** What a board may spend; the build and the interpreter's tests fail above it. */
export interface BoardBudget {
  /** Minified bundle, bytes. */
  bundle_bytes: number;
  /** Interpreter variables at idle, started from `.boot0`. */
  variables_idle: number;
  /** Interpreter variables at their peak. */
  variables_peak: number;
  /** All of Storage, bytes. */
  storage_bytes: number;
  /** Address at which Storage begins, bytes that are erased together, and bytes of each of the two bundle slots. */
  storage_start: number;
  page_bytes: number;
  slot_bytes: number;
  /** Parcels of the largest round it carries, every one protected. */
  parcels: number;
}

/** The parts of one handheld. */
export interface Board {
  /** Lower case, as in `dist/<name>/`. */
  readonly name: string;
  readonly parcelsMax: number;
  clock: Clock;
  display: Display;
  entropy: Entropy;
  flash: Flash;
  /** The chip under {@link flash}: only the technician's commands touch it. */
  ground: FlashGround;
  hash: Hash;
  keypad: Keypad;
  link: Link;
  power: Power;
  scanner: Scanner;
  service: Service;
  sounder: Sounder;
  /** Interpreter's version and the bundle's slot, for example "2v29 a". */
  about(): string;
  /**
   * A bench's own commands, SPEC.md §10.4; boards in the field know none.
   * @param screen the view as text, lines joined by LF
   * @returns the answer's data behind the fault, or the fault
   */
  bench(command: number, data: Uint8Array, screen: string): Uint8Array | FaultNumber;
  /** Gives the interpreter's console its port back, or closes it. */
  openConsole(open: boolean): void;
  /** Starts anew. */
  reboot(): void;
  /** Called once, when the app listens to every part: from here on inputs may arrive. */
  started(): void;
}
