// One connection of the service port, SPEC.md §10.1 to §10.3: bytes become frames, sealed frames are checked, each gets
// its answer. What a command does is the dock's affair; nothing that arrives here is evaluated, and nothing makes it throw.
import { FaultNumber } from "../../../src/shared/faults.ts";
import { copyBytes, sameBytes } from "../../../src/shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  answerData,
  Command,
  encodeFrame,
  type Frame,
  FRAME_SILENCE_MS,
  FrameReader,
  SEALED_BIT,
} from "../../../src/shared/wire/service-frame.ts";
import {
  type Challenge,
  encodeChallenge,
  Role,
  roleLabel,
  seal,
  SESSION_NONCE_BYTES,
  SESSION_PROOF_BYTES,
  SESSION_VERSION,
  sessionHmac,
  transcript,
  unseal,
} from "../../../src/shared/wire/service-session.ts";
import type { Keys } from "../keys.ts";
import type { Dock } from "./dock.ts";
import type { ProofGuard } from "./proof-guard.ts";

/** Data of Open: version, role, nonce. */
const OPEN_BYTES = 2 + SESSION_NONCE_BYTES;
const LAST_BENCH_COMMAND = Command.Variables;

/** A session that is open, or waits for its host's proof. */
interface Session {
  /** The handheld's keys when it was opened; others end it. */
  keys: Keys;
  role: Role;
  key: Uint8Array;
  /** What Prove must bring; undefined once it did. */
  awaited: Uint8Array | undefined;
  /** Sequence of the last sealed frame. */
  last: number;
}

/** One end of a cable. */
export class ServicePort {
  private dock_: Dock;
  private guard_: ProofGuard;
  private send_: (bytes: Uint8Array) => void;
  private reader_: FrameReader;
  private listens_: boolean;
  /** Whether bytes came since it last looked. */
  private heard_: boolean;
  private session_: Session | undefined;
  /** CRC-32 of the last frame that changed something, and the answer it got. */
  private keptSum_: number;
  private kept_: Uint8Array | undefined;

  constructor(dock: Dock, guard: ProofGuard, send: (bytes: Uint8Array) => void) {
    this.dock_ = dock;
    this.guard_ = guard;
    this.send_ = send;
    this.reader_ = new FrameReader(dock.board.hash);
    this.listens_ = false;
    this.heard_ = false;
    this.session_ = undefined;
    this.keptSum_ = 0;
    this.kept_ = undefined;
  }

  /** Bytes from the other end, as they come. */
  take(bytes: Uint8Array): void {
    this.heard_ = true;
    if (!this.listens_) this.listen_();
    const frames = this.reader_.push(bytes);
    if (frames.length > 0) this.serve_(frames);
  }

  /** Looks now and then whether it fell silent; a timer for each piece would cost more time than the line takes. */
  private listen_(): void {
    this.listens_ = true;
    this.heard_ = false;
    this.dock_.board.clock.after(FRAME_SILENCE_MS, () => {
      if (this.heard_) return this.listen_();
      this.listens_ = false;
      this.serve_(this.reader_.giveUp());
    });
  }

  private serve_(frames: Frame[]): void {
    for (const frame of frames) {
      if (frame.command & ANSWER_BIT) continue; // its own answer, echoed
      if (this.kept_ && frame.sum === this.keptSum_) this.send_(this.kept_);
      else if (frame.command & SEALED_BIT) this.sealed_(frame);
      else this.answer_(frame, this.open_(frame.command, frame.data), frame.command === Command.Provision);
    }
  }

  private answer_(frame: Frame, data: Uint8Array, keeps: boolean): void {
    const bytes = encodeFrame(this.dock_.board.hash, frame.sequence, frame.command | ANSWER_BIT, data);
    if (keeps) {
      this.keptSum_ = frame.sum;
      this.kept_ = bytes;
    }
    this.send_(bytes);
  }

  private sealed_(frame: Frame): void {
    const session = this.session_;
    const guard = this.guard_;
    if (guard.waits) return this.answer_(frame, answerData(FaultNumber.DockWait, undefined), false);
    const isOpen = session && !session.awaited && session.keys === this.dock_.keys();
    if (!session || !isOpen || frame.sequence <= session.last) {
      return this.answer_(frame, answerData(FaultNumber.DockNoSession, undefined), false);
    }
    const hash = this.dock_.board.hash;
    const payload = unseal(hash, session.key, frame.sequence, frame.command, frame.data);
    if (!payload) {
      this.session_ = undefined;
      guard.wrong();
      return this.answer_(frame, answerData(FaultNumber.DockNoSession, undefined), false);
    }
    session.last = frame.sequence;
    const data = this.dock_.answer(frame.command & ~SEALED_BIT, payload, session.role === Role.Technician);
    // The dock opened its files again: the same key goes on with the session, another one ends it.
    const keys = this.dock_.keys();
    if (keys && keys.isSame(session.keys)) session.keys = keys;
    const command = frame.command | ANSWER_BIT;
    this.answer_(frame, seal(hash, session.key, frame.sequence, command, data), true);
  }

  /** A command without a seal: few are taken so. */
  private open_(command: number, data: Uint8Array): Uint8Array {
    const keys = this.dock_.keys();
    if (command === Command.Open) return this.challenge_(keys, data);
    if (command === Command.Prove) return answerData(this.prove_(data), undefined);
    const isFirstKey = command === Command.Provision && !keys;
    if (command <= LAST_BENCH_COMMAND || isFirstKey) return this.dock_.answer(command, data, isFirstKey);
    return answerData(FaultNumber.DockNoSession, undefined);
  }

  private challenge_(keys: Keys | undefined, data: Uint8Array): Uint8Array {
    const { hash, entropy } = this.dock_.board;
    this.session_ = undefined;
    const fault = this.openFault_(data);
    if (fault !== FaultNumber.None) return answerData(fault, undefined);
    if (!keys) return answerData(FaultNumber.KeyMissing, undefined);
    const role = data[1] as Role;
    const challenge: Challenge = {
      version: SESSION_VERSION,
      role: role,
      device: keys.device,
      keyEpoch: keys.keyEpoch,
      deviceNonce: entropy.random(SESSION_NONCE_BYTES),
      proof: data.subarray(2), // its place; what is said in front of it is proven
    };
    const said = transcript(challenge, copyBytes(data, 2, SESSION_NONCE_BYTES));
    const roleKey = keys.subkey(roleLabel(role));
    challenge.proof = sessionHmac(hash, roleKey, "d", said).subarray(0, SESSION_PROOF_BYTES);
    this.session_ = {
      keys: keys,
      role: role,
      key: sessionHmac(hash, roleKey, "s", said),
      awaited: sessionHmac(hash, roleKey, "h", said).subarray(0, SESSION_PROOF_BYTES),
      last: 0,
    };
    return answerData(FaultNumber.None, encodeChallenge(challenge));
  }

  /** What is wrong with the data of Open, whatever the key. */
  private openFault_(data: Uint8Array): FaultNumber {
    if (this.guard_.waits) return FaultNumber.DockWait;
    const isRole = data[1] === Role.Dock || data[1] === Role.Technician;
    if (data.length !== OPEN_BYTES || !isRole) return FaultNumber.DockBadFrame;
    return data[0] === SESSION_VERSION ? FaultNumber.None : FaultNumber.DockVersion;
  }

  private prove_(proof: Uint8Array): FaultNumber {
    const session = this.session_;
    if (this.guard_.waits) return FaultNumber.DockWait;
    if (session && session.awaited && sameBytes(session.awaited, proof)) {
      session.awaited = undefined;
      this.guard_.right();
      return FaultNumber.None;
    }
    this.session_ = undefined;
    this.guard_.wrong();
    return FaultNumber.DockProof;
  }
}
