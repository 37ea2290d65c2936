// Reads test/vectors/*.json; what they hold stands in SPEC.md §13.
import { readFileSync } from "node:fs";

/** The contents of one file of vectors; the caller states its shape. */
export function vectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as Shape;
}
