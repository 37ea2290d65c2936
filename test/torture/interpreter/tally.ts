// What the people around a handheld know, whatever its flash says: the tries they made and the results it confirmed on
// its screen. After a power cut the flash and the depot's books are held against it.
import assert from "node:assert/strict";
import { type RecordBody, RecordType } from "../../../src/shared/wire/journal.ts";
import type { SealedRound } from "../../support/test-round.ts";

/** A result as the screen confirmed it. */
export interface Result {
  round: SealedRound;
  type: RecordType;
  /** Depot's id of the parcel; 0 when it is about none. */
  parcel: number;
  reason?: number;
}

/** What was begun and not answered yet: the power may have failed anywhere in it. */
export interface UnderWay {
  /** Number of the step in its scene, from 0. */
  step: number;
  /** Code on which a try was begun. */
  code: number | undefined;
  /** Results that it may bring. */
  results: readonly Result[];
}

/** Tries and results, by hand. */
export class Tally {
  /** Verdicts seen, by code id. */
  readonly tries = new Map<number, number>();
  /** Codes whose acceptance was confirmed. */
  readonly accepted = new Set<number>();
  readonly results: Result[] = [];
  underWay: UnderWay | undefined;
  /** Results of steps that a power cut ended: they may have been recorded. */
  private readonly perhaps: Result[] = [];

  /** What was under way came to its end: its results count as confirmed. */
  confirm(): void {
    const { code, results } = this.underWay ?? { code: undefined, results: [] };
    if (code !== undefined) this.tries.set(code, (this.tries.get(code) ?? 0) + 1);
    if (code !== undefined && results[0]?.type === RecordType.Accepted) this.accepted.add(code);
    this.results.push(...results);
    this.underWay = undefined;
  }

  /** What was under way is never heard of again: its results may be there or not. */
  giveUp(): void {
    this.perhaps.push(...(this.underWay?.results ?? []));
    this.underWay = undefined;
  }

  /** A copy, to be continued in another way. */
  again(): Tally {
    const tally = new Tally();
    for (const [code, count] of this.tries) tally.tries.set(code, count);
    for (const code of this.accepted) tally.accepted.add(code);
    tally.results.push(...this.results);
    tally.perhaps.push(...this.perhaps);
    tally.underWay = this.underWay;
    return tally;
  }

  /**
   * Holds a round's records against what was confirmed: each result once, nothing that nobody asked for.
   * @param where whose records they are, for messages
   */
  check(round: SealedRound, records: readonly RecordBody[], where: string): void {
    const epoch = round.header.journalEpoch;
    const counted = records.filter(({ type }) => type !== RecordType.TryFound).map(nameOf);
    const confirmed = this.results.filter((one) => one.round.header.journalEpoch === epoch).map(nameOf);
    const perhaps = this.perhaps.filter((one) => one.round.header.journalEpoch === epoch).map(nameOf);
    for (const name of new Set([...counted, ...confirmed])) {
      const of = (names: readonly string[]): number => names.filter((one) => one === name).length;
      const most = of(confirmed) + of(perhaps);
      assert.ok(of(counted) >= of(confirmed), `${where}: ${name} was confirmed and is missing`);
      assert.ok(of(counted) <= most, `${where}: ${name} is there ${of(counted)} times, at most ${most} happened`);
    }
  }
}

const NAMES: Readonly<Record<number, string>> = {
  [RecordType.Accepted]: "accepted",
  [RecordType.HandedOver]: "handed over",
  [RecordType.Wrong]: "wrong code",
  [RecordType.NotDelivered]: "not delivered",
  [RecordType.Reversed]: "taken back",
  [RecordType.Released]: "released",
  [RecordType.WrongAnswer]: "wrong answer",
};

function nameOf({ type, parcel, reason = 0 }: Pick<Result, "type" | "parcel" | "reason">): string {
  return `${NAMES[type] ?? `record type ${type}`}, parcel ${parcel}${reason === 0 ? "" : `, reason ${reason}`}`;
}
