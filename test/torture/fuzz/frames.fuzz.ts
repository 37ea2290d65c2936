// Fuzzes the frame reader that both ends of the service port use: no frame comes out whose CRC does not hold in the
// stream, none comes out of order, every one that stands alone comes out, and nothing beyond one unfinished frame is kept.
import { type Frame, FRAME_MAX, FRAME_OVERHEAD_BYTES, FrameReader } from "../../../src/shared/wire/service-frame.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { COMMANDS, type FoundFrame, framesIn, inPieces, type Pieces, spoiledFrame } from "./frame-draw.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { hexOf } from "./spoil.ts";

/** The longest frame, but for its last byte. */
const KEPT_MAX = FRAME_MAX + FRAME_OVERHEAD_BYTES - 1 - 1;

function draw(dice: Dice): Pieces {
  const parts: Uint8Array[] = [];
  for (let n = 1 + dice.below(3); n > 0; n--) {
    if (dice.oneIn(8)) parts.push(dice.bytes(dice.below(12)));
    const length = dice.oneIn(40) ? dice.odd(FRAME_MAX - 1) : dice.below(12);
    const data = length > 64 ? new Uint8Array(length).fill(0xee) : dice.bytes(length);
    parts.push(spoiledFrame(dice, dice.oneIn(6) ? dice.below(256) : dice.pick(COMMANDS), data, dice.below(0x10000)));
  }
  return { pieces: inPieces(dice, new Uint8Array(Buffer.concat(parts))) };
}

/** Bytes that a reader keeps: nobody else may look, but a limit that is not measured is none. */
function keptBy(reader: FrameReader): number {
  return (reader as unknown as { held: number }).held;
}

/** The frames that must come out: from the front, each one that checks, the next looked for behind it. */
function expected(stream: Uint8Array): FoundFrame[] {
  let behind = 0;
  return framesIn(stream).filter(({ at, end }) => {
    if (at < behind) return false;
    behind = end;
    return true;
  });
}

function give({ pieces }: Pieces): string {
  const reader = new FrameReader(fastHash);
  const out: Frame[] = [];
  for (const piece of pieces) {
    out.push(...reader.push(piece));
    must(keptBy(reader) <= KEPT_MAX, `${keptBy(reader)} bytes are kept`);
  }
  const waited = out.length;
  out.push(...reader.giveUp());
  must(keptBy(reader) === 0, "a silence leaves bytes");
  const there = expected(new Uint8Array(Buffer.concat(pieces)));
  must(out.length === there.length, `${out.length} frames came out, ${there.length} are in the stream`);
  out.forEach(({ sequence, command, data }, i) => {
    const one = there[i]!;
    const isSame = one.sequence === sequence && one.command === command && Buffer.compare(one.data, data) === 0;
    must(isSame, `frame ${i} came out as command ${command}, sequence ${sequence}`);
  });
  return out.length === 0 ? "none" : waited === out.length ? "good" : "good behind a silence";
}

/** The frame reader. */
export const fuzzFrames = fuzzSweep({
  name: "fuzz-frames",
  title:
    "the frames whose CRC holds come out of any stream, those alone, and no more than one unfinished frame is kept",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: ["good", "none", "good behind a silence"],
  open: (): FuzzTarget<Pieces> => ({
    draw,
    give,
    show: ({ pieces }) => pieces.map((piece) => hexOf(piece)).join(" | "),
  }),
});
