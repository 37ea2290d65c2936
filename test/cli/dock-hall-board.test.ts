// What a person at a terminal sees of a hall and is asked, and the lines and JSON where there is no terminal.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { BoardDisplay, BoardRows } from "../../src/cli/dock-hall-board.ts";
import { JsonDisplay, LineDisplay } from "../../src/cli/dock-hall-display.ts";
import { askYesNo, type Keyboard } from "../../src/cli/dock-hall-question.ts";
import type { HallEvent } from "../../src/dock/hall/hall-event.ts";
import { Tally } from "../../src/dock/hall/tally.ts";

const COURSE: readonly HallEvent[] = [
  { port: "/dev/ttyUSB0", at: "opening", words: "opening" },
  { port: "/dev/ttyUSB0", device: 12, at: "hello", words: "3 unsent" },
  { port: "/dev/ttyUSB0", device: 12, at: "results", words: "results taken" },
  ...Array.from({ length: 100 }, (_, i): HallEvent => {
    return { port: "/dev/ttyUSB0", device: 12, at: "loading", sent: (i + 1) * 10, total: 1000, words: "loading" };
  }),
  { port: "/dev/ttyUSB0", device: 12, at: "verdict", verdict: "ready", fault: 0, words: "ready: all done" },
];

describe("the board of a hall", () => {
  it("has a line for each port: what it does, a bar while loading, then the verdict", () => {
    const rows = new BoardRows();
    for (const event of COURSE.slice(0, 53)) rows.tell(event);
    const [loading] = rows.lines(100, 5);
    assert.match(loading ?? "", /^\/dev\/ttyUSB0 +handheld 12 +█{12}░{12} {2}50 % loading$/);
    for (const event of COURSE.slice(53)) rows.tell(event);
    assert.match(rows.lines(100, 5)[0] ?? "", /handheld 12 +ready: all done$/);
    rows.tell({ port: "/dev/ttyUSB0", device: 12, at: "left", words: "taken out" });
    assert.match(rows.lines(100, 5)[0] ?? "", /taken out \(ready: all done\)$/);
  });

  it("fits the terminal: what is under way first, then what went wrong, and how many it leaves out", () => {
    const rows = new BoardRows();
    for (let i = 0; i < 10; i++) {
      rows.tell({ port: `p${i}`, device: i + 1, at: "verdict", verdict: "ready", fault: 0, words: "ready" });
    }
    rows.tell({ port: "p7", device: 8, at: "verdict", verdict: "refused", fault: 0, words: "refused" });
    rows.tell({ port: "p9", device: 10, at: "opening", words: "opening" });
    const lines = rows.lines(60, 3);
    assert.deepEqual(
      lines.map((line) => line.slice(0, 2)),
      ["p7", "p9", "… "],
    );
    assert.equal(lines[2], "… and 8 more ports");
    assert.ok(rows.lines(20, 3).every((line) => line.length <= 20));
  });

  it("draws rows, totals and the question on the terminal, and gives the cursor back", () => {
    let drawn = "";
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        drawn += chunk.toString();
        done();
      },
    });
    const terminal = Object.assign(stream, { isTTY: true, columns: 100, rows: 10 });
    const tally = new Tally();
    const board = new BoardDisplay(terminal, () => tally.totals());
    tally.said("/dev/ttyUSB0", 12);
    for (const event of COURSE.slice(0, 30)) board.tell(event);
    board.showQuestion("handheld 12 has no round; give it R7? [y/N]");
    board.redraw();
    assert.match(drawn, /give it R7\? \[y\/N\]/);
    assert.match(drawn, /0 of 1 ready, 1 loading/);
    tally.proved("/dev/ttyUSB0", 12);
    tally.concluded("/dev/ttyUSB0", 12, "ready");
    for (const event of COURSE.slice(30)) board.tell(event);
    board.end();
    assert.match(drawn, /handheld 12 +ready: all done/);
    assert.match(drawn, /1 of 1 ready/);
    assert.ok(drawn.lastIndexOf("\u001b[?25h") > drawn.lastIndexOf("\u001b[?25l"), "the cursor is shown again");
  });
});

describe("a hall without a terminal", () => {
  const totals = new Tally().totals();

  it("gets a line for each event worth one", () => {
    let text = "";
    const display = new LineDisplay((words) => (text += words));
    for (const event of COURSE) display.tell(event);
    display.end(totals);
    assert.deepEqual(text.split("\n"), [
      "/dev/ttyUSB0: handheld 12: 3 unsent",
      "/dev/ttyUSB0: handheld 12: ready: all done",
      "no handheld",
      "",
    ]);
  });

  it("gets well-formed JSON lines, one for each tenth of a load, the totals last", () => {
    let text = "";
    const display = new JsonDisplay((words) => (text += words));
    for (const event of COURSE) display.tell(event);
    display.end(totals);
    const lines = text.trimEnd().split("\n");
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(objects.filter(({ at }) => at === "loading").length, 11);
    assert.deepEqual(objects.at(-2), COURSE.at(-1));
    assert.deepEqual(objects.at(-1), { totals, words: "no handheld" });
  });
});

describe("a question at the docks", () => {
  class FakeKeyboard extends EventEmitter {
    raw: boolean[] = [];
    setRawMode(mode: boolean): void {
      this.raw.push(mode);
    }
    resume(): void {
      // nothing flows here but what the test types
    }
    pause(): void {
      // the same
    }
  }

  function ask(withdrawn = new AbortController()): {
    keyboard: FakeKeyboard;
    answer: Promise<boolean>;
    shown: string[];
    breaks: number[];
  } {
    const keyboard = new FakeKeyboard();
    const shown: string[] = [];
    const breaks: number[] = [];
    const answer = askYesNo(
      keyboard as unknown as Keyboard,
      "give it R7?",
      (question) => shown.push(question),
      () => breaks.push(1),
      withdrawn.signal,
    );
    return { keyboard, answer, shown, breaks };
  }

  it("takes y for yes, n, Return and Escape for no, and nothing else", async () => {
    for (const [key, expected] of [
      ["y", true],
      ["Y", true],
      ["n", false],
      ["\r", false],
      ["\u001b", false],
    ] as const) {
      const { keyboard, answer, shown } = ask();
      keyboard.emit("data", Buffer.from("x"));
      assert.deepEqual(keyboard.raw, [true], "still asked");
      keyboard.emit("data", Buffer.from(key));
      assert.equal(await answer, expected, JSON.stringify(key));
      assert.deepEqual(keyboard.raw, [true, false], "the terminal is given back");
      assert.deepEqual(shown, ["give it R7? [y/N]", ""]);
      assert.equal(keyboard.listenerCount("data"), 0);
    }
  });

  it("passes Ctrl-C on, and is no once withdrawn", async () => {
    const withdrawn = new AbortController();
    const { keyboard, answer, breaks } = ask(withdrawn);
    keyboard.emit("data", Buffer.from("\u0003"));
    assert.deepEqual(breaks, [1]);
    withdrawn.abort();
    assert.equal(await answer, false);
  });
});
