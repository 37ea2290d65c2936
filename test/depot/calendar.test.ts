// The depot's day: local midnight to local midnight, in UTC seconds, whatever the clocks do in between.
import assert from "node:assert/strict";
import {
  dayOf,
  dayStart_s,
  dayText,
  isTimeZone,
  noonOffset_min,
  parseDay,
  timeText,
} from "../../src/depot/calendar.ts";
import { fault } from "../support/test-depot.ts";

/** Hours of a day in a zone. */
function hours(text: string, zone: string): number {
  const day = parseDay(text);
  return (dayStart_s(day + 1, zone) - dayStart_s(day, zone)) / 3600;
}

describe("the depot's calendar", () => {
  it("reads and writes days", () => {
    assert.equal(parseDay("1970-01-02"), 1);
    for (const text of ["2024-02-29", "2026-11-24", "2149-06-06"]) assert.equal(dayText(parseDay(text)), text);
    for (const text of ["2023-02-29", "2026-13-01", "2026-1-1", "24.11.2026", "", "1969-12-31", "2149-06-07"]) {
      assert.throws(() => parseDay(text), fault(901));
    }
    assert.equal(timeText(0), "1970-01-01T00:00:00Z");
  });

  it("starts a day at local midnight", () => {
    const at = (text: string, zone: string): string => timeText(dayStart_s(parseDay(text), zone));
    assert.equal(at("2026-11-24", "UTC"), "2026-11-24T00:00:00Z");
    assert.equal(at("2026-11-24", "Europe/Rome"), "2026-11-23T23:00:00Z");
    assert.equal(at("2026-11-24", "America/Los_Angeles"), "2026-11-24T08:00:00Z");
    assert.equal(at("2026-11-24", "Pacific/Kiritimati"), "2026-11-23T10:00:00Z");
    assert.equal(at("2026-11-24", "Asia/Kathmandu"), "2026-11-23T18:15:00Z");
  });

  it("makes the spring day 23 hours long and the autumn day 25", () => {
    assert.equal(hours("2026-03-29", "Europe/Rome"), 23);
    assert.equal(hours("2026-10-25", "Europe/Rome"), 25);
    assert.equal(hours("2026-03-30", "Europe/Rome"), 24);
    assert.equal(hours("2026-04-05", "Australia/Lord_Howe"), 24.5);
  });

  it("starts a day that has no midnight at its first second", () => {
    // Clocks in Beirut go from 24:00 on 28 March 2026 straight to 01:00.
    const start = dayStart_s(parseDay("2026-03-29"), "Asia/Beirut");
    assert.equal(timeText(start), "2026-03-28T22:00:00Z");
    assert.equal(hours("2026-03-29", "Asia/Beirut"), 23);
  });

  it("puts each second into exactly one day", () => {
    for (const zone of ["Europe/Rome", "Asia/Beirut", "America/New_York", "Pacific/Apia"]) {
      for (let day = parseDay("2026-01-01"); day < parseDay("2027-01-01"); day += 1) {
        const start = dayStart_s(day, zone);
        assert.equal(dayOf(start, zone), day, `${zone} ${dayText(day)}`);
        assert.equal(dayOf(start - 1, zone), day - 1, `${zone} ${dayText(day)}`);
      }
    }
  });

  it("tells the offset at noon", () => {
    assert.equal(noonOffset_min(parseDay("2026-07-01"), "Europe/Rome"), 120);
    assert.equal(noonOffset_min(parseDay("2026-11-24"), "Europe/Rome"), 60);
    assert.equal(noonOffset_min(parseDay("2026-03-29"), "Europe/Rome"), 120);
    assert.equal(noonOffset_min(parseDay("2026-11-24"), "America/St_Johns"), -210);
  });

  it("knows IANA zones", () => {
    assert.ok(isTimeZone("Europe/Rome") && isTimeZone("UTC"));
    assert.ok(!isTimeZone("Europe/Nowhere") && !isTimeZone(""));
  });
});
