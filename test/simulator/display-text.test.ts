// Drawing steps as plain text.
import assert from "node:assert/strict";
import type { DrawStep } from "../../hal/sim/host.ts";
import { screenLines } from "../../src/simulator/display-text.ts";

function text(x: number, y: number, size: number, words: string): DrawStep {
  return { kind: "text", x, y, size, text: words, inverted: false, x2: 0, y2: 0 };
}

const BAR: DrawStep = { kind: "bar", x: 0, y: 0, size: 0, text: "", inverted: false, x2: 127, y2: 7 };

describe("screenLines", () => {
  it("puts small text into its cell", () => {
    const lines = screenLines([text(0, 0, 1, "Parola"), text(60, 56, 1, "right")]);
    assert.deepEqual(lines, ["Parola", "", "", "", "", "", "", "          right"]);
  });

  it("keeps large text in one word, in the middle of its place", () => {
    assert.equal(screenLines([text(0, 16, 2, "OPEN")])[2], "  OPEN");
    assert.equal(screenLines([text(0, 16, 3, "123456")])[3], "      123456");
  });

  it("cuts what lies outside, and draws no bars", () => {
    const lines = screenLines([BAR, text(120, 0, 1, "ABC"), text(0, 64, 1, "below"), text(-12, 8, 1, "left")]);
    assert.deepEqual(lines.slice(0, 2), ["                    A", "ft"]);
    assert.equal(lines.length, 8);
  });

  it("lets later steps cover earlier ones", () => {
    assert.equal(screenLines([text(0, 0, 1, "AAAA"), text(6, 0, 1, "b")])[0], "AbAA");
  });
});
