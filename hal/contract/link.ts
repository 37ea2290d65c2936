// The way to the depot. A link that is down says so; a request that fails says how; nothing blocks.
import type { FaultNumber } from "../../src/shared/faults.ts";

export interface Link {
  /** Whether a request has a chance. */
  isUp(): boolean;
  /** Calls `up` whenever the link returns. One listener; a later call replaces it. */
  onUp(up: () => void): void;
  /**
   * Posts `body` to `url` (http://host:port/path).
   * @param done called exactly once: with None and the reply's body, or SyncUnreachable (no connection, time-out),
   *   or SyncRefused (any status but 200)
   */
  post(url: string, body: Uint8Array, done: (fault: FaultNumber, reply: Uint8Array) => void): void;
}
