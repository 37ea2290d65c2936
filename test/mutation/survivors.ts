// The list of mutants that survive, each with its reason, and what is compared with it: a mutant is known by its file, the
// text of its line and what was put in whose place, so that the list outlives moved lines.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A mutant that no test fails on, and why that is right. */
export interface Survivor {
  /** The source line it begins on, trimmed. */
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Survivors by source file. */
export type SurvivorList = Readonly<Record<string, readonly Survivor[]>>;

/** A mutant as a run reports it. */
export interface Mutant {
  readonly file: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
}

/** Where a mutant lies; lines and columns from 1. */
export interface Span {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

const LIST = join(import.meta.dirname, "survivors.json");

/** Reads the list. */
export function readSurvivors(): SurvivorList {
  return JSON.parse(readFileSync(LIST, "utf8")) as SurvivorList;
}

/** Text on one line, as the list has it. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** What a span of a source held, and its first line. */
export function textOf(source: string, { start, end }: Span): Pick<Mutant, "line" | "from"> {
  const lines = source.split("\n");
  const inside = lines.slice(start.line - 1, end.line);
  const last = inside.length - 1;
  inside[last] = inside[last]!.slice(0, end.column - 1);
  inside[0] = inside[0]!.slice(start.column - 1);
  return { line: lines[start.line - 1]!.trim(), from: oneLine(inside.join("\n")) };
}

/** A mutant of a run. */
export function mutantOf(file: string, source: string, span: Span, replacement: string): Mutant {
  return { file, ...textOf(source, span), to: oneLine(replacement) };
}

function isSame(mutant: Mutant, file: string, survivor: Survivor): boolean {
  const { line, from, to } = survivor;
  return mutant.file === file && mutant.line === line && mutant.from === from && mutant.to === to;
}

/** Survivors of a run that the list does not explain. */
export function unexplained(survived: readonly Mutant[], list: SurvivorList): Mutant[] {
  return survived.filter((mutant) => !(list[mutant.file] ?? []).some((known) => isSame(mutant, mutant.file, known)));
}

/** Entries of the list about mutated files that did not survive, or are no mutants any more. */
export function outdated(survived: readonly Mutant[], files: readonly string[], list: SurvivorList): Mutant[] {
  return files.flatMap((file) =>
    (list[file] ?? [])
      .filter((known) => !survived.some((mutant) => isSame(mutant, file, known)))
      .map(({ line, from, to }) => ({ file, line, from, to })),
  );
}
