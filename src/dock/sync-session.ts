// One sync session over the dock's cable, SPEC.md §9 and §10: the handheld's requests are handed to the depot and its
// replies back, until nothing is unsent and no update is waiting. It reads no record: both ends check the MACs.
import { FaultNumber } from "../shared/faults.ts";
import { readU16 } from "../shared/wire/bytes.ts";
import { decodeHello, type Hello, HELLO_BYTES } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { UPDATES_PER_REPLY } from "../shared/wire/sync.ts";
import { DockError } from "./dock-error.ts";
import { faultWords } from "./fault-words.ts";
import type { FrameClient } from "./frame-client.ts";

/** Rounds of one session: twice what the longest journal (2,624 slots, 24 a request) needs. */
export const SYNC_ROUNDS_MAX = 240;

/** Times that a reply may come too late: the handheld asked over the air meanwhile, and waits for that one. */
const STALE_MAX = 3;
const REPLY_UPDATES_OFFSET = 38; // SPEC.md §9.2

/** Takes a sync request to the depot and brings back its reply; undefined when the depot refuses it. */
export type SyncWithDepot = (request: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** How a session ended. */
export interface SyncOutcome {
  /** 0, or what ended the session; SyncClosed is not a failure, the depot has everything then. */
  fault: number;
  rounds: number;
  /** What the handheld says of itself after the last round. */
  hello: Hello;
}

/**
 * Asks a handheld who it is.
 * @throws DockError when the cable fails
 */
export async function askHello(client: FrameClient): Promise<Hello> {
  const answer = await client.request(Command.Hello);
  if (answer.fault !== 0) throw new DockError("garbage", `hello was answered with ${faultWords(answer.fault)}`);
  if (answer.data.length < HELLO_BYTES) throw new DockError("garbage", "this is no handheld's answer to hello");
  return decodeHello(answer.data);
}

/**
 * Runs one session.
 * @param told called after each round that went well, with the records that are still unsent
 * @throws DockError when the cable fails
 */
export async function syncSession(
  client: FrameClient,
  sync: SyncWithDepot,
  told: (unsent: number) => void = () => undefined,
): Promise<SyncOutcome> {
  let stale = 0;
  for (let rounds = 1; ; rounds++) {
    const request = await client.request(Command.SyncRequest);
    if (request.fault !== 0) return { fault: request.fault, rounds, hello: await askHello(client) };
    const reply = await sync(request.data);
    if (reply === undefined) return { fault: FaultNumber.SyncRefused, rounds, hello: await askHello(client) };
    const { fault } = await client.request(Command.SyncReply, reply);
    const hello = await askHello(client);
    const updatesWait =
      reply.length > REPLY_UPDATES_OFFSET && readU16(reply, REPLY_UPDATES_OFFSET) >= UPDATES_PER_REPLY;
    const settled = hello.unsent === 0 && !updatesWait;
    if (fault === FaultNumber.SyncStale && ++stale <= STALE_MAX) continue;
    if (fault === 0) told(hello.unsent);
    if (fault !== 0 || settled || rounds === SYNC_ROUNDS_MAX) return { fault, rounds, hello };
  }
}

/** Whether a session failed; a closed day is no failure. */
export function syncFailed(outcome: SyncOutcome): boolean {
  return outcome.fault !== 0 && outcome.fault !== FaultNumber.SyncClosed;
}
