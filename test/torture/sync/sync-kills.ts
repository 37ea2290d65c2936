// The sweep over the depot's process: each seed is one depot, killed with SIGKILL eight times while handhelds sync.
import { pointId, type Sweep } from "../sweep.ts";
import { type KillResult, runKills } from "./kill-run.ts";

const NAME = "sync-kills";
const DEPOTS = 25;
const KILLS_A_DEPOT = 8;
const POINT = /^sync-kills\/seed:(\d+)$/;

/** `parola serve`, killed under load. Its moments are the machine's: an id repeats choices, not times. */
export const syncKills: Sweep = {
  name: NAME,
  title: "the depot's process is killed under load: whatever it acknowledged is in its books, once",
  async run(torture) {
    const one = torture.only === undefined ? undefined : Number(POINT.exec(torture.only)?.[1] ?? NaN);
    if (Number.isNaN(one)) return;
    const depots = one === undefined ? Math.ceil(DEPOTS * torture.share) : 1;
    torture.planned(depots * KILLS_A_DEPOT);
    const all: KillResult = { kills: 0, answered: 0, unanswered: 0, records: 0 };
    for (let depot = 0; depot < depots; depot++) {
      const seed = one ?? torture.seed + depot;
      try {
        const result = await runKills(seed, KILLS_A_DEPOT);
        for (const name of ["kills", "answered", "unanswered", "records"] as const) all[name] += result[name];
      } catch (error) {
        torture.violated(pointId(NAME, `seed:${seed}`), error);
      }
      torture.tried(KILLS_A_DEPOT);
    }
    torture.figure("kills", all.kills);
    torture.figure("requests answered", all.answered);
    torture.figure("requests cut off by a kill", all.unanswered);
    torture.figure("records booked", all.records);
  },
};
