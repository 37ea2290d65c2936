// A share of the kills of the depot's process: one depot, eight kills.
import { shareOf } from "./run-share.ts";
import { syncKills } from "./sync/sync-kills.ts";

describe("the depot's process", () => {
  shareOf(syncKills, 0.04, 180_000);
});
