// A share of what a dump of the flash leaves: whole salts, all 10^6 codes of each.
import assert from "node:assert/strict";
import { shareOf } from "../run-share.ts";
import { classesOf, dumpCandidates } from "./dump-candidates.ts";
import { CODES } from "./fast-digest.ts";

describe("candidates after a dump", () => {
  shareOf(dumpCandidates, 0.01);

  it("leave out codes with a near miss of the same tag, and no others", () => {
    const tags = new Uint16Array(CODES).map((_, code) => code % 2048);
    tags[123_456] = tags[123_457] = 7; // a wrong last digit
    tags[200_000] = tags[20_000] = 9; // a swap
    const { issuable, all } = classesOf(tags);
    const lost = [123_456, 123_457, 200_000, 20_000].filter((code) => !issuable.includes(code));
    assert.equal(lost.length, 4);
    assert.equal(
      all.reduce((sum, count) => sum + count, 0),
      CODES,
    );
  });
});
