// Every sweep of the long run, in the order in which it starts them: the longest ones first.
import { bitsAtRest } from "./adversary/bits-at-rest.ts";
import { bitsOnTheWay } from "./adversary/bits-on-the-way.ts";
import { dumpCandidates } from "./adversary/dump-candidates.ts";
import { forgedAcceptance } from "./adversary/forged-acceptance.ts";
import { deviceLimit, twoGuesses } from "./adversary/guessing.ts";
import { nearMisses } from "./adversary/near-misses.ts";
import { oneTag } from "./adversary/one-tag.ts";
import { tagStatistics } from "./adversary/tag-statistics.ts";
import { dayCuts, deepCuts } from "./day/day-cuts.ts";
import { dayDamage } from "./day/day-damage.ts";
import { daySchedules } from "./day/day-schedules.ts";
import { flashCuts } from "./flash/flash-cuts.ts";
import { FUZZ_SWEEPS } from "./fuzz/sweeps.ts";
import { interpreterCuts } from "./interpreter/interpreter-cuts.ts";
import { modelSweep } from "./model/model.sweep.ts";
import type { Sweep } from "./sweep.ts";
import { syncKills } from "./sync/sync-kills.ts";
import { syncSimulator } from "./sync/sync-simulator.ts";

export const SWEEPS: readonly Sweep[] = [
  deepCuts,
  modelSweep,
  syncSimulator,
  interpreterCuts,
  dayCuts,
  dayDamage,
  daySchedules,
  syncKills,
  flashCuts,
  ...FUZZ_SWEEPS,
  bitsAtRest,
  bitsOnTheWay,
  tagStatistics,
  dumpCandidates,
  nearMisses,
  oneTag,
  forgedAcceptance,
  deviceLimit,
  twoGuesses,
];
