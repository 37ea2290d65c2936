// What a hall of docks is handed: how ports are opened, the depot's part, whom it asks and tells. Types and times only.
import type { Hash } from "../../shared/crypto/hash.ts";
import type { ByteStream } from "../byte-stream.ts";
import type { loadHandheld } from "../load-handheld.ts";
import type { HallEvent } from "./hall-event.ts";

/** What a dock learns of a handheld that has proven its key. */
export interface DockSeen {
  /** Records that the depot has not acknowledged. */
  unsent: number;
  /** Sequence and journal epoch of its active manifest, 0 for none. */
  sequence: number;
  journalEpoch: number;
  /** Percent; undefined unknown. */
  battery: number | undefined;
  /** major × 65536 + minor × 256 + patch. */
  firmware: number;
}

/** A round for a handheld. */
export interface RoundOffer {
  round: string;
  /** "its own": sealed for it or assigned to it; "free": nobody's yet. */
  how: "its own" | "free";
}

/** The depot's part in a hall, for the day that is loaded. What it throws refuses that handheld, in the error's words. */
export interface HallDepot {
  /** Subkey "dock" of a handheld; undefined when the depot does not know it. Secret. */
  portKey(device: number, keyEpoch: number): Promise<Uint8Array | undefined>;
  /** Takes a sync request, which must be this device's; undefined refuses it. */
  sync(request: Uint8Array, device: number): Promise<Uint8Array | undefined>;
  /** The round to load; undefined when there is none. */
  roundFor(device: number): Promise<RoundOffer | undefined>;
  assignRound(device: number, round: string): Promise<void>;
  /** The sealed manifest. */
  manifest(device: number, round: string): Promise<Uint8Array>;
  /** It is in the dock; said again as long as it is. */
  arrived(device: number, seen: DockSeen): Promise<void>;
  /** It was taken out of the dock. */
  left(device: number): Promise<void>;
}

/** Times of a hall, milliseconds. */
export interface HallTimes {
  /** To open a port. */
  open_ms: number;
  /** For each thing asked of the depot. */
  depot_ms: number;
  /** Between two looks whether a loaded handheld is still there. */
  look_ms: number;
  /** Between two words to the depot that it is. */
  heartbeat_ms: number;
  /** Before a port is opened again whose cable was pulled: the machine tidies up first. */
  replug_ms: number;
  /** Before a port that had no handheld is tried again, where it is tried again at all. */
  retry_ms: number;
}

/** A hall's times unless something else is said. */
export const HALL_TIMES: HallTimes = {
  open_ms: 10_000,
  depot_ms: 60_000,
  look_ms: 5_000,
  heartbeat_ms: 30_000,
  replug_ms: 1_000,
  retry_ms: 10_000,
};

/** What a hall works with. */
export interface HallParts {
  hash: Hash;
  depot: HallDepot;
  /** Opens a port; a rejection's message says why it cannot be. */
  open(address: string): Promise<ByteStream>;
  tell(event: HallEvent): void;
  /**
   * Asks the person at the dock, yes or no; only one question at a time. Aborting the signal withdraws it. Undefined when
   * nobody can be asked.
   */
  ask: ((question: string, withdrawn: AbortSignal) => Promise<boolean>) | undefined;
  /** The loading procedure: {@link loadHandheld}. */
  load: typeof loadHandheld;
}

/** Choices of whoever runs a hall. */
export interface HallOptions {
  /** Give a free round to a handheld without one, without asking. */
  assignFree: boolean;
  /** Run maintenance where the flash needs it. */
  maintenance: boolean;
  /** Take results and load nothing. */
  resultsOnly: boolean;
  /** Each port once: a port is let go after its verdict. */
  once: boolean;
  /** Ports that are tried again after a while even when nothing changed. */
  retried: ReadonlySet<string>;
  times: HallTimes;
}
