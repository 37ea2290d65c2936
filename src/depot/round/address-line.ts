// Text for the handheld's display: ISO 8859-1, one short line. Letters outside it are transliterated; nothing is
// refused here, and nothing longer than the display's line is kept.
import { ADDRESS_MAX } from "../../shared/wire/manifest.ts";

/** Letters that do not decompose into an ISO 8859-1 letter and a mark. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ħ: "h",
  Ħ: "H",
  ı: "i",
  œ: "oe",
  Œ: "OE",
  ŧ: "t",
  Ŧ: "T",
  ẞ: "SS",
  ŋ: "n",
  Ŋ: "N",
  "€": "EUR",
  "…": "...",
  "№": "No",
  "•": "-",
};

const DASHES = /[\u2010-\u2015\u2212]/;
const QUOTES = /[\u2018-\u201b\u2032]/;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033]/;
const MARKS = /\p{Mark}+/gu;

function isPrintable(character: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  return (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff);
}

function transliterate(character: string): string {
  if (isPrintable(character)) return character;
  const replacement = REPLACEMENTS[character];
  if (replacement !== undefined) return replacement;
  if (DASHES.test(character)) return "-";
  if (QUOTES.test(character)) return "'";
  if (DOUBLE_QUOTES.test(character)) return '"';
  if (/\s/.test(character)) return " ";
  const bare = character.normalize("NFKD").replace(MARKS, "");
  return bare !== "" && [...bare].every(isPrintable) ? bare : "?";
}

/** One line of at most 40 ISO 8859-1 characters: ő → o, ł → l, – → -, what has no likeness → ?. */
export function addressLine(text: string): string {
  const line = [...text.normalize("NFC")].map(transliterate).join("");
  return line
    .replace(/[ \u00a0]+/g, " ")
    .trim()
    .slice(0, ADDRESS_MAX)
    .trimEnd();
}
