// The console driver against scripted consoles: numbers, lost and damaged lines, XOFF, an end at any moment.
import assert from "node:assert/strict";
import type { ByteStream } from "../../../src/dock/byte-stream.ts";
import { BenchFault } from "../../../src/technician/faults.ts";
import { FlashError } from "../../../src/technician/flash/flash-error.ts";
import { isKnownGood } from "../../../src/technician/flash/flash-handheld.ts";
import { InterpreterConsole } from "../../../src/technician/flash/interpreter-console.ts";

/** A console whose lines a script answers. */
class ScriptedConsole implements ByteStream {
  readonly lines: string[] = [];
  written = "";
  private data: (bytes: Uint8Array) => void = () => undefined;
  private closed: (reason: string) => void = () => undefined;
  private held = "";
  private readonly script: (number: string, line: string) => string | undefined;

  constructor(script: (number: string, line: string) => string | undefined) {
    this.script = script;
  }

  write(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString("latin1");
    this.written += text;
    this.held += text;
    for (let at = this.held.indexOf("\n"); at >= 0; at = this.held.indexOf("\n")) {
      const line = this.held.slice(0, at);
      this.held = this.held.slice(at + 1);
      this.lines.push(line);
      const answer = this.script(/"<<"\+"(\d+):"/.exec(line)?.[1] ?? "", line);
      if (answer !== undefined) setImmediate(() => this.say(answer));
    }
  }

  say(text: string): void {
    this.data(Buffer.from(text, "latin1"));
  }

  end(reason: string): void {
    this.closed(reason);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.data = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
  }

  close(): void {
    this.end("closed here");
  }
}

function answered(number: string, value: string): string {
  return `<<${number}:${value}:${number}>>\r\n>`;
}

async function rejectsWith(number: number, run: () => Promise<unknown>): Promise<void> {
  await assert.rejects(run, (error) => error instanceof FlashError && error.number === number);
}

describe("the interpreter's console", function () {
  this.timeout(20_000);

  it("takes an answer under its own number only, in whatever pieces it comes", async () => {
    const stream = new ScriptedConsole((number) => `<<9${number}:1:9${number}>>\r\n${answered(number, "[2]")}`);
    assert.deepEqual(await new InterpreterConsole(stream).askAgain("x"), [2]);
    const slow = new ScriptedConsole((number) => {
      for (const character of answered(number, `"a<<b"`)) setImmediate(() => slow.say(character));
      return undefined;
    });
    assert.equal(await new InterpreterConsole(slow).askAgain("x"), "a<<b");
  });

  it("gives the interpreter's words when an expression throws", async () => {
    const stream = new ScriptedConsole((number) => `<<${number}!Error: no room:${number}>>\r\n`);
    await assert.rejects(() => new InterpreterConsole(stream).askAgain("x"), /1011|no room/);
  });

  it("asks a damaged line again", async () => {
    let times = 0;
    const stream = new ScriptedConsole((number) =>
      ++times === 1 ? "Uncaught SyntaxError: Got ?[ERASED]\r\n at line 1\r\n" : answered(number, "5"),
    );
    assert.equal(await new InterpreterConsole(stream).askAgain("x"), 5);
  });

  it("has two lines under way at most, and gets all answers in order though one is damaged", async () => {
    let underWay = 0;
    let most = 0;
    let damaged = false;
    const stream: ScriptedConsole = new ScriptedConsole((number, line) => {
      most = Math.max(most, ++underWay);
      const isDamaged = line.includes("stringify(7)") && !damaged;
      damaged ||= isDamaged;
      const answer = answered(number, /stringify\((\d+)\)/.exec(line)?.[1] ?? "");
      setTimeout(() => {
        underWay--;
        stream.say(isDamaged ? "Uncaught SyntaxError: what\r\n" : answer);
      }, 3);
      return undefined;
    });
    const values: unknown[] = [];
    const asked = Array.from({ length: 20 }, (_, i) => String(i));
    await new InterpreterConsole(stream).askAll(asked, (value, number) => {
      assert.equal(value, number);
      values.push(value);
    });
    assert.deepEqual(values, asked.map(Number));
    assert.equal(most, 2);
  });

  it("stops at XOFF and goes on at XON", async () => {
    const stream = new ScriptedConsole((number) => answered(number, "1"));
    const console = new InterpreterConsole(stream);
    stream.say("\x13");
    const answer = console.askAgain("x".repeat(1000));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(stream.written, "");
    stream.say("\x11");
    assert.equal(await answer, 1);
  });

  it("says at once that the connection ended, and that nobody answers", async () => {
    const stream = new ScriptedConsole(() => undefined);
    const console = new InterpreterConsole(stream);
    const answer = console.askAgain("x");
    stream.end("unplugged");
    await rejectsWith(BenchFault.FlashConsoleLost, () => answer);
    await rejectsWith(BenchFault.FlashConsoleLost, () => console.askAgain("y"));
    await rejectsWith(BenchFault.FlashNoConsole, () =>
      new InterpreterConsole(new ScriptedConsole(() => "\xa5garbage")).hello(50),
    );
    await rejectsWith(BenchFault.FlashConsoleLost, () =>
      new InterpreterConsole(new ScriptedConsole(() => undefined)).askAgain("x", 20),
    );
  });

  it("knows which interpreters bundles were tested on", () => {
    assert.deepEqual(["2v29", "2v29.277", "2v30", "3v01"].map(isKnownGood), [true, true, true, true]);
    assert.deepEqual(["2v28", "1v99", "2v28.300", "new"].map(isKnownGood), [false, false, false, false]);
  });
});
