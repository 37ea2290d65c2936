// Why flashing failed: a bench fault's number and words for a person. It never carries a key.
import { BenchError } from "../bench-error.ts";

/** Flashing stopped, for the reason that FAULTS.md has under its number, 1001…1019. */
export class FlashError extends BenchError {
  constructor(number: number, message: string, options?: { cause: unknown }) {
    super(number, message);
    this.name = "FlashError";
    if (options !== undefined) this.cause = options.cause;
  }
}
