// The label for a handheld's back, as an SVG: its number in large letters, what it is, and a Code 128 that its own scanner
// reads in the self-test. Every text is escaped; no key is on it.
import bwipjs from "bwip-js/node";

/** What the label says. */
export interface LabelFacts {
  /** Handheld's number. */
  device: number;
  /** Board's name, any text. */
  board: string;
  keyEpoch: number;
  /** Day of provisioning, for example `2026-03-04`. */
  date: string;
  /** The depot's name for the handheld; may be empty. */
  name: string;
}

const WIDTH_MM = 60;
const HEIGHT_MM = 30;
const MARGIN_MM = 3;
/** Letters of board and name that fit on a line. */
const LINE_LETTERS = 34;

/** What the label's Code 128 holds. */
export function labelText(device: number): string {
  return `PAROLA-${device}`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  const printable = [...text].map((letter) => (letter < " " ? " " : letter));
  return printable
    .slice(0, LINE_LETTERS)
    .map((letter) => entities[letter] ?? letter)
    .join("");
}

/**
 * Draws the label, 60 × 30 mm.
 * @returns an SVG document
 */
export function drawLabel({ device, board, keyEpoch, date, name }: LabelFacts): string {
  const bars = bwipjs.toSVG({ bcid: "code128", text: labelText(device), height: 9 });
  const inner = WIDTH_MM - 2 * MARGIN_MM;
  const placed = bars
    .trim()
    .replace("<svg ", `<svg x="${MARGIN_MM}" y="19" width="${inner}" height="8" preserveAspectRatio="none" `);
  const number = String(device);
  const size_mm = number.length > 6 ? 8 : 11;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_MM}mm" height="${HEIGHT_MM}mm" viewBox="0 0 ${WIDTH_MM} ${HEIGHT_MM}">`,
    `<rect width="${WIDTH_MM}" height="${HEIGHT_MM}" fill="#ffffff"/>`,
    `<g font-family="sans-serif" fill="#000000">`,
    `<text x="${MARGIN_MM}" y="11.5" font-size="${size_mm}" font-weight="bold">${number}</text>`,
    `<text x="${MARGIN_MM}" y="14.8" font-size="2.6">${escaped(name)}</text>`,
    `<text x="${MARGIN_MM}" y="17.8" font-size="2.6">${escaped(board)}, key ${keyEpoch}, ${escaped(date)}</text>`,
    `</g>`,
    placed,
    `</svg>`,
    ``,
  ].join("\n");
}
