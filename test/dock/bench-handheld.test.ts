// The bench client's frames, byte for byte.
import assert from "node:assert/strict";
import { BenchHandheld, HandheldFault } from "../../src/dock/bench-handheld.ts";
import { latin1Bytes, readU16 } from "../../src/shared/wire/bytes.ts";
import { openSession } from "../../src/dock/service-session.ts";
import { ANSWER_BIT, answerData, Command, encodeFrame, SEALED_BIT } from "../../src/shared/wire/service-frame.ts";
import { Role } from "../../src/shared/wire/service-session.ts";
import { FakeStream } from "../support/fake-stream.ts";
import { nodeHash } from "../support/node-hash.ts";
import { ScriptedHandheld } from "../support/scripted-handheld.ts";
import { testKey } from "../support/test-round.ts";

describe("BenchHandheld", () => {
  let stream: FakeStream;
  let handheld: BenchHandheld;
  let fault: number;
  let data: Uint8Array;

  beforeEach(() => {
    stream = new FakeStream();
    handheld = new BenchHandheld(stream, nodeHash);
    fault = 0;
    data = new Uint8Array(0);
    stream.respond = (bytes) =>
      stream.deliver(encodeFrame(nodeHash, readU16(bytes, 3), bytes[5]! | ANSWER_BIT, answerData(fault, data)));
  });

  function sent(): number[][] {
    return stream.written.map((frame) => [...frame.subarray(5, frame.length - 4)]);
  }

  it("presses keys and types digits", async () => {
    await handheld.press(10);
    await handheld.type("07");
    assert.deepEqual(sent(), [
      [0x02, 10],
      [0x02, 0],
      [0x02, 7],
    ]);
  });

  it("ends a scan with CR, and sends raw bytes as they are", async () => {
    await handheld.scan("A1");
    await handheld.scanRaw(new Uint8Array([0, 255]));
    assert.deepEqual(sent(), [
      [0x03, 0x41, 0x31, 0x0d],
      [0x03, 0, 255],
    ]);
  });

  it("reads the screen's lines", async () => {
    data = latin1Bytes("Parola\nStra\u00dfe 1");
    assert.deepEqual(await handheld.screen(), ["Parola", "Stra\u00dfe 1"]);
  });

  it("takes the link up and down, and counts variables", async () => {
    data = new Uint8Array([0x10, 0x0e, 0, 0]);
    await handheld.link(true);
    await handheld.link(false);
    assert.equal(await handheld.variables(), 3600);
    assert.deepEqual(sent(), [[0x06, 1], [0x06, 0], [0x07]]);
  });

  it("seals nothing of it while a session is open, and goes on with the session behind it", async () => {
    const scripted = new ScriptedHandheld();
    const wired = new BenchHandheld(scripted.stream, nodeHash);
    const wish = { role: Role.Dock, roleKey: () => testKey("dock"), random: (n: number) => new Uint8Array(n).fill(3) };
    await openSession(wired.client, wish);
    await wired.press(4);
    await wired.scan("A1");
    assert.equal((await wired.hello()).device, 7);
    await wired.screen();
    assert.equal((await wired.client.request(Command.Diagnostics)).fault, 0);
    assert.deepEqual(
      scripted.frames.map(({ command }) => command),
      [Command.Open, Command.Prove, 0x02, 0x03, Command.Hello | SEALED_BIT, 0x04, Command.Diagnostics | SEALED_BIT],
    );
  });

  it("throws a fault with its words", async () => {
    fault = 702;
    await assert.rejects(handheld.press(1), (error) => error instanceof HandheldFault && error.fault === 702);
  });
});
