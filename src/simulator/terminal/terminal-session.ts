// Joins the terminal app to a real terminal: raw input in, frames out, and the terminal as it was at the end, whatever
// happened. It needs standard input and output to be a terminal.
import { ENTER_SCREEN, frameText, LEAVE_SCREEN } from "./ansi.ts";
import { FRAME_COLUMNS, FRAME_ROWS } from "./frame.ts";
import { keyEvents } from "./key-events.ts";
import type { TerminalApp } from "./terminal-app.ts";

/** How often the list is brought up to date with the depot's books. */
const REFRESH_MS = 2000;

/** Whether this process has a terminal to draw on. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

function draw(app: TerminalApp): void {
  const { columns, rows } = process.stdout;
  const fits = columns >= FRAME_COLUMNS && rows >= FRAME_ROWS;
  const small = `This window has ${columns} x ${rows} characters; it needs ${FRAME_COLUMNS} x ${FRAME_ROWS}.`;
  process.stdout.write(frameText(fits ? app.frame() : [small]));
}

/**
 * Runs the app until the person leaves.
 * @throws whatever the app or the firmware threw, after the terminal was restored
 */
export async function runTerminal(app: TerminalApp): Promise<void> {
  const { stdin, stdout } = process;
  let finish: (error?: Error) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error));
  });
  const redraw = (): void => draw(app);
  const take = (input: Buffer): void => {
    for (const event of keyEvents(input.toString("utf8"))) void app.handle(event);
  };
  const refresh = setInterval(() => void app.refresh().catch(finish), REFRESH_MS);
  const fail = (error: Error): void => finish(error);

  app.onChange = redraw;
  app.onQuit = () => finish();
  process.on("uncaughtException", fail);
  process.once("SIGTERM", () => finish());
  stdin.setRawMode(true);
  stdin.resume().on("data", take);
  stdout.on("resize", redraw).write(ENTER_SCREEN);
  try {
    await app.refresh();
    await finished;
  } finally {
    clearInterval(refresh);
    process.off("uncaughtException", fail);
    app.onChange = () => undefined;
    stdout.off("resize", redraw).write(LEAVE_SCREEN);
    stdin.off("data", take).pause().setRawMode(false);
  }
}
