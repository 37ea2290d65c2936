// What the person at the docks sees of a hall when there is no terminal: a line for each event worth one, in words or JSON.
// The board for a terminal is dock-hall-board.ts. Never a key, a code or a tracking number.
import type { HallEvent } from "../dock/hall/hall-event.ts";
import { type HallTotals, totalsWords } from "../dock/hall/tally.ts";

/** Shows a hall. */
export interface HallDisplay {
  /** Says what the person at the docks may do; only a terminal shows it. */
  begin(words: string): void;
  tell(event: HallEvent): void;
  /** A word of the program's own, beside the ports. */
  note(words: string): void;
  /** The last thing shown. */
  end(totals: HallTotals): void;
}

/** Who is at a port, in words; undefined while nobody answered. */
export function deviceWords(device: number | undefined): string | undefined {
  if (device === undefined) return undefined;
  return device === 0 ? "no key" : `handheld ${device}`;
}

const WORTH_A_LINE = new Set<HallEvent["at"]>(["question", "maintenance", "verdict", "left", "depot"]);

/** Lines of words. */
export class LineDisplay implements HallDisplay {
  private readonly write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  begin(): void {
    // nobody is there to read it
  }

  tell(event: HallEvent): void {
    const who = deviceWords(event.device);
    const begins = event.at === "hello" && event.device !== 0;
    if (!begins && !WORTH_A_LINE.has(event.at)) return;
    this.write(`${[event.port, who, event.words].filter((word) => word !== undefined).join(": ")}\n`);
  }

  note(words: string): void {
    this.write(`${words}\n`);
  }

  end(totals: HallTotals): void {
    this.write(`${totalsWords(totals)}\n`);
  }
}

/** Of the many "loading" events of a port, those that reach another tenth. */
class Tenths {
  private readonly last = new Map<string, number>();

  isNew({ port, at, sent = 0, total = 0 }: HallEvent): boolean {
    if (at !== "loading") {
      this.last.delete(port);
      return true;
    }
    const tenth = Math.floor((sent * 10) / Math.max(total, 1));
    if (this.last.get(port) === tenth) return false;
    this.last.set(port, tenth);
    return true;
  }
}

/** One JSON object a line: events, then `{"totals":{…},"words":…}`. */
export class JsonDisplay implements HallDisplay {
  private readonly write: (text: string) => void;
  private readonly tenths = new Tenths();

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  begin(): void {
    // not an event
  }

  tell(event: HallEvent): void {
    if (this.tenths.isNew(event)) this.write(`${JSON.stringify(event)}\n`);
  }

  note(words: string): void {
    this.write(`${JSON.stringify({ words })}\n`);
  }

  end(totals: HallTotals): void {
    this.write(`${JSON.stringify({ totals, words: totalsWords(totals) })}\n`);
  }
}
