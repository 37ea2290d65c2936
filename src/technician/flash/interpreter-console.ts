// An interpreter's console on a byte stream: one expression a line, each answer under its question's number, so that a
// late one is never taken for another's. It trusts no acknowledgement but a printed value. XOFF stops what it sends.
import type { ByteStream } from "../../dock/byte-stream.ts";
import { BenchFault } from "../faults.ts";
import { FlashError } from "./flash-error.ts";

/** Milliseconds for an answer; erasing a few pages is well below it on a board. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** Questions that may be under way. */
export const WINDOW = 2;

/** Milliseconds for the first answer: enough for a person to see that the port is the wrong one. */
const HELLO_TIMEOUT_MS = 4000;
const CLEAR_MS = 500;
const ATTEMPTS = 3;
/** Bytes handed to the stream at a time; between them an XOFF is seen. */
const CHUNK_BYTES = 256;
const KEPT_CHARACTERS = 65_536;

const XON = 0x11;
const XOFF = 0x13;
const DLE = "\x10"; // first on a line: the console does not echo it
/** Clears a line of which a piece was lost. The letter makes sure that there is one: Ctrl-C alone ends some consoles. */
const CLEAR_LINE = "x\x03";

/** What answers. */
export interface InterpreterName {
  /** For example `2v29` or `2v29.277`. */
  version: string;
  /** For example `LINUX`. */
  board: string;
}

/** A question may be asked again: a piece of it or of its answer was lost, or nobody is there. */
class Unheard extends Error {}

interface Question {
  number: number;
  settle(found: string | Error): void;
}

/** A console. */
export class InterpreterConsole {
  private readonly stream: ByteStream;
  private readonly waiting: Question[] = [];
  private received = "";
  private outgoing: Uint8Array[] = [];
  private isPumping = false;
  private isHeld = false;
  private questions = 0;
  private gone: string | undefined;

  /** @param closed called when the stream ends */
  constructor(stream: ByteStream, closed: () => void = () => undefined) {
    this.stream = stream;
    stream.onData((bytes) => this.take(bytes));
    stream.onClose((reason) => {
      this.gone = reason;
      closed();
      for (const question of [...this.waiting]) question.settle(this.lost());
    });
  }

  /**
   * Makes sure that an interpreter's console is at the other end.
   * @throws FlashError 1001
   */
  async hello(timeout_ms: number = HELLO_TIMEOUT_MS): Promise<InterpreterName> {
    try {
      const said = await this.ask(`[process.env.VERSION,process.env.BOARD]`, timeout_ms);
      if (Array.isArray(said)) return { version: String(said[0]), board: String(said[1]) };
    } catch (error) {
      if (!(error instanceof Unheard) && !(error instanceof FlashError)) throw error;
    }
    const words = "no interpreter's console answers; where Parola runs it is off: give the handheld's --ticket";
    throw new FlashError(BenchFault.FlashNoConsole, words);
  }

  /**
   * Evaluates an expression that may as well be evaluated twice, and again when nothing answers.
   * @param expression printable ASCII
   * @returns its value, carried as JSON; undefined for undefined
   * @throws FlashError 1002 when nothing answers, 1011 with the interpreter's message when it throws
   */
  async askAgain(expression: string, timeout_ms: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(expression, timeout_ms);
      } catch (error) {
        if (!(error instanceof Unheard)) throw error;
        if (attempt === ATTEMPTS) throw new FlashError(BenchFault.FlashConsoleLost, error.message);
        await this.clearLine();
      }
    }
  }

  /**
   * Asks many, {@link WINDOW} at a time, each as {@link askAgain}.
   * @param answered called with each answer, in the order of the questions
   */
  async askAll(expressions: readonly string[], answered: (value: unknown, number: number) => void): Promise<void> {
    for (let first = 0; first < expressions.length;) {
      const from = first;
      const underWay: Promise<unknown>[] = [];
      const asked = (number: number): Promise<unknown> => {
        const answer = this.ask(expressions[number] ?? "");
        answer.catch(() => undefined); // it is awaited in its turn
        return answer;
      };
      while (underWay.length < WINDOW && from + underWay.length < expressions.length) {
        underWay.push(asked(from + underWay.length));
      }
      for (let number = from; underWay.length > 0; number++) {
        try {
          answered(await underWay.shift(), number);
        } catch (error) {
          if (!(error instanceof Unheard)) throw error;
          await Promise.allSettled(underWay.splice(0));
          await this.clearLine();
          answered(await this.askAgain(expressions[number] ?? ""), number);
          first = number + 1;
          break;
        }
        first = number + 1;
        const next = number + 1 + underWay.length;
        if (next < expressions.length) underWay.push(asked(next));
      }
    }
  }

  /** Sends a last line, gives it a moment to go out, and closes. */
  async leave(line: string): Promise<void> {
    this.send(`${DLE}${line}\n`);
    await new Promise((resolve) => setTimeout(resolve, CLEAR_MS));
    this.close();
  }

  close(): void {
    this.stream.close();
  }

  private ask(expression: string, timeout_ms: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    const number = ++this.questions;
    if (this.gone !== undefined) return Promise.reject(this.lost());
    return new Promise((resolve, reject) => {
      const settle = (found: string | Error): void => {
        clearTimeout(timer);
        this.waiting.splice(this.waiting.indexOf(question), 1);
        if (typeof found !== "string") reject(found);
        else resolve(found === "undefined" ? undefined : JSON.parse(found));
      };
      const question = { number, settle };
      const timer = setTimeout(() => {
        settle(new Unheard(`the interpreter did not answer within ${timeout_ms / 1000} s`));
      }, timeout_ms);
      this.waiting.push(question);
      // The marks are printed from two halves, so an echo of the question is not an answer.
      const value = `print("<<"+"${number}:"+JSON.stringify(${expression})+":${number}"+">>")`;
      this.send(`${DLE}try{${value}}catch(e){print("<<"+"${number}!"+e+":${number}"+">>")}\n`);
    });
  }

  private lost(): FlashError {
    return new FlashError(BenchFault.FlashConsoleLost, `the connection to the console ended: ${this.gone ?? ""}`);
  }

  private take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === XOFF) this.isHeld = true;
      else if (byte === XON) this.isHeld = false;
      else this.received += String.fromCharCode(byte);
    }
    this.pump();
    while (this.answerOne());
    if (this.waiting.length === 0 || this.received.length > KEPT_CHARACTERS) this.received = "";
  }

  /** Settles the oldest question that has its answer; whether there was one. */
  private answerOne(): boolean {
    const [oldest] = this.waiting;
    for (const question of this.waiting) {
      const { number } = question;
      const match = new RegExp(`<<${number}([:!])([^\\r\\n]*?):${number}>>`).exec(this.received);
      if (match === null) continue;
      this.received = this.received.slice(match.index + match[0].length);
      const [, kind, text = ""] = match;
      const refused = new FlashError(BenchFault.FlashRefused, `the interpreter refused: ${text}`);
      question.settle(kind === ":" ? text : refused);
      return true;
    }
    // What it could not even read was damaged on the way.
    const complaint = /Uncaught SyntaxError[^\r\n]*[\r\n]/.exec(this.received);
    if (complaint === null || oldest === undefined) return false;
    this.received = this.received.slice(complaint.index + complaint[0].length);
    oldest.settle(new Unheard("the interpreter received a damaged line"));
    return true;
  }

  private async clearLine(): Promise<void> {
    this.isHeld = false; // the XON may be what was lost
    this.outgoing = [];
    this.send(CLEAR_LINE);
    await new Promise((resolve) => setTimeout(resolve, CLEAR_MS));
  }

  private send(text: string): void {
    const bytes = Buffer.from(text, "latin1");
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) this.outgoing.push(bytes.subarray(at, at + CHUNK_BYTES));
    this.pump();
  }

  /** Sends what waits, a chunk at a time, unless held. */
  private pump(): void {
    if (this.isPumping || this.isHeld || this.gone !== undefined) return;
    const chunk = this.outgoing.shift();
    if (chunk === undefined) return;
    this.stream.write(chunk);
    this.isPumping = true;
    setImmediate(() => {
      this.isPumping = false;
      this.pump();
    });
  }
}
