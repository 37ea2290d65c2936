// Time that may be relied on, DESIGN.md §3.7: floor, estimates, drift, and one wrong depot clock that kills nothing.
import assert from "node:assert/strict";
import { TrustedTime } from "../../../firmware/app/clock/trusted-time.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import type { ManifestHeader } from "../../../src/shared/wire/manifest.ts";
import { simBoard } from "../../../hal/sim/sim-board.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { TestHost } from "../../support/test-host.ts";
import { DAY_START_S, manyParcels, NOON_S, sealRound } from "../../support/test-round.ts";

const HOUR_S = 3600;
const DAY_S = 86_400;
const SEALED_S = DAY_START_S + 6 * HOUR_S;

describe("trusted time", () => {
  let host: TestHost;
  let time: TrustedTime;
  const header: ManifestHeader = sealRound({ parcels: manyParcels(1) }).header;

  function restart(clock_s?: number): void {
    host = new TestHost(new Uint8Array(1024).fill(0xff), NOON_S);
    if (clock_s !== undefined) host.setClock(clock_s);
    time = new TrustedTime(simBoard(host, nodeHash, 1).clock);
  }

  beforeEach(() => restart());

  it("is not known without a floor and without a clock", () => {
    assert.equal(time.isKnown(), false);
    assert.equal(time.estimated, true);
  });

  it("goes on from the floor after a flat battery, as an estimate", () => {
    time.setFloor(SEALED_S, true);
    assert.deepEqual([time.isKnown(), time.estimated, time.now_s()], [true, true, SEALED_S]);
    host.clock.advance(HOUR_S * 1000);
    assert.ok(time.now_s() >= SEALED_S);
    assert.equal(time.estimated, true);
  });

  it("runs while it is estimated, and never backwards", () => {
    restart(1000);
    time.setFloor(SEALED_S, true);
    assert.deepEqual([time.now_s(), time.estimated], [SEALED_S, true]);
    host.clock.advance(90_000);
    assert.equal(time.now_s(), SEALED_S + 90);
    time.setFloor(SEALED_S + HOUR_S, false);
    assert.equal(time.now_s(), SEALED_S + HOUR_S);
    time.setFloor(SEALED_S, false);
    assert.equal(time.now_s(), SEALED_S + HOUR_S, "a floor only rises");
  });

  it("is the clock's when that is set and not behind", () => {
    restart(NOON_S);
    time.setFloor(SEALED_S, true);
    assert.deepEqual([time.now_s(), time.estimated], [NOON_S, false]);
  });

  it("set by an authenticated message is no estimate any more", () => {
    time.setFloor(SEALED_S, true);
    assert.equal(time.adjust(NOON_S, header), 0);
    assert.deepEqual([time.now_s(), time.estimated, host.now_s()], [NOON_S, false, NOON_S]);
  });

  it("is not set behind the floor by more than a clock's drift", () => {
    time.setFloor(SEALED_S, true);
    assert.equal(time.adjust(SEALED_S - 601, header), FaultNumber.ClockOutOfRange);
    assert.deepEqual([time.now_s(), time.estimated, host.clockIsSet()], [SEALED_S, true, false]);
    assert.equal(time.adjust(SEALED_S - 600, header), 0);
    assert.deepEqual([time.now_s(), time.estimated], [SEALED_S - 600, false]);
  });

  it("is not set beyond the manifest's validity and a day", () => {
    time.setFloor(SEALED_S, true);
    assert.equal(time.adjust(header.validUntil_s + DAY_S + 1, header), FaultNumber.ClockOutOfRange);
    assert.equal(host.clockIsSet(), false);
    assert.equal(time.adjust(header.validUntil_s + DAY_S, header), 0);
  });

  it("is not bound by a manifest where there is none", () => {
    assert.equal(time.adjust(NOON_S + 400 * DAY_S, undefined), 0);
    assert.equal(time.now_s(), NOON_S + 400 * DAY_S);
  });

  it("starts over from a newer manifest's floor, even an earlier one", () => {
    time.setFloor(NOON_S + 30 * DAY_S, true);
    assert.equal(time.now_s(), NOON_S + 30 * DAY_S);
    time.setFloor(SEALED_S, true);
    assert.equal(time.now_s(), SEALED_S);
  });

  it("keeps a clock that is set over a newer manifest", () => {
    restart(NOON_S);
    time.setFloor(NOON_S + DAY_S, true);
    assert.equal(time.estimated, true);
    time.setFloor(SEALED_S, true);
    assert.deepEqual([time.now_s(), time.estimated], [NOON_S, false]);
  });
});
