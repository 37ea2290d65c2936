// The handheld's surroundings in a model run: a chip and a clock that outlive a start, and a hash that is watched: when
// digits of a code, or a release answer, are looked at, the run knows.
import type { SimChip } from "../../../hal/sim/sim-chip.ts";
import type { Hash } from "../../../src/shared/crypto/hash.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { TestHost } from "../../support/test-host.ts";
import type { Random } from "../random.ts";

/** The clock chip: set, it runs on over a start; after a flat battery it counts from 1970. */
export class ClockChip {
  private ahead_s: number | undefined;
  private startedAt_s = 0;

  /** @param keeps false: its battery was flat, too */
  powerUp(true_s: number, keeps: boolean): void {
    this.startedAt_s = true_s;
    if (!keeps) this.ahead_s = undefined;
  }

  read(true_s: number): number {
    return this.ahead_s === undefined ? true_s - this.startedAt_s : true_s + this.ahead_s;
  }

  set(true_s: number, now_s: number): void {
    this.ahead_s = now_s - true_s;
  }

  isSet(): boolean {
    return this.ahead_s !== undefined;
  }
}

/** One life of a handheld, from a start to the next. */
export class ModelHost extends TestHost {
  /** What the clock chip said when this life began. */
  readonly startReading_s: number;
  /** The request made last, whatever way it is to go. */
  latest: Uint8Array | undefined;
  private readonly clockChip: ClockChip;
  private readonly dice: Random;
  private readonly requests: Uint8Array[];

  /** @param requests where requests over the air are noted */
  constructor(chip: SimChip, start_s: number, clockChip: ClockChip, dice: Random, requests: Uint8Array[]) {
    super(chip, start_s);
    this.clockChip = clockChip;
    this.dice = dice;
    this.requests = requests;
    this.startReading_s = clockChip.read(start_s);
  }

  /** The right time, UTC seconds. */
  true_s(): number {
    return Math.floor(this.clock.now_ms() / 1000);
  }

  override now_s(): number {
    return this.clockChip.read(this.true_s());
  }

  override setClock(now_s: number): void {
    this.clockChip.set(this.true_s(), now_s);
  }

  override clockIsSet(): boolean {
    return this.clockChip.isSet();
  }

  override post(url: string, body: Uint8Array, done: (status: number, body: Uint8Array) => void): void {
    this.latest = body;
    this.requests.push(body);
    super.post(url, body, done);
  }

  override random(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.dice.below(256));
  }
}

const DIGEST_START = Buffer.from("parola.1");
const SALT_BYTES = 16;
const DIGEST_BYTES = 30;
/** Inner block of an HMAC, the word, and the three numbers of a lock: SPEC.md §8. */
const ANSWER_START = Buffer.from("answer");
const ANSWER_AT = 64;
const ANSWER_BYTES = 82;

/** Node's hashes, and what they were asked. */
export class WatchedHash implements Hash {
  /** Whether digits of a code, or a release answer, were looked at since this was last cleared. */
  hasLooked = false;
  /** Called before digits are compared with a code, by its salt, or (without one) an answer is worked out. */
  onLook: (salt: string | undefined) => void = () => undefined;

  sha256(data: Uint8Array): Uint8Array {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    const isDigest = data.length === DIGEST_BYTES && bytes.indexOf(DIGEST_START) === 0;
    const isAnswer = data.length === ANSWER_BYTES && bytes.indexOf(ANSWER_START, ANSWER_AT) === ANSWER_AT;
    if (isDigest || isAnswer) {
      this.hasLooked = true;
      const salt = bytes.toString("hex", DIGEST_START.length, DIGEST_START.length + SALT_BYTES);
      this.onLook(isDigest ? salt : undefined);
    }
    return nodeHash.sha256(data);
  }

  crc32(data: Uint8Array): number {
    return nodeHash.crc32(data);
  }
}
