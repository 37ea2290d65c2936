// The interactive handheld without a terminal: what each key does to handheld and depot.
import assert from "node:assert/strict";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { withoutStyles } from "../../src/simulator/terminal/ansi.ts";
import type { DepotSide } from "../../src/simulator/terminal/depot-side.ts";
import { keyEvents } from "../../src/simulator/terminal/key-events.ts";
import { TerminalApp } from "../../src/simulator/terminal/terminal-app.ts";
import { TINY_BUNDLE } from "../support/tiny-bundle.ts";

/** Shows scans and keys in one line, and a lock's challenge after the Menu key. */
const ECHO_BUNDLE = `
  var shown = "";
  function line(y, text) { return { kind: "text", x: 0, y: y, size: 1, text: text, inverted: false, x2: 0, y2: 0 }; }
  function show() { host.flip([line(0, shown.slice(-21))]); }
  host.ready({
    key: function (key) {
      if (key === 14) host.flip([line(0, "Tell the depot:"), line(8, "   1234 5678")]);
      else { shown += key === 10 ? "!" : key === 11 ? "<" : key; show(); }
    },
    scan: function (raw) { shown = raw.slice(0, -1); show(); },
    service: function (bytes) { return bytes; },
    linkUp: function () {}
  });
`;

class FakeDepot implements DepotSide {
  readonly url = "http://depot";
  readonly calls: string[] = [];
  dayText = (): string => "Tue 24 Nov";
  parcels = () =>
    Promise.resolve(
      Array.from({ length: 40 }, (_, i) => ({ tracking: `A${i + 1}`, stop: i, isProtected: i === 1, status: "open" })),
    );
  buyerCode = (tracking: string) => Promise.resolve(tracking === "A2" ? "123456" : undefined);
  releaseAnswer = (tracking: string | undefined, challenge: string) => {
    this.calls.push(`release ${String(tracking)} ${challenge}`);
    return Promise.resolve("87654321");
  };
  replaceCode = (tracking: string) => Promise.reject(new Error(`no code for ${tracking}`));
  moveToNextDay = () => Promise.resolve();
  nextDay = () => Promise.resolve(["Day closed.", "Loaded."]);
  books = () => Promise.resolve({ handedOver: [], notDelivered: [], alarms: [] });
}

describe("TerminalApp", () => {
  let handheld: SimulatedHandheld;
  let depot: FakeDepot;
  let app: TerminalApp;

  beforeEach(async () => {
    handheld = new SimulatedHandheld({ bundle: ECHO_BUNDLE });
    handheld.boot();
    depot = new FakeDepot();
    app = new TerminalApp(handheld, depot);
    await app.refresh();
  });

  async function keys(input: string): Promise<void> {
    for (const event of keyEvents(input)) await app.handle(event);
  }

  function frame(): string {
    return app.frame().map(withoutStyles).join("\n");
  }

  it("begins with the introduction, and leaves it with the first scan", async () => {
    assert.match(frame(), /Try this:/);
    await keys("s");
    assert.match(frame(), /TODAY'S PARCELS {2}1-14 of 40/);
    assert.match(frame(), /Scan parcel number: _/);
  });

  it("scans the parcel whose number is typed, and turns to its page", async () => {
    await keys("s27\r");
    assert.equal(handheld.screenText()[0], "A27");
    assert.match(frame(), />\s*27 A27/);
  });

  it("leaves the choice by Esc, and refuses a number that is not in the list", async () => {
    await keys("s4\x1b\x1b7");
    assert.equal(handheld.screenText()[0], "7");
    await keys("s99\r");
    assert.match(frame(), /no such parcel; the list goes from 1 to 40/);
    await keys("s\r");
    assert.match(frame(), /no such parcel/);
  });

  it("types on the handheld's keys", async () => {
    await keys("s2\r12\r\x7f");
    assert.equal(handheld.screenText()[0], "A212!<");
  });

  it("shows the buyer's code, and types a wrong one", async () => {
    await keys("c");
    assert.match(frame(), /Scan a parcel first/);
    await keys("s2\rc");
    assert.match(frame(), /your code is 123456\. Only at your door, never by phone/);
    await keys("w");
    assert.equal(handheld.screenText()[0], "A2123457");
    await keys("s1\rc");
    assert.match(frame(), /sees no code/);
  });

  it("has the depot answer the challenge on the screen", async () => {
    await keys("s2\rl");
    assert.match(frame(), /No lock is shown/);
    await keys("ml");
    assert.deepEqual(depot.calls, ["release A2 12345678"]);
    assert.match(frame(), /8765 4321/);
    assert.equal(handheld.screenText()[0], "A287654321");
  });

  it("switches the network", async () => {
    await keys("n");
    assert.equal(handheld.linkIsUp, true);
    await keys("n");
    assert.equal(handheld.linkIsUp, false);
    assert.match(frame(), /network OFF/);
  });

  it("pulls the battery and puts it back", async () => {
    await keys("s2\rp");
    assert.equal(handheld.isRunning, true);
    assert.match(frame(), /Nothing is lost/);
  });

  it("turns to the next day", async () => {
    await keys("t");
    assert.match(frame(), /Day closed\. {2}Loaded\./);
  });

  it("says what the depot refuses", async () => {
    await keys("s2\rx");
    assert.match(frame(), /no code for A2/);
  });

  it("turns pages within the list", async () => {
    await keys("\x1b[6~\x1b[6~\x1b[6~\x1b[6~");
    assert.match(frame(), /29-40 of 40/);
    await keys("\x1b[5~\x1b[5~\x1b[5~");
    assert.match(frame(), /1-14 of 40/);
  });

  it("leaves by q and by Ctrl-C", async () => {
    let left = 0;
    app.onQuit = () => left++;
    await keys("q\x03");
    assert.equal(left, 2);
  });

  it("shows a crash of the firmware instead of dying of it", async () => {
    const crashing = new SimulatedHandheld({ bundle: TINY_BUNDLE });
    crashing.boot();
    app = new TerminalApp(crashing, depot);
    await keys("r");
    assert.match(frame(), /crash/);
  });
});
