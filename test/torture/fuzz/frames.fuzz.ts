// Fuzzes the frame reader that both ends of the service port use: no frame comes out whose CRC does not hold in the
// stream, none comes out of order, nothing beyond one unfinished frame is kept, and the work grows with the stream alone.
import type { Hash } from "../../../src/shared/crypto/hash.ts";
import { FRAME_MAX, FrameReader } from "../../../src/shared/wire/service-frame.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { COMMANDS, framesIn, inPieces, type Pieces, spoiledFrame } from "./frame-draw.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { hexOf } from "./spoil.ts";

/** Length, command and data, and CRC of the longest frame, but for its last byte. */
const KEPT_MAX = 2 + FRAME_MAX + 4 - 1;

function draw(dice: Dice): Pieces {
  const parts: Uint8Array[] = [];
  for (let n = 1 + dice.below(3); n > 0; n--) {
    if (dice.oneIn(8)) parts.push(dice.bytes(dice.below(12)));
    const length = dice.oneIn(40) ? dice.odd(FRAME_MAX - 1) : dice.below(12);
    const data = length > 64 ? new Uint8Array(length).fill(0xee) : dice.bytes(length);
    parts.push(spoiledFrame(dice, dice.oneIn(6) ? dice.below(256) : dice.pick(COMMANDS), data));
  }
  return { pieces: inPieces(dice, new Uint8Array(Buffer.concat(parts))) };
}

/** Counts the bytes that are checked. */
class CountingHash implements Hash {
  checked = 0;

  sha256(data: Uint8Array): Uint8Array {
    return fastHash.sha256(data);
  }

  crc32(data: Uint8Array): number {
    this.checked += data.length;
    return fastHash.crc32(data);
  }
}

/** Bytes that a reader keeps: nobody else may look, but a limit that is not measured is none. */
function keptBy(reader: FrameReader): number {
  return (reader as unknown as { pending: Uint8Array }).pending.length;
}

function give({ pieces }: Pieces): string {
  const hash = new CountingHash();
  const reader = new FrameReader(hash);
  const stream = new Uint8Array(Buffer.concat(pieces));
  const there = framesIn(stream);
  let behind = 0;
  let good = 0;
  let bad = 0;
  for (const piece of pieces) {
    for (const { command, data } of reader.push(piece)) {
      if (command === 0 && data.length === 0) {
        bad++;
        continue;
      }
      const frame = there.find(
        (one) => one.at >= behind && one.command === command && Buffer.compare(one.data, data) === 0,
      );
      must(frame !== undefined, `command ${command} came out, and no such frame is in the stream`);
      behind = frame.end;
      good++;
    }
    must(keptBy(reader) <= KEPT_MAX, `${keptBy(reader)} bytes are kept`);
  }
  must(hash.checked <= stream.length, "bytes were checked more than once");
  must(good + bad <= stream.length, "more frames than bytes");
  reader.reset();
  must(keptBy(reader) === 0, "a reset keeps bytes");
  return `${good > 0 ? "good" : "none"}${bad > 0 ? " and bad" : ""}`;
}

/** The frame reader. */
export const fuzzFrames = fuzzSweep({
  name: "fuzz-frames",
  title: "no frame comes out of any stream whose CRC does not hold, and no more than one unfinished frame is kept",
  inputs: 1_000_000,
  properties: 10_000,
  enough: 20_000,
  reaches: ["good", "none", "good and bad", "none and bad"],
  open: (): FuzzTarget<Pieces> => ({
    draw,
    give,
    show: ({ pieces }) => pieces.map((piece) => hexOf(piece)).join(" | "),
  }),
});
