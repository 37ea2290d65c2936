// Asks an interpreter's console one expression at a time and waits for its printed value. Each question carries its
// own number, so a late answer is never taken for another's. It trusts no acknowledgement but a printed value.
import type { ConsolePort } from "./espruino-port.ts";

/** Milliseconds for an answer; a Storage write that compacts takes a few seconds on a board. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** Milliseconds for the first answer: enough for a person to see that the port is the wrong one. */
const HELLO_TIMEOUT_MS = 4000;

const DLE = "\x10"; // first on a line: the console does not echo it
/** Clears a line of which a piece was lost. The letter makes sure that there is one: Ctrl-C alone ends some consoles. */
const CLEAR_LINE = "x\x03";
const CLEAR_MS = 500;
const ATTEMPTS = 3;

/** Nothing answered in time: a piece of the question or of the answer was lost, or nobody is there. */
class Silence extends Error {}

/** A console that answers. */
export class InterpreterConsole {
  private readonly port: ConsolePort;
  private received = "";
  private arrived: () => void = () => undefined;
  private questions = 0;
  private isGone = false;

  constructor(port: ConsolePort) {
    this.port = port;
    port.onText((text) => {
      this.received += text;
      this.arrived();
    });
    port.onEnd(() => {
      this.isGone = true;
      this.arrived();
    });
  }

  /**
   * Makes sure that an interpreter's console is at the other end.
   * @returns the interpreter's version and board
   */
  async hello(): Promise<string> {
    try {
      return String(await this.ask(`process.env.VERSION+" "+process.env.BOARD`, HELLO_TIMEOUT_MS));
    } catch {
      throw new Error("no interpreter console answers; if Parola runs there already, its console is off");
    }
  }

  /**
   * Evaluates an expression that may as well be evaluated twice, and again when nothing answers.
   * @throws Error as {@link ask}
   */
  async askAgain(expression: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(expression);
      } catch (error) {
        if (!(error instanceof Silence) || attempt === ATTEMPTS) throw error;
        this.port.write(CLEAR_LINE);
        await new Promise((resolve) => setTimeout(resolve, CLEAR_MS));
      }
    }
  }

  /**
   * Evaluates an expression.
   * @param expression ASCII, without line ends
   * @returns its value, carried as JSON; undefined for undefined
   * @throws Error with the interpreter's message when it throws, or when nothing answers in time
   */
  async ask(expression: string, timeout_ms: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    const number = ++this.questions;
    this.received = "";
    // The marks are printed from two halves, so an echo of the question is not an answer.
    this.port.write(`${DLE}print("<<"+"${number}:"+JSON.stringify(${expression})+":${number}"+">>")\n`);
    const pattern = new RegExp(`<<${number}:(.*?):${number}>>`);
    const match = await this.until(() => pattern.exec(this.received) ?? this.complaint(), timeout_ms);
    if (typeof match === "string") throw new Error(match);
    return match[1] === "undefined" ? undefined : JSON.parse(match[1] ?? "");
  }

  private complaint(): string | undefined {
    if (this.isGone) return "the connection ended";
    return /Uncaught [^\r\n]*(?=[\r\n])/.exec(this.received)?.[0];
  }

  private until<T>(look: () => T | undefined, timeout_ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.arrived = () => undefined;
        reject(new Silence(`the interpreter did not answer within ${timeout_ms / 1000} s`));
      }, timeout_ms);
      this.arrived = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        this.arrived = () => undefined;
        resolve(found);
      };
      this.arrived();
    });
  }
}
