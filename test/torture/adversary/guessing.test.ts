// A share of the days of guessing couriers, by the bare rule and on the real firmware.
import assert from "node:assert/strict";
import { Random } from "../random.ts";
import { shareOf, testSeed } from "../run-share.ts";
import { guessOverRound, guessThenAsk, loadedRound } from "./guessed-days.ts";
import { deviceLimit, twoGuesses } from "./guessing.ts";

describe("guessing couriers", () => {
  shareOf(deviceLimit, 0.015);
  shareOf(twoGuesses, 0.02);

  it("are stopped by the device's limit after 15 guesses, over 300 parcels and restarts", async () => {
    const round = await loadedRound(new Random(testSeed()), 300);
    const days = Array.from({ length: 20 }, (_, n) => guessOverRound(round, new Random(n)));
    assert.ok(days.every(({ passed, guesses }) => guesses === 15 || passed === 1));
    assert.ok(days.some(({ guesses }) => guesses === 15));
  });

  it("are not stopped by it when each code is asked for at the third try: SECURITY.md says so", async () => {
    const round = await loadedRound(new Random(testSeed()), 72);
    const { guesses, passed } = guessThenAsk(round, new Random(1));
    assert.equal(guesses, 144 - passed);
  });
});
