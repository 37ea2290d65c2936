// A share of the power cuts in flashing; `npm run torture` tries all of them.
import { shareOf } from "../run-share.ts";
import { flashCuts } from "./flash-cuts.ts";

describe("flashing with the power failing", () => {
  shareOf(flashCuts, 1, 120_000);
});
