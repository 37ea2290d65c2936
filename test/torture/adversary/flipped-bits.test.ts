// A share of every bit flipped, at rest and on the way; the long run flips all of them.
import { shareOf } from "../run-share.ts";
import { bitsAtRest } from "./bits-at-rest.ts";
import { bitsOnTheWay } from "./bits-on-the-way.ts";

describe("flipped bits", () => {
  shareOf(bitsAtRest, 0.015);
  shareOf(bitsOnTheWay, 0.05);
});
