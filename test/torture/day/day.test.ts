// A share of the sweeps over a day; `npm run torture` tries all of it.
import { shareOf } from "../run-share.ts";
import { dayCuts, deepCuts } from "./day-cuts.ts";
import { dayDamage } from "./day-damage.ts";
import { daySchedules } from "./day-schedules.ts";

describe("a day with the power failing", () => {
  shareOf(dayCuts, 0.03, 300_000);
  shareOf(deepCuts, 0.004, 300_000);
  shareOf(daySchedules, 0.05, 300_000);
  shareOf(dayDamage, 0.04, 300_000);
});
