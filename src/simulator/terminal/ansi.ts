// The few terminal control sequences (ECMA-48) that the simulator uses, and text cut to a width. No cursor games: a
// frame is always drawn whole.

const ESCAPE = "\x1b[";

/** How a piece of text looks. Values are SGR parameters, ECMA-48 §8.3.117. */
export type Style = "plain" | "bold" | "dim" | "inverse" | "green" | "red" | "amber" | "cyan";

const SGR: Readonly<Record<Style, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  inverse: "7",
  green: "32;1",
  red: "31;1",
  amber: "33;1",
  cyan: "36",
};

/** Text in a style; the style ends with the text. */
export function styled(style: Style, text: string): string {
  return style === "plain" || text === "" ? text : `${ESCAPE}${SGR[style]}m${text}${ESCAPE}0m`;
}

/** Plain text cut or filled with blanks to exactly `width` columns. */
export function fit(text: string, width: number): string {
  const cut = [...text].slice(0, width).join("");
  return cut + " ".repeat(width - [...cut].length);
}

/** A line without its styles: what a snapshot shows. */
export function withoutStyles(line: string): string {
  return line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
}

/** Breaks text into lines of at most `width` columns, at spaces; a longer word is cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word.slice(0, width) : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Takes the terminal's second screen, hides the cursor. */
export const ENTER_SCREEN = `${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}2J`;
/** Gives the first screen and the cursor back. */
export const LEAVE_SCREEN = `${ESCAPE}?25h${ESCAPE}?1049l`;

/** A whole frame from the upper left corner; each line is cleared to its end, and no line break scrolls the last. */
export function frameText(lines: readonly string[]): string {
  return `${ESCAPE}H${lines.map((line) => `${line}${ESCAPE}K`).join("\r\n")}${ESCAPE}J`;
}
