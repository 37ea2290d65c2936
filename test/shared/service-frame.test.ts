// Frames of the service port, SPEC.md §10.1.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { concatBytes, readU32 } from "../../src/shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  answerData,
  encodeFrame,
  type Frame,
  FRAME_MARK,
  FRAME_MAX,
  FrameReader,
} from "../../src/shared/wire/service-frame.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { garbage, holds } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  frames: { sequence: number; command: number; data: string; bytes: string }[];
}>("frames");
const HELLO_FRAME = unhex(stored.frames[0]!.bytes);

const reader = (): FrameReader => new FrameReader(nobleHash);
const commands = (frames: Frame[]): number[] => frames.map(({ command }) => command);

/** Pushes `bytes` in pieces that end at `cuts`. */
function pushInPieces(into: FrameReader, bytes: Uint8Array, cuts: number[]): Frame[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.flatMap((end, i) => into.push(bytes.slice(ends[i - 1] ?? 0, end)));
}

describe("frames", () => {
  for (const { sequence, command, data, bytes } of stored.frames) {
    it(`the vector of command ${command} with ${data.length / 2} bytes`, () => {
      assert.equal(hex(encodeFrame(nobleHash, sequence, command, unhex(data))), bytes);
      const [frame, ...more] = reader().push(unhex(bytes));
      const sum = unhex(bytes.slice(-8));
      assert.deepEqual(frame, { sequence, command, data: unhex(data), sum: readU32(sum, 0) });
      assert.deepEqual(more, []);
    });
  }

  it("come out as they went in, whatever pieces they arrive in, whatever noise without a mark is between them", () => {
    const frame = fc.tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 80 }));
    const noise = fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.filter((byte) => byte !== FRAME_MARK));
    holds(
      fc.property(fc.array(fc.tuple(noise, frame), { maxLength: 5 }), fc.array(fc.nat()), (parts, cuts) => {
        const bytes = parts.flatMap(([before, given]) => [before, encodeFrame(nobleHash, ...given)]);
        const found = pushInPieces(reader(), concatBytes(bytes), cuts);
        assert.deepEqual(
          found.map(({ sequence, command, data }) => [sequence, command, data]),
          parts.map(([, given]) => given),
        );
      }),
    );
  });

  it("come out byte by byte, and at the greatest length", () => {
    const data = new Uint8Array(FRAME_MAX - 1).fill(FRAME_MARK);
    const into = reader();
    const frames = [...encodeFrame(nobleHash, 7, 0x13, data)].flatMap((byte) => into.push(Uint8Array.of(byte)));
    assert.deepEqual(commands(frames), [0x13]);
    assert.deepEqual(frames[0]?.data, data);
  });

  it("no turned bit lets a frame through, not even after a silence", () => {
    for (const { bytes } of stored.frames.slice(0, 3)) {
      for (const { bit, flipped } of bitFlips(unhex(bytes))) {
        const into = reader();
        assert.deepEqual([...into.push(flipped), ...into.giveUp()], [], `bit ${bit}`);
      }
    }
  });

  it("behind a frame that does not check the next one is read, at once", () => {
    const spoiled = Uint8Array.from(HELLO_FRAME);
    spoiled[7]! ^= 0x40;
    assert.deepEqual(commands(reader().push(concatBytes([spoiled, HELLO_FRAME]))), [1]);
  });

  it("behind a mark whose length is none the next frame is read, at once", () => {
    for (const length of [0, FRAME_MAX + 1, 0xffff]) {
      const noise = Uint8Array.of(FRAME_MARK, length & 0xff, length >> 8, 1, 2, 3);
      assert.deepEqual(commands(reader().push(concatBytes([noise, HELLO_FRAME]))), [1], `length ${length}`);
    }
  });

  it("a false mark swallows the next frame only until the silence, or until its length has come", () => {
    const noise = Uint8Array.of(FRAME_MARK, 30, 0);
    const waits = reader();
    assert.deepEqual(waits.push(concatBytes([noise, HELLO_FRAME, HELLO_FRAME])), []);
    assert.deepEqual(commands(waits.giveUp()), [1, 1]);
    const fills = reader();
    const four = concatBytes([noise, HELLO_FRAME, HELLO_FRAME, HELLO_FRAME, HELLO_FRAME]);
    assert.deepEqual(commands(fills.push(four)), [1, 1, 1, 1]);
  });

  it("a silence gives up an unfinished frame cut at any byte, and the next one is read", () => {
    for (let end = 0; end < HELLO_FRAME.length; end++) {
      const into = reader();
      assert.deepEqual(into.push(HELLO_FRAME.slice(0, end)), []);
      assert.deepEqual(into.giveUp(), []);
      assert.deepEqual(commands(into.push(HELLO_FRAME)), [1], `cut at ${end}`);
    }
  });

  it("giving up finds every frame among marks that are none, and leaves nothing", () => {
    const into = reader();
    const marks = Uint8Array.of(FRAME_MARK, FRAME_MARK, 0x10, FRAME_MARK);
    const found = into.push(concatBytes([marks, HELLO_FRAME, Uint8Array.of(FRAME_MARK, 0x20)]));
    assert.deepEqual(commands([...found, ...into.giveUp()]), [1]);
    assert.deepEqual(into.giveUp(), []);
    assert.deepEqual(commands(into.push(HELLO_FRAME)), [1]);
  });

  it("any bytes are survived: no throw, and a hello after a silence still arrives", () => {
    holds(
      fc.property(
        garbage(
          300,
          stored.frames.map(({ bytes }) => unhex(bytes)),
        ),
        fc.array(fc.nat()),
        (bytes, cuts) => {
          const into = reader();
          pushInPieces(into, bytes, cuts);
          into.giveUp();
          assert.deepEqual(commands(into.push(HELLO_FRAME)), [1]);
        },
      ),
    );
  });

  it("an answer begins with its fault", () => {
    assert.equal(hex(answerData(207, undefined)), "cf00");
    assert.equal(hex(answerData(0, Uint8Array.of(9))), "000009");
    assert.equal(stored.frames[6]!.command, ANSWER_BIT | 0x12);
  });
});
