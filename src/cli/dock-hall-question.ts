// Puts a yes-or-no question to the person at the terminal, one key for the answer. It keeps nothing of what is typed.
import type { ReadStream } from "node:tty";

/** The keyboard it listens to. */
export type Keyboard = Pick<ReadStream, "on" | "off" | "resume" | "pause" | "setRawMode">;

const YES = /^[yY]/;
const NO = /^[nN\r\n\x1b]/;
const BREAK = "\u0003";

/**
 * Waits for y, or for n, Return or Escape; other keys do nothing.
 * @param show shows the question; called with "" when it is over
 * @param broken called at Ctrl-C, which raw keys do not turn into a signal
 * @param withdrawn the answer is no once it is aborted
 */
export function askYesNo(
  keyboard: Keyboard,
  question: string,
  show: (question: string) => void,
  broken: () => void,
  withdrawn: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean): void => {
      keyboard.off("data", key);
      withdrawn.removeEventListener("abort", withdraw);
      keyboard.setRawMode(false);
      keyboard.pause();
      show("");
      resolve(answer);
    };
    const withdraw = (): void => end(false);
    const key = (bytes: Buffer): void => {
      const text = bytes.toString("latin1");
      if (text.startsWith(BREAK)) broken();
      else if (YES.test(text)) end(true);
      else if (NO.test(text)) end(false);
    };
    show(`${question} [y/N]`);
    keyboard.setRawMode(true);
    keyboard.resume();
    keyboard.on("data", key);
    withdrawn.addEventListener("abort", withdraw);
    if (withdrawn.aborted) withdraw();
  });
}
