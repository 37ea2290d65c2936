// The label: what it says, that it is whole XML whatever the names are, and that its bars are Code 128 of its text.
import assert from "node:assert/strict";
import { drawLabel, labelText } from "../../src/technician/label.ts";

const FACTS = { device: 7, board: "linux", keyEpoch: 2, date: "2026-03-04", name: "Van 4" };
/** Code 128, ISO/IEC 15417: widths of bars and spaces of start B, the letters of "PAROLA-7" and stop. */
const START_B = "211214";
/** Check symbol: (104 + 1·48 + 2·33 + 3·50 + 4·47 + 5·44 + 6·33 + 7·13 + 8·23) mod 103 = 13, and stop. */
const END = "1221322331112";
const WIDTHS: Readonly<Record<string, string>> = {
  P: "313121",
  A: "111323",
  R: "231131",
  O: "133121",
  L: "132131",
  "-": "122132",
  "7": "312131",
};

/** Widths of bars and spaces in modules, from left to right. */
function modules(svg: string): string {
  const bars: { from: number; to: number }[] = [];
  for (const [, width, path] of svg.matchAll(/stroke-width="([\d.]+)" d="([^"]*)"/g)) {
    for (const [, x] of path!.matchAll(/M([\d.]+) /g)) {
      bars.push({ from: Number(x) - Number(width) / 2, to: Number(x) + Number(width) / 2 });
    }
  }
  bars.sort((a, b) => a.from - b.from);
  const edges = bars.flatMap(({ from, to }) => [from, to]);
  const gaps = edges.slice(1).map((edge, i) => edge - edges[i]!);
  const unit = Math.min(...gaps);
  return gaps.map((gap) => Math.round(gap / unit)).join("");
}

describe("the label", () => {
  it("says number, name, board, key and day", () => {
    const svg = drawLabel(FACTS);
    assert.match(svg, />7<\/text>/);
    assert.match(svg, />Van 4<\/text>/);
    assert.match(svg, />linux, key 2, 2026-03-04<\/text>/);
  });

  it("carries PAROLA-<device> as Code 128", () => {
    assert.equal(labelText(7), "PAROLA-7");
    const found = modules(drawLabel(FACTS));
    assert.ok(found.startsWith(START_B + [..."PAROLA-7"].map((letter) => WIDTHS[letter]).join("")), found);
    assert.ok(found.endsWith(END), found);
    assert.notEqual(modules(drawLabel({ ...FACTS, device: 8 })), found);
  });

  it("escapes every name, and cuts what is too long", () => {
    const svg = drawLabel({ ...FACTS, name: `<script>&"'\u0007`, board: "</svg><a>" });
    assert.doesNotMatch(svg, /<script|<a>|\u0007/);
    assert.match(svg, /&lt;script&gt;&amp;&quot;&#39; </);
    assert.equal(svg.match(/<\/svg>/g)?.length, 2);
    assert.ok(!drawLabel({ ...FACTS, name: "x".repeat(500) }).includes("x".repeat(35)));
  });
});
