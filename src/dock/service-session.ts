// The host's end of a session on the service port, SPEC.md §10.2: both sides prove that they hold the device's key, then
// every request is sealed. The role key itself never goes onto the cable, nor into an error's words.
import { FaultNumber } from "../shared/faults.ts";
import { sameBytes } from "../shared/wire/bytes.ts";
import { Command } from "../shared/wire/service-frame.ts";
import {
  type Challenge,
  decodeChallenge,
  encodeOpen,
  type Role,
  SESSION_NONCE_BYTES,
  SESSION_PROOF_BYTES,
  SESSION_VERSION,
  sessionHmac,
  transcript,
} from "../shared/wire/service-session.ts";
import { DockError } from "./dock-error.ts";
import { faultWords } from "./fault-words.ts";
import type { Answer, FrameClient } from "./frame-client.ts";

/** Opens with a fresh nonce each, when nothing answers. */
const OPENS_MAX = 3;

/** Why there is no session. */
export type SessionRefusalReason =
  "unknown device" | "other device" | "wrong key" | "wait" | "version" | "no key" | "refused";

/** The handheld answered, but no session came of it. */
export class SessionRefused extends Error {
  readonly reason: SessionRefusalReason;
  /** The handheld's fault number; 0 when this side refused. */
  readonly fault: number;

  constructor(reason: SessionRefusalReason, fault: number, words: string) {
    super(words);
    this.name = "SessionRefused";
    this.reason = reason;
    this.fault = fault;
  }
}

/** What a host wants. */
export interface SessionWish {
  role: Role;
  /** Number the handheld must have; any when left out. */
  device?: number | undefined;
  /** The role's subkey of a device in a key epoch, 32 bytes; undefined when it is not known. */
  roleKey(device: number, keyEpoch: number): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Fresh random bytes. */
  random(length: number): Uint8Array;
}

/** Whom a session was opened with. */
export interface SessionPeer {
  device: number;
  keyEpoch: number;
}

function refusedBy(fault: number): SessionRefused {
  const words = faultWords(fault);
  switch (fault) {
    case FaultNumber.DockProof:
      return new SessionRefused("wrong key", fault, `the handheld does not take this key: ${words}`);
    case FaultNumber.DockWait:
      return new SessionRefused("wait", fault, `${words}; try again in about a minute`);
    case FaultNumber.DockVersion:
      return new SessionRefused("version", fault, words);
    case FaultNumber.KeyMissing:
      return new SessionRefused("no key", fault, words);
    default:
      return new SessionRefused("refused", fault, `no session: ${words}`);
  }
}

/** Checks all of a challenge that needs no key. */
function checkedChallenge(data: Uint8Array, wish: SessionWish): Challenge {
  const challenge = decodeChallenge(data);
  if (challenge === undefined) throw new DockError("garbage", "the answer to Open is no challenge");
  const { version, role, device } = challenge;
  if (version !== SESSION_VERSION) {
    throw new SessionRefused(
      "version",
      0,
      `the handheld offers version ${version} of the session, not ${SESSION_VERSION}`,
    );
  }
  if (role !== wish.role) {
    throw new SessionRefused("refused", 0, `the handheld answers for role ${role}, not for role ${wish.role}`);
  }
  if (device === 0) throw new SessionRefused("no key", 0, "the handheld has no key");
  if (wish.device !== undefined && device !== wish.device) {
    throw new SessionRefused("other device", 0, `this is handheld ${device}, not ${wish.device}`);
  }
  return challenge;
}

/** One Open and its Prove; neither is ever sent twice: the handheld would take the second for another. */
async function tryOpen(client: FrameClient, wish: SessionWish, timeout_ms: number | undefined): Promise<SessionPeer> {
  const once = { resends: 0, keepsOpen: true };
  const hostNonce = wish.random(SESSION_NONCE_BYTES);
  const asked = await client.request(Command.Open, encodeOpen(wish.role, hostNonce), timeout_ms, once);
  if (asked.fault !== 0) throw refusedBy(asked.fault);
  const challenge = checkedChallenge(asked.data, wish);
  const { device, keyEpoch, proof } = challenge;
  const roleKey = await wish.roleKey(device, keyEpoch);
  if (roleKey === undefined) {
    throw new SessionRefused("unknown device", 0, `handheld ${device} with key epoch ${keyEpoch} is not known here`);
  }
  const said = transcript(challenge, hostNonce);
  const prove = (what: "d" | "h"): Uint8Array =>
    sessionHmac(client.hash, roleKey, what, said).subarray(0, SESSION_PROOF_BYTES);
  if (!sameBytes(prove("d"), proof)) {
    throw new SessionRefused("wrong key", 0, `handheld ${device} does not prove that it holds the key known here`);
  }
  const proved: Answer = await client.request(Command.Prove, prove("h"), timeout_ms, once);
  if (proved.fault !== 0) throw refusedBy(proved.fault);
  client.useSession(sessionHmac(client.hash, roleKey, "s", said));
  return { device, keyEpoch };
}

/**
 * Opens a session: from then on the client seals every request. A session before is gone, whatever comes of this.
 * @param timeout_ms for each answer; by the command when left out
 * @throws SessionRefused when either side refuses
 * @throws DockError when the cable fails
 */
export async function openSession(client: FrameClient, wish: SessionWish, timeout_ms?: number): Promise<SessionPeer> {
  client.useSession(undefined);
  for (let left = OPENS_MAX - 1; ; left--) {
    try {
      return await tryOpen(client, wish, timeout_ms);
    } catch (error) {
      const isSilence = error instanceof DockError && (error.kind === "time-out" || error.kind === "garbage");
      if (isSilence && left === 0) client.close();
      if (!isSilence || left === 0) throw error;
    }
  }
}
