// The scenario's own count of what happened, kept by hand, and its comparison with the depot's books.
import assert from "node:assert/strict";
import type { Reason } from "../../src/shared/wire/journal.ts";
import type { DepotProcess } from "./depot-process.ts";

/** Counts kept by hand. */
export interface Tally {
  delivered: Set<string>;
  accepted: Set<string>;
  attempted: Map<string, Reason>;
}

/** The depot's books against the tally. */
export async function compare(
  depot: DepotProcess,
  day: string,
  tally: Tally,
  say: (line: string) => void,
): Promise<void> {
  const { lines, alarms } = await depot.report(day);
  const of = (status: string): string[] =>
    lines
      .filter((line) => line.status === status)
      .map(({ tracking }) => tracking)
      .sort();
  const kept = [...tally.accepted].filter((tracking) => !tally.delivered.has(tracking));
  const attempted = [...tally.attempted.keys()].filter((tracking) => !tally.accepted.has(tracking));
  assert.deepEqual(of("delivered"), [...tally.delivered].sort());
  assert.deepEqual(of("accepted"), kept.sort());
  assert.deepEqual(of("attempted"), attempted.sort());
  for (const { tracking, reason } of lines.filter(({ status }) => status === "attempted")) {
    assert.equal(reason, tally.attempted.get(tracking), tracking);
  }
  assert.deepEqual(
    alarms.map(({ kind }) => kind),
    [],
  );
  say(
    `the books agree: ${tally.delivered.size} delivered, ${kept.length} accepted and kept, ${attempted.length} attempted`,
  );
}
