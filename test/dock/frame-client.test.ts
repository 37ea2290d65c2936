// The frame client against a cable that misbehaves in every way.
import assert from "node:assert/strict";
import { DockError } from "../../src/dock/dock-error.ts";
import { FrameClient, RESENDS_MAX } from "../../src/dock/frame-client.ts";
import { readU16 } from "../../src/shared/wire/bytes.ts";
import { ANSWER_BIT, answerData, Command, encodeFrame, FrameReader } from "../../src/shared/wire/service-frame.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { FakeStream } from "../support/fake-stream.ts";
import { nodeHash } from "../support/node-hash.ts";

const DATA = new Uint8Array([1, 2, 3]);
const TRIES = RESENDS_MAX + 1;

function failsWith(kind: string, words = /./): (error: unknown) => boolean {
  return (error) => error instanceof DockError && error.kind === kind && words.test(error.message);
}

/** Sequence of a frame as it was written. */
function sequenceOf(frame: Uint8Array): number {
  return readU16(frame, 3);
}

/** The answer to a frame as it was written. */
function answerTo(asked: Uint8Array, fault: number, data?: Uint8Array, command = asked[5]!): Uint8Array {
  return encodeFrame(nodeHash, sequenceOf(asked), command | ANSWER_BIT, answerData(fault, data));
}

describe("FrameClient", () => {
  let stream: FakeStream;
  let client: FrameClient;

  beforeEach(() => {
    stream = new FakeStream();
    client = new FrameClient(stream, nodeHash);
  });

  it("sends a frame and gives the answer's fault and data", async () => {
    stream.respond = (asked) => stream.deliver(answerTo(asked, 212, DATA));
    assert.deepEqual(await client.request(Command.Key, new Uint8Array([5])), { fault: 212, data: DATA });
    const [asked] = stream.written;
    assert.deepEqual(asked, encodeFrame(nodeHash, sequenceOf(asked!), Command.Key, new Uint8Array([5])));
  });

  it("counts its sequences on, from anywhere", async () => {
    stream.respond = (asked) => stream.deliver(answerTo(asked, 0));
    for (let n = 0; n < 3; n++) await client.request(Command.Hello);
    const [first = 0, second, third] = stream.written.map(sequenceOf);
    assert.deepEqual([second, third], [(first + 1) & 0xffff, (first + 2) & 0xffff]);
    const starts = new Set<number>();
    for (let n = 0; n < 20; n++) {
      const other = new FakeStream();
      other.respond = (asked) => other.deliver(answerTo(asked, 0));
      await new FrameClient(other, nodeHash).request(Command.Hello);
      starts.add(sequenceOf(other.written[0]!));
    }
    assert.ok(starts.size > 10);
  });

  it("joins an answer that comes a byte at a time", async () => {
    stream.respond = (asked) => answerTo(asked, 0, DATA).forEach((byte) => stream.deliver(new Uint8Array([byte])));
    assert.deepEqual((await client.request(Command.Hello)).data, DATA);
  });

  it("sends the same frame again while nothing answers, and takes an answer to any of them", async () => {
    for (let silent = 1; silent < TRIES; silent++) {
      stream.written.length = 0;
      stream.respond = (asked) => {
        if (stream.written.length > silent) stream.deliver(answerTo(asked, 0, DATA));
      };
      assert.deepEqual((await client.request(Command.Hello, undefined, 3)).data, DATA);
      assert.equal(stream.written.length, silent + 1);
      for (const frame of stream.written) assert.deepEqual(frame, stream.written[0]);
    }
  });

  it("does not send again what must be heard once only", async () => {
    await assert.rejects(client.request(Command.Open, DATA, 3, { resends: 0, keepsOpen: true }), failsWith("time-out"));
    assert.equal(stream.written.length, 1);
    assert.equal(stream.isClosed, false);
  });

  it("fails when the stream ends at any byte of the answer", async () => {
    const length = answerTo(encodeFrame(nodeHash, 1, Command.Hello, DATA), 0, DATA).length;
    for (let end = 0; end < length; end++) {
      const cut = new FakeStream();
      cut.respond = (asked) => {
        cut.deliver(answerTo(asked, 0, DATA).subarray(0, end));
        cut.endWith("cable pulled");
      };
      await assert.rejects(new FrameClient(cut, nodeHash).request(Command.Hello), failsWith("closed", /cable pulled/));
    }
  });

  it("fails when no answer comes in time, and closes the stream", async () => {
    await assert.rejects(client.request(Command.Hello, undefined, 2), failsWith("time-out"));
    assert.equal(stream.written.length, TRIES);
    assert.equal(stream.isClosed, true);
    await assert.rejects(client.request(Command.Hello), failsWith("closed"));
  });

  it("gives out no answer with any one bit turned", async () => {
    const length = answerTo(encodeFrame(nodeHash, 1, Command.Hello, DATA), 0, DATA).length;
    for (let bit = 0; bit < length * 8; bit++) {
      const noisy = new FakeStream();
      noisy.respond = (asked) => {
        const [turned] = [...bitFlips(answerTo(asked, 0, DATA))].slice(bit, bit + 1);
        noisy.deliver(turned!.flipped);
      };
      await assert.rejects(
        new FrameClient(noisy, nodeHash).request(Command.Hello, undefined, 1, { resends: 0 }),
        failsWith("garbage"),
      );
    }
  });

  it("finds the answer among noise, false marks and answers to others", async () => {
    stream.respond = (asked) => {
      const other = encodeFrame(
        nodeHash,
        (sequenceOf(asked) + 1) & 0xffff,
        asked[5]! | ANSWER_BIT,
        answerData(9, DATA),
      );
      const noise = new Uint8Array([0x10, 0xa5, 0, 0, 0xa5, 0xff, 0xff, 0x41]);
      for (const bytes of [noise, other, noise, answerTo(asked, 0, DATA)]) stream.deliver(bytes);
    };
    assert.deepEqual(await client.request(Command.Hello), { fault: 0, data: DATA });
  });

  it("finds the answer behind a mark that announces more than comes, after the silence", async () => {
    stream.respond = (asked) => {
      stream.deliver(new Uint8Array([0xa5, 0x00, 0x0f]));
      stream.deliver(answerTo(asked, 0, DATA));
    };
    assert.deepEqual((await client.request(Command.Hello)).data, DATA);
    assert.equal(stream.written.length, 1);
  });

  const GARBAGE: [string, (asked: Uint8Array) => Uint8Array][] = [
    ["a console's text", () => new TextEncoder().encode(">Uncaught ReferenceError: x is not defined")],
    ["the answer to another command", (asked) => answerTo(asked, 0, DATA, Command.Screen)],
    [
      "an answer without a fault number",
      (asked) => encodeFrame(nodeHash, sequenceOf(asked), asked[5]! | ANSWER_BIT, DATA.subarray(0, 1)),
    ],
    ["another baud rate's bytes", (asked) => answerTo(asked, 0, DATA).map((byte) => byte ^ 0xe0)],
  ];
  for (const [what, say] of GARBAGE) {
    it(`says that ${what} is no answer, and names the baud rate`, async () => {
      stream.respond = (asked) => stream.deliver(say(asked));
      await assert.rejects(client.request(Command.Hello, undefined, 2), failsWith("garbage", /baud rate/));
      assert.equal(stream.isClosed, true);
    });
  }

  it("says so when a port sends back what it gets", async () => {
    stream.respond = (asked) => stream.deliver(asked);
    await assert.rejects(client.request(Command.Hello, undefined, 2), failsWith("garbage", /came back/));
  });

  it("ignores noise between two requests", async () => {
    stream.deliver(new Uint8Array([0xa5, 0x00, 0x0f]));
    stream.respond = (asked) => stream.deliver(answerTo(asked, 0));
    assert.equal((await client.request(Command.Hello, undefined, 20, { resends: 0 })).fault, 0);
  });

  it("refuses a second request while one is waiting, but for a second LoadData", async () => {
    const first = client.request(Command.LoadData, DATA);
    assert.throws(() => client.request(Command.Hello), TypeError);
    const second = client.request(Command.LoadData, DATA);
    assert.throws(() => client.request(Command.LoadData, DATA), TypeError);
    for (const asked of stream.written.slice()) stream.deliver(answerTo(asked, 0));
    await Promise.all([first, second]);
    assert.equal(client.isWaiting, false);
  });

  it("sends a LoadData that was lost again at once when the one behind it is answered, with a new sequence", async () => {
    const first = client.request(Command.LoadData, DATA);
    const second = client.request(Command.LoadData, new Uint8Array([9]));
    stream.deliver(answerTo(stream.written[1]!, 0));
    await second;
    assert.equal(stream.written.length, 3);
    const again = stream.written[2]!;
    assert.deepEqual(again.subarray(6, 9), DATA);
    assert.equal(sequenceOf(again), (sequenceOf(stream.written[1]!) + 1) & 0xffff);
    stream.deliver(answerTo(again, 0));
    assert.equal((await first).fault, 0);
  });

  it("takes the late answer to a LoadData that was sent again", async () => {
    stream.respond = () => {
      if (stream.written.length === 2) stream.deliver(answerTo(stream.written[0]!, 0, DATA));
    };
    assert.deepEqual((await client.request(Command.LoadData, DATA, 3)).data, DATA);
  });

  it("refuses more data than a frame carries, and takes as much as it does", async () => {
    assert.throws(() => client.request(Command.LoadData, new Uint8Array(4096)), RangeError);
    stream.respond = (asked) => stream.deliver(answerTo(asked, 0));
    assert.equal((await client.request(Command.Scan, new Uint8Array(4095))).fault, 0);
    client.useSession(new Uint8Array(32));
    assert.throws(() => client.request(Command.LoadData, new Uint8Array(4088)), RangeError);
  });

  it("fails a waiting request when closed here", async () => {
    const waiting = client.request(Command.Hello);
    client.close();
    await assert.rejects(waiting, failsWith("closed"));
  });

  it("goes on over another cable, and hears the old one no more", async () => {
    const waiting = client.request(Command.Hello);
    const other = new FakeStream();
    client.attach(other);
    await assert.rejects(waiting, failsWith("closed"));
    assert.equal(stream.isClosed, true);
    other.respond = (asked) => other.deliver(answerTo(asked, 0, DATA));
    assert.deepEqual((await client.request(Command.Hello)).data, DATA);
    assert.equal(new FrameReader(nodeHash).push(other.written[0]!).length, 1);
  });
});
