// A scanner's line: pieces, noise, lines too long, pieces without an end. The same rules on every board.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LineJoiner } from "../../hal/portable/line-joiner.ts";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";
import { holds } from "../support/properties.ts";

describe("line joiner", () => {
  let clock: ManualClock;
  let labels: string[];
  let joiner: LineJoiner;

  beforeEach(() => {
    clock = new ManualClock(0);
    labels = [];
    const timers = {
      now_s: () => 0,
      adjust: () => undefined,
      isSet: () => true,
      after: (delay_ms: number, then: () => void) => ({ cancel: clock.after(delay_ms, then) }),
    };
    joiner = new LineJoiner(timers, (label) => labels.push(label));
  });

  it("delivers a label at CR or LF, once, and nothing for an empty line", () => {
    for (const piece of ["AB", "C1\r\n", "\n\r", "D2\n"]) joiner.push(piece);
    assert.deepEqual(labels, ["ABC1", "D2"]);
  });

  it("joins any pieces into the same labels", () => {
    holds(
      fc.property(fc.array(fc.nat({ max: 12 })), (cuts) => {
        labels.length = 0;
        let rest = "TBA000000000001\rRA473124829DE\r\n";
        for (const cut of cuts) {
          joiner.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        joiner.push(rest);
        assert.deepEqual(labels, ["TBA000000000001", "RA473124829DE"]);
      }),
    );
  });

  it("drops characters that no label has", () => {
    joiner.push("\x02A\x00B\x7f\xe9\tC 1\x03\r");
    assert.deepEqual(labels, ["ABC 1"]);
  });

  it("takes 80 characters, and drops a longer line whole", () => {
    joiner.push(`${"A".repeat(80)}\r${"B".repeat(81)}\r${"C".repeat(500)}`);
    joiner.push("C\rD\r");
    assert.deepEqual(labels, ["A".repeat(80), "D"]);
  });

  it("forgets what has no end after half a second, a line too long as well", () => {
    for (const start of ["GARBAGE", "X".repeat(200)]) {
      joiner.push(start);
      clock.advance(499);
      joiner.push("Y");
      clock.advance(500);
      joiner.push("LABEL\r");
    }
    assert.deepEqual(labels, ["LABEL", "LABEL"]);
  });

  it("never throws, and never delivers what is not printable or too long", () => {
    holds(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (raw) => {
        labels.length = 0;
        joiner.push(`${raw}\r`);
        for (const label of labels) assert.match(label, /^[\x20-\x7e]{1,80}$/);
      }),
    );
  });
});
