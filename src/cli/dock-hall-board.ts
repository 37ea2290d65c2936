// A hall of docks on a terminal: a line for each port with its progress or its verdict, and the totals below. It draws as
// many lines as the terminal has, what is under way first, and says how many it leaves out.
import { MultiBar, type Options, type SingleBar } from "cli-progress";
import { type HallEvent, isGood } from "../dock/hall/hall-event.ts";
import { type HallTotals, totalsWords } from "../dock/hall/tally.ts";
import { deviceWords, type HallDisplay } from "./dock-hall-display.ts";

const PORT_COLUMNS = 18;
const DEVICE_COLUMNS = 20;
const BAR_COLUMNS = 24;
/** Lines kept for totals, a question, and the cursor. */
const OTHER_LINES = 3;

interface Row {
  device: number | undefined;
  words: string;
  /** 0…1 while loading. */
  progress: number | undefined;
  /** 0 under way, 1 ended badly, 2 ended well or gone: the order when there is not room for all. */
  rank: 0 | 1 | 2;
}

/** The terminal it draws on. */
export type BoardStream = NodeJS.WritableStream & { columns?: number; rows?: number };

/** The rows of a hall as text. */
export class BoardRows {
  private readonly rows = new Map<string, Row>();

  tell(event: HallEvent): void {
    const before = this.rows.get(event.port);
    if (event.at === "depot") return;
    const row: Row = { device: event.device, words: event.words, progress: undefined, rank: 0 };
    if (event.at === "loading") row.progress = (event.sent ?? 0) / Math.max(event.total ?? 1, 1);
    if (event.at === "verdict") row.rank = event.verdict !== undefined && isGood(event.verdict) ? 2 : 1;
    if (event.at === "left") {
      row.words = before === undefined ? event.words : `${event.words} (${before.words})`;
      row.rank = 2;
    }
    this.rows.set(event.port, row);
  }

  /** At most `height` lines of at most `width` columns. */
  lines(width: number, height: number): string[] {
    const all = [...this.rows];
    const fitting = all.length <= height ? all : this.first(all, Math.max(height - 1, 0));
    const lines = fitting.map(([port, row]) => this.line(port, row).slice(0, width));
    if (all.length > height) lines.push(`… and ${all.length - fitting.length} more ports`.slice(0, width));
    return lines;
  }

  private first(all: [string, Row][], count: number): [string, Row][] {
    return all
      .map((entry, place) => ({ entry, place }))
      .sort((a, b) => a.entry[1].rank - b.entry[1].rank || a.place - b.place)
      .slice(0, count)
      .sort((a, b) => a.place - b.place)
      .map(({ entry }) => entry);
  }

  private line(port: string, { device, words, progress }: Row): string {
    const head = `${port.padEnd(PORT_COLUMNS)} ${(deviceWords(device) ?? "").padEnd(DEVICE_COLUMNS)} `;
    if (progress === undefined) return head + words;
    const done = Math.round(Math.min(progress, 1) * BAR_COLUMNS);
    const bar = "█".repeat(done) + "░".repeat(BAR_COLUMNS - done);
    return `${head}${bar} ${String(Math.floor(progress * 100)).padStart(3)} % ${words}`;
  }
}

/** The board. */
export class BoardDisplay implements HallDisplay {
  private readonly stream: BoardStream;
  private readonly totals: () => HallTotals;
  private readonly rows = new BoardRows();
  private readonly bars: MultiBar;
  private readonly lines: SingleBar[] = [];
  private question = "";
  private word = "";

  /** @param totals how the hall stands now */
  constructor(stream: BoardStream, totals: () => HallTotals) {
    this.stream = stream;
    this.totals = totals;
    const options: Options = {
      stream: stream,
      format: (_options, _params, payload: { text?: string }) => payload.text ?? "",
      clearOnComplete: false,
      stopOnComplete: false,
      gracefulExit: false,
      hideCursor: true,
      linewrap: false,
      fps: 8,
    };
    this.bars = new MultiBar(options);
    this.bars.on("update-pre", () => this.draw());
  }

  begin(words: string): void {
    this.note(words);
  }

  tell(event: HallEvent): void {
    this.rows.tell(event);
    if (event.at === "depot") this.word = `${event.port}: ${event.words}`;
    this.draw();
  }

  note(words: string): void {
    this.word = words;
    this.draw();
  }

  /** Shows a question below the ports; an empty one takes it away. */
  showQuestion(question: string): void {
    this.question = question;
    this.draw();
  }

  end(): void {
    this.question = "";
    this.redraw();
    this.bars.stop();
  }

  /** Draws at once what else is drawn a few times a second. */
  redraw(): void {
    this.draw();
    this.bars.update();
  }

  private draw(): void {
    const width = (this.stream.columns || 80) - 1; // 0: a terminal that does not know
    const height = Math.max((this.stream.rows || 24) - OTHER_LINES, 1);
    const below = this.question === "" ? this.word : this.question;
    const texts = [
      ...this.rows.lines(width, height),
      totalsWords(this.totals()).slice(0, width),
      below.slice(0, width),
    ];
    while (this.lines.length < texts.length) this.lines.push(this.bars.create(1, 0, { text: "" }));
    this.lines.forEach((line, i) => line.update(0, { text: texts[i] ?? "" }));
  }
}
