// Bytes of a terminal in raw mode as key events. Sequences: ECMA-48 and what xterm sends; unknown ones are dropped.

/** A key of the computer's keyboard. */
export type KeyEvent =
  | { kind: "character"; character: string }
  | { kind: "enter" | "back" | "up" | "down" | "page-up" | "page-down" | "interrupt" };

const SEQUENCES: readonly (readonly [string, KeyEvent])[] = [
  ["\x1b[A", { kind: "up" }],
  ["\x1bOA", { kind: "up" }],
  ["\x1b[B", { kind: "down" }],
  ["\x1bOB", { kind: "down" }],
  ["\x1b[5~", { kind: "page-up" }],
  ["\x1b[6~", { kind: "page-down" }],
];

/** A sequence this terminal has no use for; its length in characters, 0 when it is none. */
function unknownSequence(text: string): number {
  return /^\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[@-~])/.exec(text)?.[0].length ?? 0;
}

function single(character: string): KeyEvent | undefined {
  if (character === "\r" || character === "\n") return { kind: "enter" };
  if (character === "\x7f" || character === "\b" || character === "\x1b") return { kind: "back" };
  if (character === "\x03" || character === "\x04") return { kind: "interrupt" };
  return character >= " " ? { kind: "character", character } : undefined;
}

/** The events in a piece of input. An escape alone is the Back key. */
export function keyEvents(input: string): KeyEvent[] {
  const events: KeyEvent[] = [];
  let rest = input;
  while (rest !== "") {
    const known = SEQUENCES.find(([sequence]) => rest.startsWith(sequence));
    const skipped = known === undefined ? unknownSequence(rest) : 0;
    const event = known?.[1] ?? (skipped > 0 ? undefined : single(rest.charAt(0)));
    if (event !== undefined) events.push(event);
    rest = rest.slice(known?.[0].length ?? Math.max(skipped, 1));
  }
  return events;
}
