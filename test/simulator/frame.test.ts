// The terminal's frame: 24 lines of 80 columns, as a snapshot, and everything that changes it.
import assert from "node:assert/strict";
import type { DrawStep } from "../../hal/sim/host.ts";
import { withoutStyles } from "../../src/simulator/terminal/ansi.ts";
import type { RoundParcel } from "../../src/simulator/terminal/depot-side.ts";
import { frameLines, type FrameState } from "../../src/simulator/terminal/frame.ts";

function text(x: number, y: number, size: number, words: string, inverted = false): DrawStep {
  return { kind: "text", x, y, size, text: words, inverted, x2: 0, y2: 0 };
}

const CODE_SCREEN: DrawStep[] = [
  { kind: "bar", x: 0, y: 0, size: 0, text: "", inverted: false, x2: 127, y2: 7 },
  text(0, 0, 1, "STOP 33  2 HERE", true),
  text(10, 10, 3, "1234__"),
  text(0, 36, 1, "Code from the buyer"),
  text(0, 44, 1, "3 tries left"),
  text(0, 56, 1, "BACK fix"),
];

const PARCELS: RoundParcel[] = Array.from({ length: 30 }, (_, i) => ({
  tracking: `TBA30000000${String(i).padStart(4, "0")}`,
  stop: Math.floor(i / 2) + 1,
  isProtected: i % 4 === 2,
  status: i === 1 ? "handed over" : "open",
}));

const STATE: FrameState = {
  drawing: CODE_SCREEN,
  isOn: true,
  tone: 2,
  linkIsUp: true,
  day: "Tue 24 Nov",
  depotUrl: "http://127.0.0.1:8080",
  parcels: PARCELS,
  page: 0,
  chosen: 2,
  intro: false,
  choosing: undefined,
  message: "Hello.",
};

function plain(state: Partial<FrameState>): string[] {
  return frameLines({ ...STATE, ...state }).map((line) => withoutStyles(line).trimEnd());
}

describe("frameLines", () => {
  it("draws device, list, message and help", () => {
    assert.deepEqual(plain({}).slice(0, 18), [
      " PAROLA  a courier's handheld, simulated    Tue 24 Nov    http://127.0.0.1:8080",
      "┌─────────────────────┐  TODAY'S PARCELS  1-14 of 30",
      "│STOP 33  2 HERE      │     1 TBA300000000000      stop   1      open",
      "│   ┐ ╶─┐╶─┐╷ ╷       │     2 TBA300000000001      stop   1      handed over",
      "│   │ ┌─┘ ─┤└─┤       │  >  3 TBA300000000002      stop   2 code open",
      "│   ┴ └─╴╶─┘  ╵╶─╴╶─╴ │     4 TBA300000000003      stop   2      open",
      "│                     │     5 TBA300000000004      stop   3      open",
      "│Code from the buyer  │     6 TBA300000000005      stop   3      open",
      "│3 tries left         │     7 TBA300000000006      stop   4 code open",
      "│BACK fix             │     8 TBA300000000007      stop   4      open",
      "└─────────────────────┘     9 TBA300000000008      stop   5      open",
      " ● one short beep          10 TBA300000000009      stop   5      open",
      " network on                11 TBA300000000010      stop   6 code open",
      "                           12 TBA300000000011      stop   6      open",
      "                           13 TBA300000000012      stop   7      open",
      "                           14 TBA300000000013      stop   7      open",
      "",
      " Hello.",
    ]);
  });

  const states: [string, Partial<FrameState>][] = [
    ["as it is", {}],
    ["the introduction", { intro: true }],
    ["the last page", { page: 2 }],
    ["no parcels", { parcels: [] }],
    ["a long message", { message: "word ".repeat(100) }],
    ["a long label", { parcels: [{ tracking: "X".repeat(34), stop: 999, isProtected: true, status: "y".repeat(40) }] }],
    ["switched off", { isOn: false, drawing: [] }],
  ];
  for (const [name, state] of states) {
    it(`is 24 lines of at most 80 columns: ${name}`, () => {
      const lines = plain(state);
      assert.equal(lines.length, 24);
      for (const line of lines) assert.ok([...line].length <= 80, line);
    });
  }

  it("shows a dark display without power, and says so", () => {
    const lines = plain({ isOn: false });
    assert.match(lines[3] ?? "", /^│ {21}│/);
    assert.match(lines[11] ?? "", /no power/);
  });

  it("says in words what light and sound say", () => {
    for (const [tone, words] of [
      [3, "two low tones"],
      [4, "one long tone"],
      [5, "two short beeps"],
    ] as const) {
      assert.match(plain({ tone })[11] ?? "", new RegExp(words));
    }
  });

  it("shows the number being typed instead of the message", () => {
    assert.match(plain({ choosing: "12" })[17] ?? "", /Scan parcel number: 12_/);
  });

  it("names a parcel that needs a code in the introduction", () => {
    assert.match(plain({ intro: true }).join("\n"), /s 3 Enter/);
  });
});
