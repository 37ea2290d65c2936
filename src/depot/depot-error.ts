// The one error class of the depot. Its message names what is wrong and where; it never holds codes, keys or proofs.
import type { DepotFault } from "./faults.ts";

const MESSAGE_MAX = 400;

/** Text that came from outside, fit for a terminal: no control characters, and an end. */
function printable(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, "?");
  return plain.length > MESSAGE_MAX ? `${plain.slice(0, MESSAGE_MAX)}…` : plain;
}

/** Something the depot refuses; nothing was changed when it is thrown out of a `Depot` method. */
export class DepotError extends Error {
  /** Fault number, 9xx, as in FAULTS.md. */
  readonly number: DepotFault;

  constructor(number: DepotFault, message: string) {
    super(printable(message));
    this.name = "DepotError";
    this.number = number;
  }
}
