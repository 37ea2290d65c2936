// The network between handhelds and depot: every message may be lost, doubled, late by seconds or by hours, cut short
// or changed in some bits, and so overtake another. It keeps what is on its way and hands it out in order of arrival.
import type { Draw } from "./draw.ts";
import type { Trace } from "./trace.ts";

/** Percent of messages. */
export interface Faults {
  lost: number;
  doubled: number;
  /** Late by up to two minutes. */
  late: number;
  /** Late by up to three hours. */
  forgotten: number;
  /** Cut short, or some bits changed. */
  damaged: number;
}

/** Networks to draw from. */
export const NETWORKS: readonly Faults[] = [
  { lost: 0, doubled: 0, late: 0, forgotten: 0, damaged: 0 },
  { lost: 5, doubled: 5, late: 5, forgotten: 2, damaged: 5 },
  { lost: 15, doubled: 15, late: 15, forgotten: 5, damaged: 15 },
  { lost: 35, doubled: 25, late: 30, forgotten: 10, damaged: 30 },
];

/** A message on its way. */
export interface Letter {
  at_ms: number;
  to: "depot" | "handheld";
  device: number;
  /** Of the handheld's requests, or which of them it answers. */
  number: number;
  /** HTTP status of a reply, 0 for no connection. */
  status: number;
  bytes: Uint8Array;
  /** Nothing of it was changed. */
  isWhole: boolean;
}

/** What is handed to the network. */
export type Sent = Omit<Letter, "at_ms" | "isWhole">;

/** Low bytes of a reply's time and acknowledged, of a request's from and to (SPEC.md §9): hit more often than by chance. */
const TENDER = { handheld: [33, 36, 36, 36], depot: [48, 50] } as const;

/** Everything under way. */
export class Network {
  faults: Faults;
  private readonly draw: Draw;
  private readonly trace: Trace;
  private readonly letters: Letter[] = [];

  constructor(draw: Draw, faults: Faults, trace: Trace) {
    this.draw = draw;
    this.faults = faults;
    this.trace = trace;
  }

  /** Sends a message: none, one or two of it will arrive. */
  send(now_ms: number, letter: Sent): void {
    const { faults, draw } = this;
    if (draw.chance(faults.lost)) return this.trace.note(now_ms, `${letter.to}: message lost`, `${letter.device}`);
    const isDoubled = draw.chance(faults.doubled);
    if (isDoubled) this.trace.note(now_ms, `${letter.to}: message doubled`, `${letter.device}`);
    for (let copy = isDoubled ? 2 : 1; copy > 0; copy--) this.letters.push(this.onItsWay(now_ms, letter));
  }

  /** When the next message arrives. */
  nextAt_ms(): number | undefined {
    return this.letters.reduce<number | undefined>(
      (first, { at_ms }) => (first === undefined || at_ms < first ? at_ms : first),
      undefined,
    );
  }

  /** Takes out the message that arrives first, if that is by now. */
  arrived(now_ms: number): Letter | undefined {
    const at_ms = this.nextAt_ms();
    if (at_ms === undefined || at_ms > now_ms) return undefined;
    const [letter] = this.letters.splice(
      this.letters.findIndex((one) => one.at_ms === at_ms),
      1,
    );
    return letter;
  }

  private onItsWay(now_ms: number, letter: Sent): Letter {
    const { faults, draw } = this;
    const isDamaged = letter.bytes.length > 0 && draw.chance(faults.damaged);
    const bytes = isDamaged ? this.damaged(letter.bytes, TENDER[letter.to]) : letter.bytes;
    if (isDamaged) this.trace.note(now_ms, `${letter.to}: message damaged`, `${letter.device}`);
    return { ...letter, bytes, isWhole: !isDamaged, at_ms: now_ms + this.delay_ms(now_ms, letter.to) };
  }

  private delay_ms(now_ms: number, to: Letter["to"]): number {
    const { faults, draw } = this;
    if (draw.chance(faults.forgotten)) {
      this.trace.note(now_ms, `${to}: message forgotten`);
      return draw.between(120_000, 3 * 3_600_000);
    }
    if (draw.chance(faults.late)) {
      this.trace.note(now_ms, `${to}: message late`);
      return draw.between(1000, 120_000);
    }
    return draw.between(20, 400);
  }

  private damaged(bytes: Uint8Array, tender: readonly number[]): Uint8Array {
    const { draw } = this;
    if (draw.chance(25)) return bytes.slice(0, draw.below(bytes.length));
    const changed = bytes.slice();
    for (let flips = draw.chance(60) ? 1 : draw.between(2, 5); flips > 0; flips--) {
      const isTender = draw.chance(50);
      const byte = isTender ? draw.pick(tender) : draw.below(bytes.length);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << draw.below(isTender ? 4 : 8));
    }
    const isSame = changed.every((byte, at) => byte === bytes[at]);
    return isSame ? bytes.slice(1) : changed;
  }
}
