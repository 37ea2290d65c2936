// Frames of the service port, SPEC.md §10.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { concatBytes } from "../../src/shared/wire/bytes.ts";
import {
  ANSWER_BIT,
  answerData,
  decodeHello,
  encodeFrame,
  encodeHello,
  type Frame,
  FRAME_MAX,
  FrameReader,
  type Hello,
} from "../../src/shared/wire/service-frame.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { hex, unhex } from "../support/hex.ts";
import { garbage, holds, u8 } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  frames: { command: number; data: string; bytes: string }[];
  hello: Hello & { bytes: string };
}>("frames");
const HELLO_FRAME = unhex(stored.frames[0]!.bytes);
const BAD: Frame = { command: 0, data: new Uint8Array(0) };

const reader = (): FrameReader => new FrameReader(nobleHash);
const commands = (frames: Frame[]): number[] => frames.map(({ command }) => command);

/** Pushes `bytes` in pieces that end at `cuts`. */
function pushInPieces(into: FrameReader, bytes: Uint8Array, cuts: number[]): Frame[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.flatMap((end, i) => into.push(bytes.slice(ends[i - 1] ?? 0, end)));
}

describe("frames", () => {
  for (const { command, data, bytes } of stored.frames) {
    it(`the vector of command ${command} with ${data.length / 2} bytes`, () => {
      assert.equal(hex(encodeFrame(nobleHash, command, unhex(data))), bytes);
      assert.deepEqual(reader().push(unhex(bytes)), [{ command, data: unhex(data) }]);
    });
  }

  it("come out as they went in, whatever pieces they arrive in", () => {
    const frame = fc.tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 80 }));
    holds(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat()), (frames, cuts) => {
        const bytes = concatBytes(frames.map(([command, data]) => encodeFrame(nobleHash, command, data)));
        const expected = frames.map(([command, data]) => ({ command, data }));
        assert.deepEqual(pushInPieces(reader(), bytes, cuts), expected);
      }),
    );
  });

  it("come out byte by byte, and at the greatest length", () => {
    const largest = encodeFrame(nobleHash, 0x13, new Uint8Array(FRAME_MAX - 1).fill(3));
    const into = reader();
    const frames = [...largest].flatMap((byte) => into.push(Uint8Array.of(byte)));
    assert.deepEqual(frames, [{ command: 0x13, data: new Uint8Array(FRAME_MAX - 1).fill(3) }]);
  });

  it("no turned bit lets a frame through", () => {
    for (const { bytes } of stored.frames.slice(0, 3)) {
      for (const { bit, flipped } of bitFlips(unhex(bytes))) {
        assert.ok(
          commands(reader().push(flipped)).every((command) => command === 0),
          `bit ${bit}`,
        );
      }
    }
  });

  it("after a frame that does not check, the next one is read", () => {
    const spoiled = Uint8Array.from(HELLO_FRAME);
    spoiled[4]! ^= 0x40;
    assert.deepEqual(commands(reader().push(concatBytes([spoiled, HELLO_FRAME]))), [0, 1]);
  });

  it("a length of 0 or above 4096 drops what has come so far, and nothing after it", () => {
    for (const length of [0, FRAME_MAX + 1, 0xffff]) {
      const into = reader();
      assert.deepEqual(into.push(Uint8Array.of(length & 0xff, length >> 8, 1, 2, 3)), [BAD]);
      assert.deepEqual(commands(into.push(HELLO_FRAME)), [1], `length ${length}`);
    }
  });

  it("an unfinished frame is forgotten on reset, and the next one is read", () => {
    const into = reader();
    assert.deepEqual(into.push(HELLO_FRAME.slice(0, 5)), []);
    into.reset();
    assert.deepEqual(commands(into.push(HELLO_FRAME)), [1]);
  });

  it("any bytes are survived: no throw, and a hello after a reset still arrives", () => {
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
          into.reset();
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

describe("hello", () => {
  const { bytes, ...fields } = stored.hello;

  it("is the vector's, and comes back as it was", () => {
    assert.equal(hex(encodeHello(fields)), bytes);
    assert.deepEqual(decodeHello(unhex(bytes)), fields);
  });

  it("of any bytes never throws", () => {
    holds(fc.property(fc.array(u8), (any) => void decodeHello(Uint8Array.from(any))));
  });
});
