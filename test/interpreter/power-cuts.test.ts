// A share of the sweep that kills the real interpreter in its flash writes: test/torture/interpreter. The whole of it is
// part of `npm run torture`; an id that it prints reruns exactly that point.
import { shareOf } from "../torture/run-share.ts";
import { interpreterCuts } from "../torture/interpreter/interpreter-cuts.ts";
import { whatIsMissing } from "../torture/interpreter/power-cutter.ts";

/** About forty seconds on two idle cores. */
const SHARE = 0.05;
const LIMIT_MS = 900_000;

describe("power cuts on the real interpreter", () => {
  before(function () {
    const missing = whatIsMissing();
    if (missing === undefined) return;
    console.warn(`\n===== SKIPPED: power cuts on the real interpreter: ${missing} =====\n`);
    this.skip();
  });

  shareOf(interpreterCuts, SHARE, LIMIT_MS);
});
