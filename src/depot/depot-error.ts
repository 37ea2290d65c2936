// The one error class of the depot. Its message names what is wrong and where; it never holds codes, keys or proofs.
import type { DepotFault } from "./faults.ts";

/** Something the depot refuses; nothing was changed when it is thrown out of a `Depot` method. */
export class DepotError extends Error {
  /** Fault number, 9xx, as in FAULTS.md. */
  readonly number: DepotFault;

  constructor(number: DepotFault, message: string) {
    super(message);
    this.name = "DepotError";
    this.number = number;
  }
}
