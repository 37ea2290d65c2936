// What the interpreter's regular expressions lack or get silently wrong; used by the source lint and the bundle check.
// Fine there: literals, classes, \d \w \s and their opposites, `*` and `+` after one character, capturing groups
// without alternation, `|` at the top, `^`, `$`, the flags g and i (results.md, tables re and re2).

/** Rule names and reasons, in the order in which they are documented. */
export const REGEX_TRAPS = {
  "regex-flags": "only the flags g and i are known",
  "regex-optional": "`?` is matched as a character",
  "regex-counted": "`{n}` is matched as characters",
  "regex-quantified-group": "a group is not repeated",
  "regex-non-greedy": "`*?` and `+?` do not exist",
  "regex-lookaround": "lookahead and lookbehind never match",
  "regex-non-capturing": "`(?:` does not exist",
  "regex-named-group": "named groups do not exist",
  "regex-alternation-in-group": "`(a|b)` inside a pattern matches something else",
  "regex-dot": "`.` matches a newline as well; name the characters instead",
  "regex-word-boundary": "`\\b` never matches",
  "regex-backreference": "backreferences throw",
  "regex-unicode-escape": "`\\u` and `\\p` escapes never match",
} as const;

export type RegexTrapName = keyof typeof REGEX_TRAPS;

/** Traps by the piece of a pattern they begin with, tried in order; quantifiers on groups are found by what stands before. */
const TRAPS_BY_PIECE: readonly (readonly [RegExp, RegexTrapName])[] = [
  [/^\\[bB]/, "regex-word-boundary"],
  [/^\\[1-9]/, "regex-backreference"],
  [/^\\[upP]/, "regex-unicode-escape"],
  [/^\(\?<?[=!]/, "regex-lookaround"],
  [/^\(\?</, "regex-named-group"],
  [/^\(\?/, "regex-non-capturing"],
  [/^\)[*+?{]/, "regex-quantified-group"],
  [/^[*+]\?/, "regex-non-greedy"],
  [/^\?/, "regex-optional"],
  [/^\{\d/, "regex-counted"],
  [/^\./, "regex-dot"],
];

/**
 * Names of the traps a regular expression falls into, each once.
 * @param pattern - its source text, between the slashes
 * @param flags - the letters after the closing slash
 */
export function regexTraps(pattern: string, flags: string): RegexTrapName[] {
  const found = new Set<RegexTrapName>();
  if (/[^gi]/.test(flags)) found.add("regex-flags");
  let depth = 0;
  for (let i = 0; i < pattern.length;) {
    const rest = pattern.slice(i);
    const trap = TRAPS_BY_PIECE.find(([piece]) => piece.test(rest));
    if (trap !== undefined) found.add(trap[1]);
    if (rest.startsWith("(")) depth += 1;
    if (rest.startsWith(")")) depth -= 1;
    if (rest.startsWith("|") && depth > 0) found.add("regex-alternation-in-group");
    i += pieceLength(rest, found);
  }
  return [...found];
}

/** How far to step: an escape, a whole class, an opening with its marker, or one character. */
function pieceLength(rest: string, found: Set<RegexTrapName>): number {
  const escape = /^\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/.exec(rest);
  if (escape !== null) return escape[0].length;
  const characterClass = /^\[(?:\\.|[^\]\\])*\]/.exec(rest);
  if (characterClass !== null) {
    if (/\\[upP]/.test(characterClass[0])) found.add("regex-unicode-escape");
    return characterClass[0].length;
  }
  const opening = /^\(\?(?:<?[=!]|<[^>]*>|:)/.exec(rest);
  if (opening !== null) return opening[0].length;
  return /^(?:\)[*+?{]|[*+]\?)/.test(rest) ? 2 : 1;
}
