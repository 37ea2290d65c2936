// One frame of the terminal handheld: 24 lines of at most 80 columns from a state. Pure: the same state, the same
// frame. It decides nothing; keys and actions are the app's.
import type { DrawStep } from "../../../hal/sim/host.ts";
import { SCREEN_COLUMNS } from "../display-text.ts";
import { fit, styled, type Style, wrapText } from "./ansi.ts";
import type { RoundParcel } from "./depot-side.ts";
import { displayRows } from "./display-cells.ts";

export const FRAME_COLUMNS = 80;
export const FRAME_ROWS = 24;
/** Parcels on one page of the list. */
export const PAGE_PARCELS = 14;

const LEFT_COLUMNS = SCREEN_COLUMNS + 2;
const RIGHT_COLUMNS = FRAME_COLUMNS - LEFT_COLUMNS - 2;
const BODY_ROWS = 16;
const MESSAGE_ROWS = 3;

/** Everything a frame shows. */
export interface FrameState {
  drawing: readonly DrawStep[];
  isOn: boolean;
  /** Number of the last tone, hal/contract/sounder.ts. */
  tone: number;
  linkIsUp: boolean;
  day: string;
  depotUrl: string;
  parcels: readonly RoundParcel[];
  /** First page is 0. */
  page: number;
  /** Index of the chosen parcel; undefined before the first choice. */
  chosen: number | undefined;
  /** Shows the introduction instead of the list. */
  intro: boolean;
  /** Being typed: the number of a parcel to scan. */
  choosing: string | undefined;
  message: string;
}

/** Light and sound of each tone, hal/contract/sounder.ts, in its order. */
const TONES: readonly (readonly [Style, string])[] = [
  ["dim", "silent"],
  ["plain", "tick"],
  ["green", "one short beep"],
  ["red", "two low tones"],
  ["red", "one long tone"],
  ["amber", "two short beeps"],
];

const HELP = [
  " Handheld  0-9 digits  Enter OK  Esc/Backspace BACK  arrows  m MENU  r REASON",
  " You       s scan a parcel   c buyer's code   w type a wrong code   PgUp/PgDn",
  " World     n network   p pull the battery   l depot releases   x new code",
  "           t next day   h what to try   q quit",
];

function introLines(parcels: readonly RoundParcel[]): string[] {
  const first = parcels.findIndex(({ isProtected }) => isProtected) + 1;
  return [
    "This is a courier's handheld. Its real firmware runs",
    "here, its keys are on your keyboard. A depot runs",
    "beside it and has loaded today's round.",
    "",
    "Try this:",
    `  s ${first} Enter   scan a parcel that needs a code`,
    "  c           see the code, as its buyer does",
    "  Enter, the six digits, Enter: the verdict",
    "  w Enter     a wrong code; three lock the parcel,",
    "              Enter, then l: the depot releases it",
    "  n           no network: verdicts come all the same",
    "  p           pull the battery: nothing is lost",
    "  t           next day: new codes, old ones are dead",
    "",
    "Press s to begin.",
  ];
}

function parcelLine(parcel: RoundParcel, number: number, isChosen: boolean): string {
  const code = parcel.isProtected ? "code" : "";
  const columns = [
    String(number).padStart(3),
    fit(parcel.tracking, 20),
    `stop ${String(parcel.stop).padStart(3)}`,
    fit(code, 4),
  ];
  const line = fit(`${isChosen ? ">" : " "}${columns.join(" ")} ${parcel.status}`, RIGHT_COLUMNS);
  return isChosen ? styled("bold", line) : line;
}

function listLines(state: FrameState): string[] {
  const from = state.page * PAGE_PARCELS;
  const shown = state.parcels.slice(from, from + PAGE_PARCELS);
  const range = shown.length === 0 ? "none" : `${from + 1}-${from + shown.length} of ${state.parcels.length}`;
  const lines = shown.map((parcel, i) => parcelLine(parcel, from + i + 1, from + i === state.chosen));
  return [styled("cyan", `TODAY'S PARCELS  ${range}`), ...lines];
}

function deviceLines(state: FrameState): string[] {
  const edge = "─".repeat(SCREEN_COLUMNS);
  const dark = Array.from({ length: 8 }, () => " ".repeat(SCREEN_COLUMNS));
  const rows = state.isOn ? displayRows(state.drawing) : dark;
  const [style, sound] = TONES[state.tone] ?? ["dim", ""];
  return [
    `┌${edge}┐`,
    ...rows.map((row) => `│${row}│`),
    `└${edge}┘`,
    ` ${styled(state.isOn ? style : "dim", "●")} ${fit(state.isOn ? sound : "no power", LEFT_COLUMNS - 3)}`,
    fit(` network ${state.linkIsUp ? "on" : "OFF"}`, LEFT_COLUMNS),
  ];
}

function body(state: FrameState): string[] {
  const left = deviceLines(state);
  const right = state.intro ? introLines(state.parcels) : listLines(state);
  const blank = " ".repeat(LEFT_COLUMNS);
  return Array.from({ length: BODY_ROWS }, (_, row) => `${left[row] ?? blank}  ${right[row] ?? ""}`);
}

function messageLines(state: FrameState): string[] {
  const prompt = `Scan parcel number: ${state.choosing ?? ""}_   (Enter to scan, Esc to leave)`;
  const text = state.choosing === undefined ? state.message : prompt;
  const lines = wrapText(text, FRAME_COLUMNS - 2).slice(0, MESSAGE_ROWS);
  return Array.from({ length: MESSAGE_ROWS }, (_, i) => styled("bold", ` ${lines[i] ?? ""}`));
}

/** The frame's 24 lines. */
export function frameLines(state: FrameState): string[] {
  const title = ` PAROLA  a courier's handheld, simulated    ${state.day}    ${state.depotUrl}`;
  const help = HELP.map((line) => styled("dim", line));
  return [styled("inverse", fit(title, FRAME_COLUMNS)), ...body(state), ...messageLines(state), ...help];
}
