// The promise: however syncs are cut off, repeated or put out of order, each result is booked exactly once. Random days
// against a small model; the seed is printed when one fails.
import assert from "node:assert/strict";
import { Reason, RecordType } from "../../src/shared/wire/journal.ts";
import type { JournalWriter } from "../support/journal-writer.ts";
import { SEED } from "../support/properties.ts";
import {
  alarmKinds,
  ASKED,
  buyerCode,
  DEAR,
  DEARER,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  PLAIN,
  PLAINER,
  statusOf,
  type TestDepot,
} from "../support/test-depot.ts";

const PROTECTED = [ASKED, DEAR, DEARER];
const ALL = [...PROTECTED, PLAIN, PLAINER];

/** Uniform numbers from a seed: Lehmer's generator. */
function drawFrom(seed: number): (below: number) => number {
  let state = (seed % 0x7ffffffe) + 1;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

/** Plays one random day; returns what the books must say of each parcel. */
async function playDay(test: TestDepot, handheld: JournalWriter, draw: (below: number) => number) {
  const codes = new Map<string, string>();
  for (const tracking of PROTECTED) codes.set(tracking, await buyerCode(test.depot, tracking));
  const expected = new Map(ALL.map((tracking) => [tracking, "open"]));
  const handedOver = new Map<string, number>();
  const sent: Uint8Array[] = [];
  const act = (): void => {
    const tracking = ALL[draw(ALL.length)] ?? PLAIN;
    const status = expected.get(tracking) ?? "open";
    const code = codes.get(tracking);
    const what = draw(6);
    if (what === 0) handheld.tear();
    else if (what === 1) handheld.about(tracking, RecordType.Wrong, { tries: 1 });
    else if (status === "delivered") {
      handheld.about(tracking, RecordType.Reversed, { detail: handedOver.get(tracking) ?? 0 });
      expected.set(tracking, code === undefined ? "open" : "accepted");
    } else if (what === 2) {
      handheld.about(tracking, RecordType.NotDelivered, { reason: Reason.NotHome });
      if (status === "open") expected.set(tracking, "attempted");
    } else if (code !== undefined && status !== "accepted") {
      handheld.accept(tracking, code);
      expected.set(tracking, "accepted");
    } else {
      handedOver.set(tracking, handheld.handOver(tracking));
      expected.set(tracking, "delivered");
    }
  };
  const sync = async (): Promise<void> => {
    const from = draw(handheld.slots.length + 1);
    const to = from + draw(handheld.slots.length - from + 1);
    const fields = draw(2) === 0 ? handheld.fields() : handheld.fields(from, to);
    const bytes = handheld.seal(fields);
    sent.push(bytes);
    const reply = handheld.open(await test.depot.handleSync(bytes), fields);
    assert.equal(reply.status, 0);
    // Half of the replies are lost on their way: the handheld goes on from what it knew.
    if (draw(2) === 0) handheld.acknowledged = reply.acknowledged;
  };
  for (let turn = 0; turn < 60; turn++) {
    const what = draw(4);
    if (what < 2) act();
    else if (what === 2) await sync();
    else if (sent.length > 0) await test.depot.handleSync(sent[draw(sent.length)] ?? new Uint8Array(0));
  }
  while (handheld.acknowledged < handheld.slots.length) {
    await handheld.sync((bytes) => test.depot.handleSync(bytes));
  }
  return expected;
}

describe("results", () => {
  for (let day = 0; day < 12; day++) {
    it(`are booked exactly once, random day ${day + 1}`, async () => {
      const test = await makeTestDepot();
      try {
        await importTestRound(test);
        const handheld = await loadedHandheld(test);
        const expected = await playDay(test, handheld, drawFrom(SEED + day * 7919));
        const hint = `PAROLA_SEED=${SEED}`;
        for (const [tracking, status] of expected) {
          assert.equal(await statusOf(test.depot, tracking), status, `${tracking} ${hint}`);
        }
        const report = await test.depot.report(handheld.header.day);
        assert.equal(report.records, handheld.slots.filter((slot) => slot !== undefined).length, hint);
        assert.deepEqual(await alarmKinds(test.depot), [], hint);
      } finally {
        await test.end();
      }
    });
  }
});
