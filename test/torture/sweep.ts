// What a sweep of the long run is: a named set of points, each tried once, each violation with an id that reruns exactly
// that point. `npm run torture` runs them all, `npm test` a share of each. RELIABILITY.md has the figures.

/** What a sweep is given, and what it reports to. */
export interface Torture {
  /** Every random choice of the sweep comes from it. */
  readonly seed: number;
  /** Share of the long run's points to try, above 0 and at most 1; a sweep spreads them over all it covers. */
  readonly share: number;
  /** The one point to try, as a violation named it; undefined for all. */
  readonly only: string | undefined;
  /** How many points there will be; may be called again when more is known. */
  planned(points: number): void;
  /** Counts points that were tried, held or not. */
  tried(points?: number): void;
  /** A promise did not hold. */
  violated(id: string, error: unknown): void;
  /** A measured figure that the documents quote. */
  figure(name: string, value: number): void;
}

/** A sweep. */
export interface Sweep {
  /** Unique, kebab-case: what `--sweep` and ids name. */
  readonly name: string;
  /** One line: what is tried, and what must hold. */
  readonly title: string;
  run(torture: Torture): Promise<void>;
}

/** A point's id: sweep, then what tells the point apart, for example `day-cuts/load#41:suffix`. */
export function pointId(sweep: string, point: string): string {
  return `${sweep}/${point}`;
}
