// The frame client against a cable that misbehaves in every way.
import assert from "node:assert/strict";
import { DockError } from "../../src/dock/dock-error.ts";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { ANSWER_BIT, answerData, Command, encodeFrame } from "../../src/shared/wire/service-frame.ts";
import { FakeStream } from "../support/fake-stream.ts";
import { nodeHash } from "../support/node-hash.ts";

const DATA = new Uint8Array([1, 2, 3]);

function answer(command: number, fault: number, data?: Uint8Array): Uint8Array {
  return encodeFrame(nodeHash, command | ANSWER_BIT, answerData(fault, data));
}

function failsWith(kind: string): (error: unknown) => boolean {
  return (error) => error instanceof DockError && error.kind === kind;
}

describe("FrameClient", () => {
  let stream: FakeStream;
  let client: FrameClient;

  beforeEach(() => {
    stream = new FakeStream();
    client = new FrameClient(stream, nodeHash);
  });

  it("sends a frame and gives the answer's fault and data", async () => {
    stream.respond = () => stream.deliver(answer(Command.Key, 212, DATA));
    assert.deepEqual(await client.request(Command.Key, new Uint8Array([5])), { fault: 212, data: DATA });
    assert.deepEqual(stream.written, [encodeFrame(nodeHash, Command.Key, new Uint8Array([5]))]);
  });

  it("joins an answer that comes a byte at a time", async () => {
    const whole = answer(Command.Hello, 0, DATA);
    stream.respond = () => whole.forEach((byte) => stream.deliver(new Uint8Array([byte])));
    assert.deepEqual((await client.request(Command.Hello)).data, DATA);
  });

  it("fails when the stream ends at any byte of the answer", async () => {
    const whole = answer(Command.Hello, 0, DATA);
    for (let length = 0; length < whole.length; length++) {
      const cut = new FakeStream();
      cut.respond = () => {
        cut.deliver(whole.subarray(0, length));
        cut.endWith("cable pulled");
      };
      await assert.rejects(new FrameClient(cut, nodeHash).request(Command.Hello), failsWith("closed"));
    }
  });

  it("fails when no answer comes in time, and closes the stream", async () => {
    await assert.rejects(client.request(Command.Hello, undefined, 5), failsWith("time-out"));
    assert.equal(stream.isClosed, true);
    await assert.rejects(client.request(Command.Hello), failsWith("closed"));
  });

  it("fails on an answer with any one bit turned, or waits for more in vain", async () => {
    const whole = answer(Command.Hello, 0, DATA);
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const noisy = new FakeStream();
      const damaged = whole.slice();
      damaged.set([(whole.at(bit >> 3) ?? 0) ^ (1 << (bit & 7))], bit >> 3);
      noisy.respond = () => noisy.deliver(damaged);
      await assert.rejects(new FrameClient(noisy, nodeHash).request(Command.Hello, undefined, 1), DockError);
    }
  });

  it("fails on text that is no frame, as a console would send", async () => {
    stream.respond = () => stream.deliver(new TextEncoder().encode(">Uncaught ReferenceError: x is not defined"));
    await assert.rejects(client.request(Command.Hello), failsWith("garbage"));
  });

  it("fails on the answer to another command", async () => {
    stream.respond = () => stream.deliver(answer(Command.Screen, 0));
    await assert.rejects(client.request(Command.Hello), failsWith("garbage"));
  });

  it("fails on an answer without a fault number", async () => {
    stream.respond = () => stream.deliver(encodeFrame(nodeHash, Command.Hello | ANSWER_BIT, new Uint8Array(1)));
    await assert.rejects(client.request(Command.Hello), failsWith("garbage"));
  });

  it("gives the fault of a frame that the handheld could not read", async () => {
    stream.respond = () => stream.deliver(answer(0, 701));
    assert.equal((await client.request(Command.Hello)).fault, 701);
  });

  it("ignores noise between two requests", async () => {
    stream.deliver(new Uint8Array([0x10, 0x00, 0x55]));
    stream.respond = () => stream.deliver(answer(Command.Hello, 0));
    assert.equal((await client.request(Command.Hello)).fault, 0);
  });

  it("refuses a second request while one is waiting", async () => {
    const first = client.request(Command.Hello);
    assert.throws(() => client.request(Command.Hello), TypeError);
    stream.deliver(answer(Command.Hello, 0));
    await first;
  });

  it("refuses more data than a frame carries", () => {
    assert.throws(() => client.request(Command.LoadData, new Uint8Array(4096)), RangeError);
  });

  it("fails a waiting request when closed here", async () => {
    const waiting = client.request(Command.Hello);
    client.close();
    await assert.rejects(waiting, failsWith("closed"));
  });
});
