// Generators of committed files. Each must, called with these arguments, compare instead of write and fail on a difference.

/** A generator and how to ask it for a comparison. */
export interface Generated {
  readonly name: string;
  /** Path from the root. */
  readonly script: string;
  readonly args: readonly string[];
}

export const GENERATED: readonly Generated[] = [
  { name: "test/vectors", script: "scripts/make-vectors.ts", args: ["--check"] },
];
