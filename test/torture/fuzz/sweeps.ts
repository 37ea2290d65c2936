// Every fuzz sweep, for the long run and for its share in the tests.
import type { Sweep } from "../sweep.ts";
import { fuzzDayFiles } from "./day-files.fuzz.ts";
import { fuzzDepotServer } from "./depot-server.fuzz.ts";
import { fuzzDockClient } from "./dock-client.fuzz.ts";
import { fuzzFrames } from "./frames.fuzz.ts";
import { fuzzJournal } from "./journal.fuzz.ts";
import { fuzzLedger } from "./ledger.fuzz.ts";
import { fuzzManifest } from "./manifest.fuzz.ts";
import { fuzzRoundFiles } from "./round-files.fuzz.ts";
import { fuzzRoundImport } from "./round-import.fuzz.ts";
import { fuzzServicePort } from "./service-port.fuzz.ts";
import { fuzzSyncIntake } from "./sync-intake.fuzz.ts";
import { fuzzSyncReply } from "./sync-reply.fuzz.ts";
import { fuzzSyncRequest } from "./sync-request.fuzz.ts";
import { fuzzTexts } from "./texts.fuzz.ts";
import { fuzzUpdates } from "./updates.fuzz.ts";

/** In the order of their inputs' way: files at the depot, the handheld's flash, the air, the cable. */
export const FUZZ_SWEEPS: readonly Sweep[] = [
  fuzzRoundFiles,
  fuzzRoundImport,
  fuzzTexts,
  fuzzManifest,
  fuzzJournal,
  fuzzLedger,
  fuzzUpdates,
  fuzzDayFiles,
  fuzzSyncRequest,
  fuzzSyncIntake,
  fuzzDepotServer,
  fuzzSyncReply,
  fuzzFrames,
  fuzzServicePort,
  fuzzDockClient,
];
