// What happened in a simulated run, a line each, in order: the same seed must write the same lines. The end of it is
// shown with a violation.
import { createHash } from "node:crypto";

/** The lines of one run. */
export class Trace {
  private readonly lines: string[] = [];
  private readonly counts = new Map<string, number>();

  /** @param what kind of event; counted */
  note(at_ms: number, what: string, more = ""): void {
    this.counts.set(what, this.count(what) + 1);
    this.lines.push(`${clock(at_ms)} ${what}${more === "" ? "" : ` ${more}`}`);
  }

  /** How often something happened. */
  count(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  /** Every kind of event that happened, and how often. */
  totals(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** SHA-256 over all lines, hexadecimal. */
  digest(): string {
    return createHash("sha256").update(this.lines.join("\n")).digest("hex");
  }

  /** The last lines, oldest first. */
  tail(count: number): string {
    return this.lines.slice(-count).join("\n");
  }
}

/** Time within the run's days, to the millisecond. */
function clock(at_ms: number): string {
  return new Date(at_ms).toISOString().slice(8, 23);
}
