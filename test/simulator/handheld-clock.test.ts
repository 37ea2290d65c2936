// The clock that a test moves by hand.
import assert from "node:assert/strict";
import { ManualClock } from "../../src/simulator/handheld-clock.ts";

describe("ManualClock", () => {
  it("fires timers in the order they fall due, those of the same moment in the order they were made", () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    clock.after(20, () => fired.push(`b${clock.now_ms()}`));
    clock.after(10, () => fired.push(`a${clock.now_ms()}`));
    clock.after(20, () => fired.push(`c${clock.now_ms()}`));
    clock.advance(30);
    assert.deepEqual(fired, ["a10", "b20", "c20"]);
    assert.equal(clock.now_ms(), 30);
  });

  it("fires a timer that another one made, when it falls due in time", () => {
    const clock = new ManualClock(0);
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now_ms());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    assert.deepEqual(fired, [10, 20, 30]);
    assert.equal(clock.untilNext_ms(), 5);
  });

  it("fires nothing that was cancelled, cancelled twice or not", () => {
    const clock = new ManualClock(0);
    const cancel = clock.after(10, () => assert.fail("fired"));
    cancel();
    cancel();
    clock.advance(100);
    assert.equal(clock.untilNext_ms(), undefined);
  });

  it("fires late, not backwards, after a skip", () => {
    const clock = new ManualClock(0);
    let at = 0;
    clock.after(10, () => (at = clock.now_ms()));
    clock.skip(1000);
    assert.equal(at, 0);
    clock.advance(0);
    assert.equal(at, 1000);
  });
});
